"""One JSON value at a time: strict, and to the last character."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.records.json_scan import JsonError, scan_document
from analysis.readings.records.kinds import FloatText, IntText, RawJson

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def test_numbers_keep_their_digits() -> None:
    """No zero at the end and no digit of a huge number is lost."""
    value = scan_document('{"a": 1.50, "b": 123456789012345678901234567890, "c": -1E+05}')

    assert value.pairs == [("a", "1.50"), ("b", "123456789012345678901234567890"), ("c", "-1E+05")]
    assert [type(cell) for _, cell in value.pairs or ()] == [FloatText, IntText, FloatText]


def test_nested_values_are_the_characters_of_the_file() -> None:
    """Blanks, order and escapes inside them stay."""
    value = scan_document('{"k\\u0065y" :[1 ,2.0],"b": {"z":1, "z" : 2}, "c":"x,\\"y"}')

    assert value.pairs == [("key", "[1 ,2.0]"), ("b", '{"z":1, "z" : 2}'), ("c", 'x,"y')]
    assert type((value.pairs or [])[0][1]) is RawJson
    assert scan_document("[ [1 ] ,{ } , 3]").items == ["[1 ]", "{ }", "3"]


def test_the_last_of_two_equal_keys_wins_and_is_told() -> None:
    """Both a plain and a nested value."""
    value = scan_document('{"a":1,"b":2,"a":[3],"b":4,"a":5}')

    assert value.pairs == [("a", "5"), ("b", "4")]
    assert value.twice == ("a", "b")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "ends too early"),
        ("nul", "a value is missing"),
        ("[1,]", "a value|comma"),
        ('{"a":1,}', "name in quotes|comma"),
        ('{"a" 1}', "colon"),
        ("{'a':1}", "name in quotes"),
        ('["a', "closing quote"),
        ('["\t"]', "control character"),
        ('["\\x"]', "bad escape"),
        ("[NaN]", "NaN is no JSON value"),
        ("[-Infinity]", "Infinity"),
        ("[1] 2", "follows"),
        ("[01]", "comma"),
        ("[1 2]", "comma"),
        ("[" * 100_000, "too deeply"),
        ('{"a":' * 100_000, "too deeply"),
    ],
)
def test_what_is_no_json_is_refused_with_a_reason(text: str, reason: str) -> None:
    """The sentence tells what to look for."""
    with pytest.raises(JsonError, match=reason):
        scan_document(text)


@given(st.dictionaries(st.text(max_size=5), anything, max_size=5), st.sampled_from([None, 1]), st.booleans())
def test_every_object_is_read_like_the_library_reads_it(
    content: dict[str, object], indent: int | None, ascii_only: bool
) -> None:
    """Key by key and value by value, nested ones through their text."""
    text = json.dumps(content, indent=indent, ensure_ascii=ascii_only)
    pairs = scan_document(text).pairs

    assert pairs is not None
    read = {
        key: cell if cell is None or type(cell) in (str, bool) else json.loads(str(cell)) for key, cell in pairs
    }
    assert read == content


@given(anything, st.data())
def test_a_cut_text_is_known_to_be_cut(content: object, data: st.DataObject) -> None:
    """So that a reader fetches more of the file instead of calling it damaged."""
    text = json.dumps([content])
    end = data.draw(st.integers(0, len(text) - 1))

    with pytest.raises(JsonError) as error:
        scan_document(text[:end])
    assert error.value.cut
