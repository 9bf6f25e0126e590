"""What a file leaves open is offered: encoding, header, order of dates; what it tells is not asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.readings import Loaded, Readings
from analysis.readings.model import Candidate
from analysis.readings.saved import SavedReading, from_toml, source_names, to_toml
from core.progress import SilentProgress
from core.types import Reading
from storage.open import Storage

GERMAN = "name;town;amount\nMüller;Köln;5\nJosé;Münster;7\nBähr;Gießen;8\n"
POLISH = "imię;miasto;kwota\nŁukasz;Łódź;5\nŻaneta;Gdańsk;7\n"
RUSSIAN = "имя;город;сумма\nИван;Москва;5\nОльга;Тверь;7\n"
ORDERED = [f"{i},{i % 9 + 1:02}/{i % 3 + 10}/2024,{i}.5" for i in range(1, 20)]


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


def judged(readings: Readings, folder: Path, content: str | bytes) -> tuple[Candidate, ...]:
    """Return the candidates of a file with this content."""
    path = folder / "a.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return readings.judge(path).candidates


def loaded(readings: Readings, folder: Path, reading: Reading) -> Loaded:
    """Load the file that was judged in a reading."""
    out = folder / "out"
    out.mkdir(exist_ok=True)
    return readings.load(folder / "a.csv", reading, out, name="a.csv", progress=SilentProgress())


def test_both_orders_of_dates_are_offered_where_no_cell_shows_one(readings: Readings, tmp_path: Path) -> None:
    """The best reading keeps the text and is as sure as ever; each order is a candidate that loads dates."""
    best, *others = judged(readings, tmp_path, "\n".join(["id,day,amount", *ORDERED]))

    assert (best.columns[1].type, best.reading.date_order) == ("VARCHAR", None)
    assert best.reading.confidence > 0.95
    assert {one.reading.date_order: one.columns[1].type for one in others} == {"dmy": "DATE", "mdy": "DATE"}
    assert all("'day'" in one.reasons[0] for one in others)
    for one in others:
        assert loaded(readings, tmp_path, one.reading).columns[1].type == "DATE"


@pytest.mark.parametrize("day", ["31/01/2024", "01/31/2024"])
def test_a_day_above_twelve_settles_the_order(day: str, readings: Readings, tmp_path: Path) -> None:
    """Then there is nothing to choose."""
    found = judged(readings, tmp_path, "\n".join(["id,day,amount", *ORDERED, f"20,{day},3.5"]))

    assert found[0].columns[1].type == "DATE"
    assert [one.reading.date_order for one in found] == [None]


def test_a_header_that_may_be_a_record_is_offered_as_one(readings: Readings, tmp_path: Path) -> None:
    """Where all is words, the first line may be either; both are there, and the best is hardly less sure."""
    best, *others = judged(readings, tmp_path, "Anna,Bonn\nBernd,Trier\nCarla,Mainz\nDirk,Ulm\n")

    assert {best.reading.header_rows, *(one.reading.header_rows for one in others)} == {0, 1}
    without = next(one for one in (best, *others) if one.reading.header_rows == 0)
    assert without.preview[0] == ("Anna", "Bonn")
    assert best.reading.confidence > 0.8


def test_years_that_follow_each_other_are_a_header(readings: Readings, tmp_path: Path) -> None:
    """Though they are numbers above numbers; that they are a record is offered."""
    best, *others = judged(readings, tmp_path, "country,2019,2020,2021\nDE,1,2,3\nFR,4,5,6\nIT,7,8,9\n")

    assert best.reading.header_rows == 1
    assert [column.source_name for column in best.columns] == ["country", "2019", "2020", "2021"]
    assert 0 in [one.reading.header_rows for one in others]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [(GERMAN, "mac-roman"), (GERMAN, "cp850"), (POLISH, "cp1250"), (RUSSIAN, "cp1251")],
)
def test_another_encoding_is_known_by_its_words(
    text: str, encoding: str, readings: Readings, tmp_path: Path
) -> None:
    """A short file tells its encoding by which words it would make; the usual one is offered beside it."""
    best, *others = judged(readings, tmp_path, text.encode(encoding))

    rows = [line.split(";") for line in text.splitlines()]
    assert [list(row) for row in best.preview] == rows[1:]
    assert [column.source_name for column in best.columns] == rows[0]
    assert "windows-1252" in [one.reading.encoding for one in others]
    assert best.reading.confidence > 0.6
    assert [one.source_name for one in loaded(readings, tmp_path, best.reading).columns] == rows[0]


def test_a_few_odd_bytes_do_not_make_another_encoding(readings: Readings, tmp_path: Path) -> None:
    """Two words are no evidence, and what holds control characters is damaged rather than foreign."""
    for content in (
        "name,n\nM\x9fller,1\nB,2\n",
        "name,n\n" + "".join(f"\x8f\x9f\x8aab{i},1\n" for i in range(7)) + "\x02,1\n",
    ):
        assert judged(readings, tmp_path, content.encode("latin1"))[0].reading.encoding == "windows-1252"


def test_bytes_that_are_no_utf8_are_offered_in_the_usual_encoding(readings: Readings, tmp_path: Path) -> None:
    """A file of two encodings is read as the one most of it is in; the other is there to choose."""
    best, *others = judged(readings, tmp_path, GERMAN.encode() + "Bühler;Ulm;3\n".encode("cp1252"))

    assert best.reading.encoding == "utf-8"
    assert "windows-1252" in [one.reading.encoding for one in others]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(["id,day,amount", *(f"{i},2024-01-{i + 10},{i}.5" for i in range(1, 20))]).encode(),
        (GERMAN + "Kurz;Bonn;5 €\nÉtienne;Nîmes;4\n").encode("cp1252"),
        GERMAN.encode(),
    ],
    ids=["plain", "windows", "utf-8"],
)
def test_a_clean_file_is_not_asked_about(content: bytes, readings: Readings, tmp_path: Path) -> None:
    """Nothing is offered where the file says it all."""
    best, *others = judged(readings, tmp_path, content)

    assert best.reading.confidence > 0.95
    assert {(one.reading.encoding, one.reading.date_order) for one in others} <= {(best.reading.encoding, None)}


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["id,name,amount", "(no),(text),(EUR)"], ["id (no)", "name (text)", "amount (EUR)"]),
        (["region,Sales,", ",sold,returned"], None),
        ([",Sales,,Costs,", "region,old,new,old,new"],
         ["region", "Sales old", "Sales new", "Costs old", "Costs new"]),
        ([",2023,,2024,", "region,sold,returned,sold,returned"],
         ["region", "2023 sold", "2023 returned", "2024 sold", "2024 returned"]),
        (["region,Sales,,Costs,", ",2023,2024,2023,2024"],
         ["region", "Sales 2023", "Sales 2024", "Costs 2023", "Costs 2024"]),
    ],
    ids=["units", "one group", "groups", "years above", "years below"],
)  # fmt: skip
def test_a_header_of_two_lines_gives_joined_names(
    header: list[str], names: list[str] | None, readings: Readings, tmp_path: Path
) -> None:
    """Names of groups go with all of their columns; one line of header is offered, and the choice can be saved."""
    width = header[1].count(",") + 1
    rows = [",".join(["north", *(str(i + j) for j in range(width - 1))]) for i in range(1, 8)]
    if names and names[0] == "id (no)":
        rows = [f"{i},name {i},{i}.5" for i in range(1, 8)]
    found = judged(readings, tmp_path, "\n".join([*header, *rows]) + "\n")

    two = next(one for one in found if one.reading.header_rows == 2)
    assert 1 in [one.reading.header_rows for one in found]
    if names is not None:
        assert two is found[0]
        assert [column.name for column in two.columns] == names
    saved = SavedReading("two lines", two.reading, source_names(two.columns))
    again = from_toml(to_toml(saved), file_name="a.toml")
    assert replace(again.reading, confidence=0) == replace(two.reading, confidence=0)
    result = loaded(readings, tmp_path, again.reading)
    assert (result.rows, result.ledger.header) == (7, 2)
    assert [column.name for column in result.columns] == [column.name for column in two.columns]
