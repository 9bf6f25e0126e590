"""Which sign encloses cells: what holds a delimiter together is a quote, and tearing it apart is worse."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.lines import Lines
from analysis.readings.sniff import explain


def sniffed(*texts: str) -> tuple[str, str | None, int]:
    """Delimiter, quote and width of the best explanation."""
    best = explain(Lines(0, list(texts), ["\n"] * len(texts), "utf-8"))[0]
    return best.dialect.delimiter, best.dialect.quote, best.width


@pytest.mark.parametrize("texts", [("decimal", '"123,,456.789"'), ('"#,#00"', '"12,34"')])
def test_quotes_around_the_only_column_are_quotes(texts: tuple[str, ...]) -> None:
    """However regular the table looks into which the cells would be torn."""
    _delimiter, quote, width = sniffed(*texts)

    assert (quote, width) == ('"', 1)


def test_a_stray_quote_does_not_make_quotes() -> None:
    """Inches and unbalanced quotes stand in cells as they are."""
    lines = [f'{at}\tpipe {at}" long, {at}" wide\t{at * 2}' for at in range(30)]

    assert sniffed("id\tname\tprice", *lines)[0::2] == ("\t", 3)


@given(st.lists(st.text("abcdefgh .", min_size=3, max_size=12).filter(str.strip), min_size=2, max_size=8))
def test_apostrophes_around_a_cell_of_every_record_are_quotes(names: list[str]) -> None:
    """Where they stand nowhere else and no other quote is there."""
    delimiter, quote, width = sniffed(*(f"'{name}';{at}.50;{at * 7}" for at, name in enumerate(names)))

    assert (delimiter, quote, width) == (";", "'", 3)


@given(st.lists(st.tuples(st.integers(0, 999), st.integers(0, 999)), min_size=2, max_size=20))
def test_numbers_with_a_mark_in_quotes_stay_whole(pairs: list[tuple[int, int]]) -> None:
    """A list of them is one column, whatever delimiter the mark could be."""
    _delimiter, quote, width = sniffed("amount", *(f'"{one:03},{other:03}"' for one, other in pairs))

    assert (quote, width) == ('"', 1)
