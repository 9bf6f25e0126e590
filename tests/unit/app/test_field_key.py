"""Widget keys: different things never share one, and Streamlit's class for them keeps them apart."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.widgets import field_key

words = st.from_regex(r"[a-z0-9]+(?:_[a-z0-9]+){0,2}", fullmatch=True)
instances = st.none() | st.text(min_size=1, max_size=12) | st.integers(0, 10**6)


def _class_of(key: str) -> str:
    """The CSS class Streamlit makes of a key."""
    return "st-key-" + re.sub(r"[^a-zA-Z0-9_-]", "-", key.strip())


@given(words, words, instances)
def test_a_key_is_its_own_css_class(view: str, field: str, instance: str | int | None) -> None:
    """Style rules and the journal find a widget by its class, so nothing in a key may be bent."""
    key = field_key(view, field, instance)

    assert re.fullmatch(r"[a-z0-9_]+", key)
    assert _class_of(key) == f"st-key-{key}"


@given(
    st.lists(st.tuples(words, words, instances.map(lambda one: None if one is None else str(one))), unique=True)
)
def test_different_widgets_never_share_a_key(parts: list[tuple[str, str, str | None]]) -> None:
    """Two widgets with one key would share their text."""
    keys = [field_key(*one) for one in parts]

    assert len(set(keys)) == len(keys)


def test_a_name_in_any_script_can_be_an_instance() -> None:
    """Datasets are called as their people call them."""
    assert field_key("data", "open", "Umsätze 2025") != field_key("data", "open", "Umsatze 2025")


@pytest.mark.parametrize("part", ["", "Data", "a.b", "a-b", "a__b", "_a", "a_", "ä", "a b"])
def test_a_part_that_could_be_mistaken_is_refused(part: str) -> None:
    """A typing error in a key shows at once, not as two fields with one text."""
    with pytest.raises(ValueError, match="cannot be part of a key"):
        field_key(part, "search")
    with pytest.raises(ValueError, match="cannot be part of a key"):
        field_key("data", part)
