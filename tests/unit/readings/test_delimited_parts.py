"""The small parts below the text readers: encodings, line ends, looks, mending, headers, names, byte facts."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.dialect import Dialect
from analysis.readings.encodings import decode, detect, encode
from analysis.readings.facts import FactsCounter, count_file, has_blanks_around_quotes
from analysis.readings.guessing import Marks, guess, marks_of
from analysis.readings.lines import make_lines, newline_kinds, read_lines
from analysis.readings.repair import mend
from analysis.readings.shapes import RecordLook, Shape, shape_of
from analysis.readings.structure import header_rows_of, unique_names
from analysis.readings.words import describe
from core.errors import FileTooLargeError
from core.types import FileFormat, Reading

bytes_of_text = st.binary(max_size=60) | st.text(max_size=30).map(str.encode)


@given(bytes_of_text)
def test_every_byte_of_windows_text_comes_back(raw: bytes) -> None:
    """No byte is without a character, so decoding loses nothing."""
    text, whole = decode(raw, "windows-1252")

    assert whole
    assert encode(text, "windows-1252") == raw


@given(st.text(max_size=30))
def test_utf8_is_recognised_and_comes_back(text: str) -> None:
    """Whatever is UTF-8 is read as that, also when a sample ends within a character."""
    raw = ("ä" + text).encode("utf-8", "surrogatepass") if text.isprintable() else "ä".encode()
    if b"\0" not in raw:
        assert detect(raw) == "utf-8"
    assert decode(raw, "utf-8") == (raw.decode(), True)


def test_bytes_that_are_no_utf8_are_read_and_told() -> None:
    """A western letter within UTF-8 keeps its meaning; the line is marked."""
    assert decode(b"M\xfcller \xc3\xa4", "utf-8") == ("Müller ä", False)


@given(st.binary(max_size=80) | st.text(st.sampled_from("a\r\n\0é"), max_size=40).map(str.encode))
def test_lines_put_together_are_the_file(raw: bytes) -> None:
    """Raw lines and their ends give the bytes back, whatever they are."""
    for newline in newline_kinds(raw):
        lines = make_lines(raw, 1, "utf-8", newline)
        whole = b"".join(lines.raw(i) + end.encode() for i, end in enumerate(lines.ends))

        assert whole == raw


@given(
    st.lists(st.text(st.sampled_from("ab\r"), max_size=3), min_size=1, max_size=30),
    st.sampled_from(["\n", "\r\n"]),
)
def test_reading_in_pieces_changes_nothing(
    tmp_path_factory: pytest.TempPathFactory, rows: list[str], end: str
) -> None:
    """Lines do not depend on where a chunk ended."""
    from analysis.readings import lines as module

    path = tmp_path_factory.mktemp("lines") / "a.txt"
    raw = end.join(rows).encode()
    path.write_bytes(raw)
    newline = newline_kinds(raw)[0]
    whole = make_lines(raw, 1, "utf-8", newline)
    before, module.CHUNK_BYTES = module.CHUNK_BYTES, 3
    try:
        batches = list(read_lines(path, "a.txt", "utf-8", newline))
    finally:
        module.CHUNK_BYTES = before

    assert [text for batch in batches for text in batch.texts] == whole.texts
    assert [batch.first for batch in batches][:1] == ([1] if raw else [])


def test_a_line_without_end_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded: a line longer than any table's is told."""
    monkeypatch.setattr("analysis.readings.lines.MAX_LINE_BYTES", 2 << 20)
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * (4 << 20))

    with pytest.raises(FileTooLargeError, match="line"):
        list(read_lines(path, "a.txt", "utf-8", "lf"))


@pytest.mark.parametrize(
    ("cell", "shape"),
    [
        ("", Shape.EMPTY), ("12", Shape.NUMBER), ("-1.234,56 €", Shape.NUMBER), ("1e-5", Shape.NUMBER),
        ("12 %", Shape.NUMBER), ("2024-01-31", Shape.MOMENT), ("31.1.24 10:00", Shape.MOMENT),
        ("10:15", Shape.MOMENT), ("3 Mar 2024", Shape.MOMENT), ("https://a.b/c?d=1,2", Shape.LINK),
        ("a@b.de", Shape.LINK), ("A-17", Shape.CODE), ("Men's boots", Shape.WORDS), ("a;b;c", Shape.LIST),
        ("true", Shape.TRUTH), ("}{~", Shape.OTHER),
    ],
)  # fmt: skip
def test_cells_look_like_something(cell: str, shape: Shape) -> None:
    """The looks that tell borders between cells from accidents."""
    assert shape_of(cell) is shape


@given(st.text(max_size=400))
def test_any_cell_has_a_look(cell: str) -> None:
    """Looking never fails, and takes no time to speak of."""
    assert shape_of(cell) in Shape


def test_a_surplus_cell_is_taken_out_where_it_does_not_belong() -> None:
    """One delimiter too many: the record that looks like the others is chosen."""
    look = RecordLook([["1", "Tee", "2.50"], ["2", "Milch", "1.20"], ["3", "Brot", "4.10"]], 3)

    assert look.narrow(["4", "", "Saft", "3.00"], ",") == ["4", "Saft", "3.00"]
    assert look.narrow(["4", "Saft", " rot", "3.00"], ",") == ["4", "Saft, rot", "3.00"]
    assert look.narrow(["4", "Saft", "3.00", ""], ",") == ["4", "Saft", "3.00"]


