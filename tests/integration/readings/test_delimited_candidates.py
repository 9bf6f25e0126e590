"""What the judge offers, and what a reading a person changed shows before it is taken."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.importing import Importer
from analysis.readings import Readings, judge, text
from analysis.readings.engines import Opinion, third_opinion
from analysis.readings.lines import Lines
from core.progress import SilentProgress
from storage.open import Storage


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


def test_a_changed_reading_is_shown_as_it_would_be_loaded(readings: Readings, tmp_path: Path) -> None:
    """The delimiter somebody chose is believed, even where the judge knows a better one."""
    path = tmp_path / "a.csv"
    path.write_text("name;amount\nA,B;1\nC,D;2\n", encoding="utf-8")
    best = readings.judge(path).best

    changed = readings.try_reading(path, replace(best.reading, delimiter=",", header_rows=0, column_types=()))

    assert [column.source_name for column in best.columns] == ["name", "amount"]
    assert changed.preview[1:] == (("A", "B;1"), ("C", "D;2"))
    assert changed.reading.header_rows == 0


def lines_of(count: int) -> list[str]:
    """Return the lines of a regular table."""
    rows = [f"{i},name {i},{i * 3.25:.2f},2024-0{i % 9 + 1}-1{i % 10}" for i in range(1, count + 1)]
    return ["id,name,amount,day", *rows]


def test_candidates_say_what_was_weighed(readings: Readings, tmp_path: Path) -> None:
    """Best first, each with its score and reasons; the differing cells of the others are counted."""
    path = tmp_path / "a.csv"
    path.write_text("name;amount\nA,B;1\nC,D;2\nE,F;3\n", encoding="utf-8")

    best, *others = readings.judge(path).candidates

    assert best.differs == 0
    assert others
    assert all(other.differs > 0 for other in others)
    for found in (best, *others):
        assert found.score is not None
        assert found.score.total == found.reading.confidence <= best.reading.confidence
        assert found.reasons


@pytest.mark.parametrize(
    ("lines", "count"),
    [(lines_of(40), 0), (["a,b;c", "1,5;2", "2,5;3", "3,5;4", "4,5;5"], 1)],
    ids=["clean", "commas in numbers"],
)
def test_the_slow_engine_is_asked_only_where_there_is_doubt(
    lines: list[str], count: int, readings: Readings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clean file never waits for CleverCSV; a file that could be read in two ways hears it."""
    asked = []

    def listen(some: Lines) -> tuple[Opinion, ...]:
        asked.append(some)
        return third_opinion(some)

    monkeypatch.setattr(judge, "third_opinion", listen)
    path = tmp_path / "a.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    readings.judge(path)

    assert len(asked) == count


def test_one_cell_in_single_quotes_tells_the_quote(readings: Readings, tmp_path: Path) -> None:
    """Where the marks within it are doubled as within quotes, it is a quoted cell, be it the only one."""
    path = tmp_path / "a.csv"
    lines = lines_of(6)
    lines[6] = lines[6].replace("name 6", "'it''s'")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    best = readings.judge(path).best

    assert best.reading.quote == "'"
    assert [row[1] for row in best.preview][-1] == "it's"


def test_one_quote_in_a_file_with_tabs_is_told(readings: Readings, tmp_path: Path) -> None:
    """Files with tabs often have no quotes at all, but a single one in a column of numbers is damage."""
    path = tmp_path / "a.tsv"
    lines = [line.replace(",", "\t") for line in lines_of(6)]
    lines[2] = lines[2].replace("2\t", '2"\t', 1)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    loaded = readings.write_clean(
        path, readings.judge(path).best.reading, tmp_path / "out", name="a", progress=SilentProgress()
    )

    assert [(flag.code, flag.line) for flag in loaded.flags] == [("stray_quote", 3)]


@pytest.mark.parametrize(
    ("delimiter", "name"),
    [("||", "two bars"), ("|~|", "a mark read both ways"), (" | ", "a bar in blanks"), ("\t\t", "two tabs")],
)
def test_a_delimiter_may_be_several_characters(
    delimiter: str, name: str, readings: Readings, tmp_path: Path
) -> None:
    """It is found as one, not as empty columns between its characters."""
    path = tmp_path / f"{name}.txt"
    path.write_text("\n".join(line.replace(",", delimiter) for line in lines_of(9)) + "\n", encoding="utf-8")

    best = readings.judge(path).best

    assert best.reading.delimiter == delimiter
    assert [column.source_name for column in best.columns] == ["id", "name", "amount", "day"]


