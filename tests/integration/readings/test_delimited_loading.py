"""Delimited text becomes a typed table without losing anything, on both ways: the engine's and our own."""

import csv
import io
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.readings import Loaded, Readings, text
from core.errors import CancelledError, DamagedFileError, FileTooLargeError, NotATableError, UncertainReadingError
from core.progress import SilentProgress
from storage.open import Storage

EXACTLY, FAST = 1 << 60, 0
"""Sizes above which the engine's reader is tried."""

same_storage = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


Load = Callable[..., tuple[Loaded, list[dict[str, Any]]]]


@pytest.fixture
def load(readings: Readings, tmp_path: Path) -> Load:
    """Judge and load bytes; return what is told, and the rows of the Parquet file."""
    count = iter(range(1_000_000))

    def run(raw: bytes, name: str = "a.csv") -> tuple[Loaded, list[dict[str, Any]]]:
        out = tmp_path / f"out-{next(count)}"
        out.mkdir()
        source = out / "source"
        source.write_bytes(raw)
        reading = readings.judge(source, name=name).best.reading
        loaded = readings.load(source, reading, out, name=name, progress=SilentProgress())
        assert loaded.ledger.adds_up()
        left = {"data.parquet", "ledger.parquet", "guesses.json", "source"}
        assert {p.name for p in out.iterdir()} - {"texts.parquet"} == left
        return loaded, pq.read_table(out / "data.parquet").to_pylist()

    return run


@contextmanager
def fast_above(size_bytes: int) -> Iterator[None]:
    """Move the border between the two ways."""
    before, text.FAST_ABOVE_BYTES = text.FAST_ABOVE_BYTES, size_bytes
    try:
        yield
    finally:
        text.FAST_ABOVE_BYTES = before


numbers = st.integers(-(10**20), 10**20).map(str) | st.decimals(-(10**9), 10**9, places=2).map(str)
awkward = st.sampled_from(
    ["", "007", "+5", "1e5", "-0", "-0.0", "0.10", ".5", "5.", " 5", "1_0", "nan", "inf", "1,234", "1.234,56",
     "9223372036854775808", "0.1234567890123456789", "1.5e-10", "2024-02-30", "2024-01-31", "31.01.2024",
     "01/02/2024", "2024-01-01 10:00:00", "2024-01-01T10:00:00.5", "true", "True", "NULL", "NA", "epoch",
     "infinity", "12:30:00"]
)  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> list[list[str]]:
    """Tables with a header, columns of one kind mostly, and a surprise here and there."""
    kinds = [
        numbers,
        awkward,
        st.dates().map(str),
        st.booleans().map(lambda b: str(b).lower()),
        st.sampled_from("xyz"),
    ]
    columns = draw(st.lists(st.sampled_from(kinds), min_size=2, max_size=4))
    rows = draw(st.lists(st.tuples(*columns), min_size=1, max_size=12))
    table = [[f"name {i}" for i in range(len(columns))], *[list(row) for row in rows]]
    if draw(st.booleans()):
        row = draw(st.integers(1, len(table) - 1))
        table[row][draw(st.integers(0, len(columns) - 1))] = draw(awkward)
    return table


def says(text_cell: str, value: object, sql_type: str) -> bool:
    """Tell whether a stored value still says what the cell said."""
    if value is None:
        return text_cell == ""
    if sql_type == "VARCHAR":
        return value == text_cell
    if sql_type.startswith("DECIMAL"):
        return Decimal(text_cell.replace(".", "").replace(",", ".") if "," in text_cell else text_cell) == value
    if sql_type == "DOUBLE":
        return repr(value) == text_cell or Decimal(text_cell) == Decimal(repr(value))
    if sql_type == "BOOLEAN":
        return text_cell.lower() == str(value).lower()
    if sql_type == "DATE":
        return text_cell in (str(value), f"{value:%d.%m.%Y}", f"{value:%Y/%m/%d}")
    return text_cell.replace("T", " ") in (str(value), str(value).rstrip("0"))


