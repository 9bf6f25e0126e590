"""When something fails, a person sees one calm sentence in its place, and the rest of the page stays."""

import pytest
from streamlit.testing.v1 import AppTest

from app.boundary import escaped


def _one_part_fails(kind: str) -> None:
    """A page of two parts, the first of which fails."""
    import streamlit as st

    from app.boundary import part
    from core.errors import DatasetNotFoundError

    def broken() -> None:
        if kind == "expected":
            raise DatasetNotFoundError("umsatz_*", nearest="umsatz")
        raise KeyError("internal detail")

    def healthy() -> None:
        st.markdown("still here")

    part("one", broken)
    part("two", healthy)


def test_an_expected_failure_is_its_sentence_and_its_hint() -> None:
    """What happened, to which thing, what to do next."""
    page = AppTest.from_function(_one_part_fails, args=("expected",)).run()

    assert not page.exception
    (shown,) = page.error
    assert "There is no dataset" in str(shown.proto.title)
    assert "bestand data list" in str(shown.value).replace("\\", "")
    assert [text.value for text in page.markdown] == ["still here"]


def test_a_bug_is_told_without_its_insides() -> None:
    """No stack trace, no name of an exception; an id under which the log has both."""
    page = AppTest.from_function(_one_part_fails, args=("bug",)).run()

    assert not page.exception
    (shown,) = page.error
    text = f"{shown.proto.title} {shown.value}"
    assert "KeyError" not in text
    assert "internal detail" not in text
    assert "report it with the id" in text
    assert [one.value for one in page.markdown] == ["still here"]


def _a_callback_fails() -> None:
    """A view with a button that cannot do what it is for."""
    import streamlit as st

    from app.boundary import guarded, notice, part
    from core.errors import NameTakenError

    def act() -> None:
        raise NameTakenError("umsatz")

    def view() -> None:
        notice("data")
        st.button("Rename", key="rename", on_click=guarded("data", act))

    part("view_data", view)


def test_a_failing_click_is_told_on_its_view() -> None:
    """A click that did nothing must say so, once."""
    page = AppTest.from_function(_a_callback_fails).run()

    page.button(key="rename").click().run()
    assert ["already a dataset" in str(one.proto.title) for one in page.error] == [True]

    page.run()
    assert not page.error


@pytest.mark.parametrize(
    "text", ["umsatz_*2025*", "a|b", "$x$", "[link](x)", ":red[x]", "# head", "`code`", "<b>"]
)
def test_a_name_is_no_formatting(text: str) -> None:
    """Markdown shows a file's name as it is."""
    assert escaped(text).replace("\\", "") == text
    assert all(escaped(text)[i - 1] == "\\" for i, sign in enumerate(escaped(text)) if sign in "*|$[#`<:")
