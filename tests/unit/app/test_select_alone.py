"""A list to choose from is one element where nothing else belongs to it: each one more is work at each drawing."""

import pytest
from streamlit.testing.v1 import AppTest


def _selects(width: str, ruled: bool) -> None:
    from typing import Any

    from app.widgets import s_select
    from core.rules import Rule

    usual: dict[str, Any] = {"width": width} | ({"rule": Rule(str)} if ruled else {})
    s_select(None, "view", "colour", label="Colour", options=["red", "blue"], **usual)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("width", "ruled", "alone"), [("stretch", False, True), ("content", False, False), ("stretch", True, False)]
)
def test_a_list_lies_alone_where_it_is_as_wide_as_its_place(width: str, ruled: bool, alone: bool) -> None:
    """One that is narrower, or has a note under it, is held together; the choice is kept either way."""
    page = AppTest.from_function(_selects, default_timeout=30, kwargs={"width": width, "ruled": ruled}).run()
    assert not page.exception
    assert (page.main.children[0].type == "selectbox") is alone

    page.selectbox[0].set_value("blue").run()
    assert not page.exception
    assert page.selectbox[0].value == "blue"