@same_storage
@given(texts(), st.sampled_from(["\n", "\r\n"]), st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]))
def test_types_lose_nothing_on_either_way(load: Load, table: list[list[str]], end: str, quoting: int) -> None:
    """Every value says exactly what its cell said, and both ways give the same table, types and ledger."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=end, quoting=quoting).writerows(table)  # type: ignore[arg-type]
    with fast_above(EXACTLY):
        loaded, rows = load(out.getvalue().encode())
    with fast_above(FAST):
        other, other_rows = load(out.getvalue().encode())

    body = table[loaded.reading.header_rows :]
    assert len(rows) == loaded.rows == len(body)
    for record, row in zip(body, rows, strict=True):
        for cell, value, column in zip(record, row.values(), loaded.columns, strict=True):
            assert says(cell, value, column.type), (cell, value, column)
    assert (other_rows, other.columns, other.ledger) == (rows, loaded.columns, loaded.ledger)


@pytest.mark.parametrize("border", [EXACTLY, FAST])
def test_a_surprise_after_the_sample_keeps_its_text(load: Load, border: int) -> None:
    """A column that looked like numbers for a million bytes is text when one cell is not."""
    lines = [f"{i},{i}.25,{i}" for i in range(120_000)]
    lines[100_000] = "100000,100000.255,0012"
    with fast_above(border):
        loaded, rows = load(("a,b,c\n" + "\n".join(lines) + "\n").encode())

    assert [column.type for column in loaded.columns] == ["BIGINT", "DECIMAL(18,3)", "VARCHAR"]
    assert rows[100_000] == {"a": 100_000, "b": Decimal("100000.255"), "c": "0012"}
    assert rows[5] == {"a": 5, "b": Decimal("5.250"), "c": "5"}


@pytest.mark.parametrize(
    ("odd_line", "codes", "repaired"),
    [
        (b'7,"x" ,3', ["quote_repaired"], 1),
        (b'7, "x",3', ["stray_quote"], 0),
        (b"7,x", ["short_record"], 1),
        (b"7,x,3,4", ["extra_field"], 1),
        (b"7,x\0,3", ["control_character"], 0),
        (b"7,x\xff,3", ["bad_bytes"], 1),
        (b"7,x\ry,3", ["stray_line_end"], 0),
        (b'7,"x,3', ["quote_repaired"], 1),
    ],
)
def test_the_fast_way_gives_up_on_what_it_would_change(
    load: Load, odd_line: bytes, codes: list[str], repaired: int
) -> None:
    """One odd line among many regular ones is found, whichever way is tried first."""
    lines = [b"%d,name %d,%d" % (i, i, i) for i in range(3_000)]
    lines[2_000] = odd_line
    with fast_above(FAST):
        loaded, rows = load(b"a,b,c\n" + b"\n".join(lines) + b"\n" + "grünlich,äöüäöü,1\n".encode())

    assert len(rows) == 3_001
    assert [flag.code for flag in loaded.flags] == codes
    assert [flag.line for flag in loaded.flags] == [2_002]
    assert loaded.ledger.repaired == repaired


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-be", "utf-32"])
def test_characters_survive_their_encoding(load: Load, encoding: str) -> None:
    """The same table comes out of every encoding."""
    table = "Name;Betrag;Datum\nMüller;1.234,50;31.12.2025\nJosé;2,75;01.02.2026\nGröße;0,05;15.06.2026\n"
    loaded, rows = load(table.encode(encoding))

    assert [row["Name"] for row in rows] == ["Müller", "José", "Größe"]
    assert [row["Betrag"] for row in rows] == [Decimal("1234.50"), Decimal("2.75"), Decimal("0.05")]
    assert [str(row["Datum"]) for row in rows] == ["2025-12-31", "2026-02-01", "2026-06-15"]
    assert (loaded.reading.decimal, loaded.reading.thousands) == (",", ".")
    assert loaded.flags == ()


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16"])
@pytest.mark.parametrize("border", [EXACTLY, FAST])
def test_the_ledger_keeps_the_bytes_of_the_file(load: Load, tmp_path: Path, encoding: str, border: int) -> None:
    """Also where the file is read through a copy in another encoding."""
    table = "Größe;Menge\n" + "".join(f"Müller {i};{i}\n" for i in range(50))
    with fast_above(border):
        loaded, _ = load(table.encode(encoding))

    ledger = pq.read_table(next(tmp_path.glob("out-*/ledger.parquet"))).to_pylist()
    assert loaded.ledger.header == 1
    assert ledger[0]["raw"] == "Größe;Menge".encode("utf-16-le" if encoding == "utf-16" else encoding)


def test_russian_text_is_not_taken_for_western(load: Load) -> None:
    """A whole alphabet of another encoding is recognised by its letters."""
    rows_in = ["Привет мир, как дела сегодня;Москва", "Большое спасибо за помощь;Казань", "Добрый вечер;Тверь"] * 5
    loaded, rows = load("\n".join(["Текст сообщения;Название города", *rows_in]).encode("cp1251"))

    assert rows[0] == {"Текст сообщения": "Привет мир, как дела сегодня", "Название города": "Москва"}
    assert loaded.reading.encoding == "cp1251"


def test_a_short_ledger_tells_every_line(load: Load, tmp_path: Path) -> None:
    """The contract's example: what is before, within and after the table is accounted for, with its bytes."""
    raw = (
        "Umsatzbericht\nerstellt am 01.02.2026\n\nArtikel;Menge;Betrag\n"
        + "".join(f"Ware {i};{i};{i},50\n" for i in range(1, 40))
        + "Ware 40;40\nWare 41;41;41,50;zu viel\n\nSumme 41\n"
    )
    loaded, rows = load(raw.encode())

    assert loaded.ledger.to_dict() == {
        "unit": "line", "total": 47, "loaded": 39, "repaired": 2, "rejected": 0,
        "header": 1, "preamble": 2, "comment": 0, "blank": 2, "footer": 1,
    }  # fmt: skip
    assert {flag.code for flag in loaded.flags} == {"preamble", "short_record", "extra_field", "footer"}
    assert loaded.rows == len(rows) == 41
    ledger = pq.read_table(next(tmp_path.glob("out-*/ledger.parquet"))).to_pylist()
    assert {entry["line"]: entry["raw"] for entry in ledger}[45] == b"Ware 41;41;41,50;zu viel"
    assert len(ledger) == 8