@pytest.mark.parametrize(
    ("text", "width", "cells"),
    [
        ('a,"b,"c d",e', 4, ["a", '"b', "c d", "e"]),
        ('a,""b",c', 3, ["a", '"b', "c"]),
        ('a,"b"",c', 3, ["a", 'b"', "c"]),
        ('a,"b" ,c', 3, ["a", "b", "c"]),
        ('a,"b c,d', 3, ["a", '"b c', "d"]),
    ],
)
def test_the_likeliest_cells_are_found(text: str, width: int, cells: list[str]) -> None:
    """The fewest assumptions that give the width."""
    assert mend(text, width, Dialect(",")).cells == cells


@given(st.text(st.sampled_from('",a '), max_size=60), st.integers(1, 6))
def test_mending_never_loses_letters(text: str, width: int) -> None:
    """Whatever is assumed about quotes, every letter is in some cell."""
    assert "".join(mend(text, width, Dialect(",")).cells).count("a") == text.count("a")


@given(st.lists(st.text(max_size=5), max_size=12))
def test_names_are_unique_and_never_empty(source_names: list[str]) -> None:
    """The engine does not tell upper from lower case, so neither may the names."""
    names = unique_names(source_names)

    assert len(names) == len(source_names)
    assert all(name.strip() for name in names)
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize(
    ("cells", "rows"),
    [
        ([["id", "name"], ["1", "a"], ["2", "b"]], 1),
        ([["1", "a"], ["2", "b"], ["3", "c"]], 0),
        ([["2024", "2025"], ["1.5", "2.5"], ["3.5", "4.5"]], 1),
        ([["7", "9"], ["1.5", "2.5"], ["3.5", "4.5"]], 0),
        ([["a", "b"], ["a", "b"], ["1", "2"], ["3", "4"]], 2),
        ([["name", "city"]], 1),
        ([["5", "x"]], 0),
    ],
)
def test_a_header_is_told_from_records(cells: list[list[str]], rows: int) -> None:
    """Titles do not look like what stands below them."""
    assert header_rows_of(cells, len(cells[0])) == rows


@pytest.mark.parametrize(
    ("cells", "sql_type"),
    [
        (["1", "22", "-3"], "BIGINT"), (["007", "1"], "VARCHAR"), (["1.50", "2"], "DECIMAL(18,2)"),
        (["+5"], "VARCHAR"), (["9223372036854775808"], "DECIMAL(38,0)"), (["9" * 39], "VARCHAR"),
        (["1e5"], "VARCHAR"),
        (["1.5e-10", "2"], "DOUBLE"), (["-0.0"], "VARCHAR"), (["2024-01-31", ""], "DATE"),
        (["31.01.2024"], "DATE"), (["01/02/2024"], "VARCHAR"), (["true", "false"], "BOOLEAN"),
        (["1,234"], "VARCHAR"), (["", ""], "VARCHAR"), (["12:30:00"], "TIME"), (["NA", "1"], "VARCHAR"),
    ],
)  # fmt: skip
def test_only_faithful_types_are_guessed(cells: list[str], sql_type: str) -> None:
    """A type that would change what a cell says is not guessed."""
    assert guess(cells, Marks()).sql_type == sql_type


def test_a_comma_is_decimal_only_beyond_doubt() -> None:
    """1,234 alone may be a thousand; with another column's word it is known."""
    assert marks_of([["1,234", "5,678"]]) == Marks()
    assert marks_of([["1,5", "2,25"]]) == Marks(",")
    assert marks_of([["1.234,56", "7,00"], ["1.000"]]) == Marks(",", ".")
    assert marks_of([["1,234.50", "2.00"]]) == Marks(".", ",")


@given(st.lists(st.text(st.sampled_from('a\r\n" \0,'), max_size=9).map(str.encode), max_size=8))
def test_facts_do_not_depend_on_the_chunks(tmp_path_factory: pytest.TempPathFactory, chunks: list[bytes]) -> None:
    """Counted while it is hashed or at once, a file has the same facts."""
    path = tmp_path_factory.mktemp("facts") / "a"
    raw = b"".join(chunks)
    path.write_bytes(raw)
    counter = FactsCounter()
    for chunk in chunks:
        counter.take(chunk)
    facts = counter.finish()

    assert facts == count_file(path)
    assert facts.lines == raw.count(b"\n") + (1 if raw and not raw.endswith(b"\n") else 0)
    assert facts.airy_quote == (b' "' in raw or b'" ' in raw)


@given(st.lists(st.text(st.sampled_from('a\n" ;'), max_size=5).map(str.encode), max_size=8))
def test_blanks_around_quotes_are_found_across_pieces(pieces: list[bytes]) -> None:
    """Wherever the pieces of a file end."""
    cells = [cell for line in b"".join(pieces).split(b"\n") for cell in line.split(b";")]
    airy = [re.match(rb' +"', cell) or re.search(rb'" +$', cell) for cell in cells]

    assert has_blanks_around_quotes(pieces, b";") == any(airy)


def test_a_reading_is_told_in_words() -> None:
    """As the Import page says it."""
    reading = Reading(
        FileFormat.DELIMITED, "windows-1252", "crlf", ";", '"', header_rows=1, first_line=4, decimal=","
    )

    assert describe(reading, width=5) == (
        'Windows-1252 · semicolon · quoted by " · header in line 4 · 3 lines before it · decimal comma'
    )