@pytest.mark.parametrize("above", [0, 1 << 60], ids=["fast", "exact"])
@pytest.mark.parametrize("last", ["Total,,99.50,", ",Summe,99.50,", "Source: the shop,,,"])
def test_a_line_below_the_table_is_set_aside_though_it_is_as_wide(
    last: str, above: int, readings: Readings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A total, or a note in the first cell, is no record: it is flagged, and the types stay those of the table."""
    monkeypatch.setattr(text, "FAST_ABOVE_BYTES", above)
    path, out = tmp_path / "a.csv", tmp_path / "out"
    out.mkdir()
    path.write_text("\n".join([*lines_of(40), last]) + "\n", encoding="utf-8")

    loaded = readings.load(path, readings.judge(path).best.reading, out, name=path.name, progress=SilentProgress())

    assert (loaded.rows, loaded.ledger.footer) == (40, 1)
    assert [(flag.code, flag.line) for flag in loaded.flags] == [("footer", 42)]
    assert [column.type for column in loaded.columns] == ["BIGINT", "VARCHAR", "DECIMAL(18,2)", "DATE"]


@pytest.mark.parametrize("above", [0, 1 << 60], ids=["fast", "exact"])
@pytest.mark.parametrize(
    ("odd", "code"),
    [("Subtotal,,99.50,", "total"), (",Total,99.50,", "total"), ("id,name,amount,day", "repeated_header")],
)
def test_what_is_no_record_between_records_stays_one_and_is_told(
    odd: str, code: str, above: int, readings: Readings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is taken out of the middle of a table, and its line is named whichever way it was loaded."""
    monkeypatch.setattr(text, "FAST_ABOVE_BYTES", above)
    lines, out = [line.replace("name 7,", '"name\n7",') for line in lines_of(40)], tmp_path / "out"
    path = tmp_path / "a.csv"
    out.mkdir()
    path.write_text("\n".join([*lines[:20], odd, *lines[20:]]) + "\n", encoding="utf-8")

    loaded = readings.load(path, readings.judge(path).best.reading, out, name="a", progress=SilentProgress())

    assert loaded.rows == 41
    assert [(flag.code, flag.line, flag.action) for flag in loaded.flags] == [(code, 22, "kept")]


def test_names_that_begin_like_totals_are_left_alone(
    readings: Readings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A shop called "Total" is one, also where another record lacks a cell."""
    monkeypatch.setattr(text, "FAST_ABOVE_BYTES", 0)
    path, out = tmp_path / "a.csv", tmp_path / "out"
    out.mkdir()
    rows = [f"{name} {i},{i},{'' if i == 30 else i * 2}" for i in range(20) for name in ("Total", "Alpha", "Sum")]
    path.write_text("\n".join(["shop,count,amount", *rows]) + "\n", encoding="utf-8")

    loaded = readings.load(path, readings.judge(path).best.reading, out, name="a", progress=SilentProgress())

    assert (loaded.rows, loaded.flags) == (60, ())


def test_a_comment_as_wide_as_a_record_is_told(readings: Readings, tmp_path: Path) -> None:
    """It is counted as a comment; since it might have been a record, a person hears of it."""
    path, lines = tmp_path / "a.csv", lines_of(40)
    path.write_text("\n".join([*lines[:20], "# a, note, with, commas", *lines[20:]]) + "\n", encoding="utf-8")

    loaded = readings.write_clean(
        path, readings.judge(path).best.reading, tmp_path / "out", name="a", progress=SilentProgress()
    )

    assert (loaded.rows, loaded.ledger.comment) == (40, 1)
    assert [(flag.code, flag.line) for flag in loaded.flags] == [("comment", 21)]


@pytest.mark.parametrize("header", ["n,name", "n,y,t", "t"])
def test_one_letter_is_a_name_for_a_column(header: str, readings: Readings, tmp_path: Path) -> None:
    """Though "n", "y" and "t" alone may be truths, too."""
    path = tmp_path / "a.csv"
    width = header.count(",") + 1
    rows = [",".join(str(row * 7 + column) for column in range(width)) for row in range(5)]
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")

    best = readings.judge(path).best

    assert best.reading.header_rows == 1
    assert [column.source_name for column in best.columns] == header.split(",")


def test_text_over_a_border_of_fixed_columns_is_told(readings: Readings, tmp_path: Path) -> None:
    """A line that slipped is cut at the borders, and flagged."""
    path = tmp_path / "a.txt"
    rows = [f"{cells[0]:<6}{cells[1]:<12}{cells[2]:>9}  {cells[3]}" for cells in map(_cells, lines_of(30))]
    rows[12] = rows[12][:4] + "XXXX" + rows[12][4:]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")

    loaded = readings.write_clean(
        path, readings.judge(path).best.reading, tmp_path / "out", name="a", progress=SilentProgress()
    )

    assert loaded.reading.widths is not None
    assert [(flag.code, flag.line) for flag in loaded.flags] == [("crosses_border", 13)]


def _cells(line: str) -> list[str]:
    return line.split(",")


@pytest.mark.parametrize(
    ("odd", "quote", "escape"),
    [("{i},'name, with comma {i}','it is {i}',x", "'", None), ('{i},"say \\"hi\\", {i}",b,x', '"', "\\")],
    ids=["single quotes", "escaped quotes"],
)
def test_misfits_further_inside_lead_to_another_reading(
    odd: str, quote: str, escape: str | None, storage: Storage, tmp_path: Path
) -> None:
    """The judge saw only the begin; lines it had to repair make it look again, and nothing stays repaired."""
    path = tmp_path / "late.csv"
    lines = ["id,name,note,more", *(f"{i},name {i},plain {i},x" for i in range(60_000))]
    for i in range(40_000, 40_300):
        lines[i] = odd.format(i=i)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    readings = Readings(storage)
    judged = readings.judge(path).best.reading
    assert (judged.quote, judged.escape) == ('"', None)

    loaded, _ = Importer(storage, readings).read_file(path, tmp_path / "out", progress=SilentProgress())

    assert (loaded.reading.quote, loaded.reading.escape) == (quote, escape)
    assert (loaded.rows, loaded.ledger.repaired, loaded.flags) == (60_000, 0, ())