def test_names_are_usable_whatever_the_header_says(load: Load) -> None:
    """Names differ whatever their case, are never empty, and remember what the file says."""
    loaded, _ = load(b'a,A,,"two\nlines", a ,a~2\n1,2,3,4,5,6\n7,8,9,10,11,12\n')

    names = [column.name for column in loaded.columns]
    assert len({name.casefold() for name in names}) == 6
    assert all(names)
    assert [column.source_name for column in loaded.columns] == ["a", "A", "", "two\nlines", " a ", "a~2"]


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "a picture (PNG)"),
        (b"%PDF-1.7\n%\xe2\xe3", "a PDF document"),
        (b"MZ\x90\0" + bytes(200), "a Windows program"),
        (b"<!DOCTYPE html><html><body>", "a web page"),
        (bytes(range(1, 9)) * 100, "binary data"),
    ],
)
def test_what_is_no_table_is_told_by_its_name(load: Load, head: bytes, told: str) -> None:
    """A photograph called umsatz.csv is told to be a photograph."""
    with pytest.raises(NotATableError, match=told.replace("(", r"\(").replace(")", r"\)")):
        load(head, "umsatz.csv")


@pytest.mark.parametrize(
    ("head", "told"),
    [
        (b"SQLite format 3\0" + bytes(200), "cannot be read as a SQLite database"),
        (b"\x1f\x8b\x08\0" + bytes(50), "cannot be unpacked"),
    ],
)
def test_what_would_be_read_but_is_damaged_is_told_as_such(load: Load, head: bytes, told: str) -> None:
    """Whatever its name, a file is taken for what its first bytes say."""
    with pytest.raises(DamagedFileError, match=told):
        load(head, "umsatz.csv")


