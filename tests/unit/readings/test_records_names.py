"""Column names: usable, unique, and the file's own wherever possible."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.records.headings import CERTAIN, LIKELY, names_columns, titles
from analysis.readings.records.kinds import IntText
from analysis.readings.records.names import column_names, renamed


def test_good_names_stay() -> None:
    """Umlauts, blanks and quotes are names like any others."""
    assert column_names(["Straße", "a b", 'x"y']) == ("Straße", "a b", 'x"y')


def test_a_name_that_is_there_twice_gets_a_suffix_no_other_column_has() -> None:
    """The engine does not tell upper from lower case, and a suffix must not meet a name that comes later."""
    assert column_names(["a", "A", "a", "a~2"]) == ("a", "A~3", "a~4", "a~2")


def test_a_column_without_a_name_gets_one_by_its_place() -> None:
    """Nothing, blanks and control characters are no names."""
    assert column_names(["id", "", " ", "\x00", "x\ny"]) == ("id", "column_2", "column_3", "column_4", "x y")


def test_renamed_columns_are_told_and_others_are_not() -> None:
    """A clean header raises no flag, nor does a file that names no column."""
    found = ["a", "", "a"]
    flags = renamed(found, column_names(found))

    assert [(flag.code, flag.column) for flag in flags] == [
        ("renamed_column", "column_2"),
        ("renamed_column", "a~2"),
    ]
    assert renamed(["a", "b\nc"], column_names(["a", "b\nc"])) == ()
    assert renamed(["", ""], column_names(["", ""])) == ()


@given(st.lists(st.text(max_size=3), max_size=30))
def test_names_are_always_unique_and_never_empty(found: list[str]) -> None:
    """Whatever a file calls its columns, the engine can hold them."""
    names = column_names(found)

    assert len(names) == len(found)
    assert len({name.casefold() for name in names}) == len(names)
    assert all(name.strip() for name in names)


def test_a_header_is_text_above_something_else() -> None:
    """Certain above numbers, likely above text, none where a number stands in it or a name comes twice."""
    one, two = IntText("1"), IntText("2")
    assert names_columns(["a", "b"], [["x", one]]) == CERTAIN
    assert names_columns(["a", "b"], [["x", "y"]]) == LIKELY
    assert names_columns(["a", two], [["x", one]]) == 0
    assert names_columns(["a", "a"], [["x", one]]) == 0
    assert names_columns(["a"], [["x", one]]) == 0


def test_titles_are_as_many_as_columns() -> None:
    """A header that is too short or has gaps still gives a title to each column."""
    assert titles(["a", None], 3) == ["a", "", ""]
    assert titles(None, 2) == ["", ""]