def test_too_many_columns_are_no_table(load: Load) -> None:
    """A limit protects the machine, and its sentence names the setting."""
    with pytest.raises(FileTooLargeError) as refused:
        load((",".join(str(i) for i in range(20_001)) + "\n" + "1," * 20_000 + "1\n").encode())

    assert "max_columns" in refused.value.hint


def test_a_table_of_thousands_of_columns_is_typed(load: Load) -> None:
    """Wide tables are built in slices, with the same care."""
    width = 3_000
    lines = [",".join(f"gene{i}" for i in range(width))]
    lines += [",".join(str(i * j) if i % 7 else f"0{i}" for i in range(width)) for j in range(1, 6)]
    loaded, rows = load("\n".join(lines).encode())

    assert [column.type for column in loaded.columns[:3]] == ["VARCHAR", "BIGINT", "BIGINT"]
    assert [list(row.values())[2_999] for row in rows] == [2_999 * j for j in range(1, 6)]
    assert [row["gene7"] for row in rows] == ["07"] * 5


def test_broken_wide_characters_are_refused(load: Load) -> None:
    """Half a character at the end of UTF-16 cannot be kept, so it is told."""
    with pytest.raises(DamagedFileError, match="utf-16"):
        load("a,b\n1,2\n".encode("utf-16") + b"\0")


class Stopping(SilentProgress):
    """Stops the work at its n-th report."""

    def __init__(self, at: int) -> None:
        self.left = at

    def report(self, fraction: float, step: str = "") -> None:  # noqa: ARG002
        self.left -= 1
        if self.left <= 0:
            raise CancelledError("The import")


@pytest.mark.parametrize(("border", "at"), [(FAST, 1), (EXACTLY, 1), (EXACTLY, 2), (EXACTLY, 8)])
def test_stopping_ends_at_once_and_leaves_no_thread(
    readings: Readings, tmp_path: Path, border: int, at: int
) -> None:
    """A person's stop is heard on both ways."""
    source = tmp_path / "big.csv"
    source.write_bytes(b"a,b,c\n" + b"".join(b"%d,name %d,%d.5\n" % (i, i, i) for i in range(400_000)))
    reading = readings.judge(source).best.reading
    threads = threading.active_count()
    with fast_above(border), pytest.raises(CancelledError):
        readings.load(source, reading, tmp_path, name="big.csv", progress=Stopping(at))

    assert threading.active_count() <= threads
    assert not list(tmp_path.glob("text-*"))


def test_a_text_of_prose_is_uncertain(readings: Readings, tmp_path: Path) -> None:
    """What is hardly a table says so by its confidence; what clearly is one, too."""
    prose, table = tmp_path / "prose.txt", tmp_path / "table.csv"
    prose.write_text(
        "Call me Ishmael. Some years ago, never mind how long precisely, having little money in my purse;\n"
        "I thought I would sail about a little and see the watery part of the world.\n\n"
        "It is a way I have of driving off the spleen: and regulating the circulation.\n"
        "Whenever I find myself growing grim about the mouth, whenever it is a damp, drizzly November\n",
        encoding="utf-8",
    )
    table.write_text("id,name,price\n1,tea,2.50\n2,coffee,3.75\n3,milk,1.20\n", encoding="utf-8")

    assert readings.judge(prose).best.reading.confidence < 0.6
    assert readings.judge(table).best.reading.confidence > 0.9
    assert UncertainReadingError.code == "uncertain_reading"
