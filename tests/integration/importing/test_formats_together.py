"""Folders as one table: nothing is lost on the way, and what is told names its file."""

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.choosing import Wish, choose
from analysis.ledgers import LedgerFormat, LedgerQuery
from analysis.open import Analysis, open_analysis
from analysis.readings import Guess
from analysis.readings.corrections import correction_of
from analysis.readings.widening import widened
from analysis.saved_readings import reading_of_manifest
from core.errors import DamagedFileError, NotATableError, SourceError, UncertainReadingError
from core.progress import SilentProgress
from core.types import Manifest
from storage.open import Storage


@pytest.fixture
def analysis(storage: Storage) -> Iterator[Analysis]:
    """The analysis floor."""
    opened = open_analysis(storage)
    yield opened
    opened.close()


def together(analysis: Analysis, folder: Path, *, auto: bool = True, wish: Wish | None = None) -> Manifest:
    """The manifest of a folder's import."""
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    return analysis.sets.import_files(
        paths,
        called=str(folder),
        name=None,
        wish=wish or Wish(auto=auto, fresh=True),
        replace=False,
        progress=SilentProgress(),
    ).manifest


def rows(analysis: Analysis, manifest: Manifest) -> list[tuple[object, ...]]:
    """The rows of an imported version."""
    file = analysis.storage.datasets.data_file(manifest.dataset_id, manifest.version)
    with analysis.storage.duck.trusted() as connection:
        return connection.execute(f"from '{file}'").fetchall()


def test_files_that_drifted_become_one_table(analysis: Analysis, tmp_path: Path) -> None:
    """Columns by name in any order, missing ones empty, text as it was found, every file's ledger kept."""
    folder = tmp_path / "sales"
    folder.mkdir()
    (folder / "01.csv").write_text("id;name;amount\n1;Berlin;1,5\n2;Wien;2,25\n", encoding="utf-8")
    (folder / "02.csv").write_text("# late\nAMOUNT,note,id\n10,x,3\n,y,4\n", encoding="utf-8")
    (folder / "03.json").write_text(json.dumps([{"id": 7, "name": "JSON"}]), encoding="utf-8")
    (folder / "04.csv").write_text("id;name;amount\n007;Graz;1,25\n", encoding="utf-8")
    pq.write_table(
        pa.table({"id": [9], "amount": pa.array([Decimal("1.125")], pa.decimal128(9, 3))}), folder / "05.parquet"
    )

    manifest = together(analysis, folder)

    assert manifest.name == "sales"
    assert [(column.name, column.type) for column in manifest.columns] == [
        ("id", "VARCHAR"),
        ("name", "VARCHAR"),
        ("amount", "DECIMAL(22,3)"),
        ("note", "VARCHAR"),
        ("file", "VARCHAR"),
    ]
    assert rows(analysis, manifest) == [
        ("1", "Berlin", Decimal("1.5"), None, "01.csv"),
        ("2", "Wien", Decimal("2.25"), None, "01.csv"),
        ("3", None, Decimal(10), "x", "02.csv"),
        ("4", None, None, "y", "02.csv"),
        ("7", "JSON", None, None, "03.json"),
        ("007", "Graz", Decimal("1.25"), None, "04.csv"),
        ("9", None, Decimal("1.125"), None, "05.parquet"),
    ]
    assert manifest.ledger.adds_up()
    assert [one.name for one in manifest.files] == ["01.csv", "02.csv", "03.json", "04.csv", "05.parquet"]
    assert all(one.ledger.adds_up() for one in manifest.files)
    assert sum(one.ledger.total for one in manifest.files) == manifest.ledger.total
    told = {(flag.code, flag.column, flag.file) for flag in manifest.flags}
    assert {
        ("missing_column", "note", "01.csv"),
        ("renamed_column", "amount", "02.csv"),
        ("wider_type", "id", "01.csv"),
    } <= told
    assert Manifest.from_dict(json.loads(json.dumps(manifest.to_dict()))) == manifest


def test_every_cell_of_a_set_is_given_back(analysis: Analysis, tmp_path: Path) -> None:
    """Files write the same numbers and days otherwise; in their one table each cell has the text of its file."""
    folder = tmp_path / "sales"
    folder.mkdir()
    one, two = (
        [("1,5", "01.02.2025", "x"), ("2,50", "13.02.2025", "007")],
        [("1.5", "2025-02-01", "y"), ("3", "", "8")],
    )
    (folder / "1.csv").write_text("n;day;z\n" + "".join(f"{';'.join(row)}\n" for row in one * 9), encoding="utf-8")
    (folder / "2.csv").write_text("n,day,z\n" + "".join(f"{','.join(row)}\n" for row in two * 9), encoding="utf-8")
    (folder / "3.json").write_text(json.dumps([{"n": 4, "z": "9 %"}] * 3), encoding="utf-8")

    manifest = together(analysis, folder)

    assert [(column.name, column.type) for column in manifest.columns[:2]] == [
        ("n", "DECIMAL(21,2)"),
        ("day", "DATE"),
    ]
    texts = analysis.originals.texts(manifest)
    found = [tuple(cell or "" for cell in row.values()) for row in texts.to_pylist()]
    assert [row[:3] for row in found] == [*one * 9, *two * 9, *[("4", "", "9 %")] * 3]
    assert {row[3] for row in found} == {"1.csv", "2.csv", "3.json"}
    assert [guess.column for guess in analysis.originals.guesses(manifest)] == ["n", "day", "z", "file"]


def test_what_became_of_lines_names_their_file(analysis: Analysis, tmp_path: Path) -> None:
    """The ledger has a column for it, and so has each flag."""
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.csv").write_text("x,y\n1,2\n3,4\n5,6\n", encoding="utf-8")
    (folder / "b.csv").write_text("x,y\n1,2\n3,4,9\n5,6\n7,8\n", encoding="utf-8")

    manifest = together(analysis, folder)

    ledger = pq.read_table(
        analysis.storage.datasets.ledger_file(manifest.dataset_id, manifest.version)
    ).to_pylist()
    assert {(line["file"], line["line"], line["action"]) for line in ledger} == {
        ("a.csv", 1, "header"), ("b.csv", 1, "header"), ("b.csv", 3, "repaired"),
    }  # fmt: skip
    assert [(flag.file, flag.line) for flag in manifest.flags if flag.line] == [("b.csv", 3)]


def test_lines_of_a_set_are_told_with_their_file(analysis: Analysis, tmp_path: Path) -> None:
    """The same line number of two files is two entries: each has its own message, file and text, file by file."""
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "b.csv").write_text("x,y\n1,2\n3,4,nine\n5,6\n7,8\n", encoding="utf-8")
    (folder / "a.csv").write_bytes("x;y\n1;2\n3\n5;Köln\n".encode("windows-1252"))
    (folder / "c.csv").write_bytes("x;y\n1;2\n3;Köln;zwölf\n5;6\n".encode("windows-1252"))
    manifest = together(analysis, folder)

    repaired = analysis.ledgers.page(manifest, LedgerQuery(actions=("repaired",))).entries

    assert [(one.file, one.line, one.text, len(one.messages)) for one in repaired] == [
        ("a.csv", 3, "3", 1), ("b.csv", 3, "3,4,nine", 1), ("c.csv", 3, "3;Köln;zwölf", 1),
    ]  # fmt: skip
    assert all(one.to_dict()["file"] == one.file for one in repaired)
    found = analysis.ledgers.page(manifest, LedgerQuery(search="zwölf")).entries
    assert [one.file for one in found] == ["c.csv"]
    found = analysis.ledgers.page(manifest, LedgerQuery(file="b.csv")).entries
    assert [(one.line, one.action) for one in found] == [(1, "header"), (3, "repaired")]
    for fmt in get_args(LedgerFormat):
        analysis.ledgers.export(manifest, tmp_path / f"ledger.{fmt}", fmt)
    assert (tmp_path / "ledger.csv").read_text(encoding="utf-8").splitlines()[1].startswith("a.csv,1,header,")
    assert pq.read_table(tmp_path / "ledger.parquet")["file"].to_pylist() == [
        *["a.csv"] * 2,
        *["b.csv"] * 2,
        *["c.csv"] * 2,
    ]


def test_what_a_set_could_be_is_told_with_file_line_and_cell(analysis: Analysis, tmp_path: Path) -> None:
    """One month writes "n/a" and another has zeros in front; the others are numbers already."""
    folder = tmp_path / "sales"
    folder.mkdir()
    good = [f"{at}" for at in range(1, 31)]
    months = {"01.csv": good, "02.csv": [*good[:28], "n/a", "unknown"], "03.csv": ["007", *good[1:]]}
    for name, cells in months.items():
        lines = "".join(f"{at};{cell}\n" for at, cell in enumerate(cells))
        (folder / name).write_text(f"at;amount\n{lines}", encoding="utf-8")

    manifest = together(analysis, folder)

    guess = next(one for one in analysis.originals.guesses(manifest) if one.column == "amount")
    assert (guess.stored, guess.offered) == ("VARCHAR", "BIGINT")
    assert guess.examples() == [
        ("02.csv", 30, "n/a"), ("03.csv", 2, "007"), ("02.csv", 31, "unknown"),
    ]  # fmt: skip
    assert guess.share == pytest.approx(88 / 90, abs=0.0001), "007 is a number, as in one file"
    assert guess.note == "Cells of 2 of the 3 files with this column speak against it."
    assert Guess.from_dict(json.loads(json.dumps(guess.to_dict()))) == guess


def test_a_set_is_offered_nothing_that_one_of_its_files_is_not(analysis: Analysis, tmp_path: Path) -> None:
    """Numbers in one file and words in the other could be nothing but text."""
    folder = tmp_path / "sales"
    folder.mkdir()
    for name, cells in (("01.csv", "123456789"), ("02.csv", "abcdefghi")):
        lines = "".join(f"{at};{cell}\n" for at, cell in enumerate(cells))
        (folder / name).write_text(f"at;amount\n{lines}", encoding="utf-8")

    guess = next(one for one in analysis.originals.guesses(together(analysis, folder)) if one.column == "amount")

    assert (guess.stored, guess.offered, guess.examples()) == ("VARCHAR", None, [])


def test_files_are_read_as_a_person_said(analysis: Analysis, tmp_path: Path) -> None:
    """A saved reading sets its lines right in every file, and a type that was asked for holds for all of them."""
    folder, bad = tmp_path / "sales", b"3;Bonn;x;3"
    folder.mkdir()
    text = "id;town;amount\n" + "".join(f"{i};Wien {i};{i}\n" for i in range(1, 20)) + f"{bad.decode()}\n"
    for name in ("01.csv", "02.csv"):
        (folder / name).write_text(text, encoding="utf-8")
    alone = analysis.imports.import_file(
        folder / "01.csv",
        wish=Wish(corrections=(correction_of(21, bad, "3;Bonn;3", was=bad.decode()),), fresh=True),
        progress=SilentProgress(),
    )
    saved = reading_of_manifest(alone.manifest, "sales")

    manifest = together(analysis, folder, wish=Wish(saved=saved, types=(("amount", "DECIMAL(18,2)"),)))

    assert [column.type for column in manifest.columns] == ["BIGINT", "VARCHAR", "DECIMAL(18,2)", "VARCHAR"]
    found = [row for row in rows(analysis, manifest) if row[1] == "Bonn"]
    assert found == [(3, "Bonn", Decimal(3), "01.csv"), (3, "Bonn", Decimal(3), "02.csv")]
    assert {flag.code for flag in manifest.flags} == {"corrected"}


def test_originals_are_kept_one_by_one(analysis: Analysis, tmp_path: Path) -> None:
    """The source of the whole is a list of them."""
    folder = tmp_path / "set"
    folder.mkdir()
    for name in ("a.csv", "b.csv"):
        (folder / name).write_text(f"x,y\n1,{name}\n", encoding="utf-8")

    manifest = together(analysis, folder)

    sources = analysis.storage.sources
    listing = [
        json.loads(line) for line in sources.path(manifest.source.digest).read_text(encoding="utf-8").splitlines()
    ]
    assert [one["name"] for one in listing] == ["a.csv", "b.csv"]
    assert [one["digest"] for one in listing] == [one.digest for one in manifest.files]
    assert all(sources.path(one.digest).read_bytes() == (folder / one.name).read_bytes() for one in manifest.files)
    assert list(analysis.storage.paths.tmp.glob("version-*")) == []


def test_one_bad_file_stops_all_by_its_name(analysis: Analysis, tmp_path: Path) -> None:
    """What would be missing would not be seen; nothing of the others stays."""
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    (folder / "b.parquet").write_bytes(b"PAR1 is not all there is")

    with pytest.raises(DamagedFileError, match=r"b\.parquet"):
        together(analysis, folder)
    assert list(analysis.storage.paths.tmp.glob("version-*")) == []
    with pytest.raises(NotATableError, match="is 0 files"):
        analysis.sets.import_files(
            [], called="x", name=None, wish=Wish(), replace=False, progress=SilentProgress()
        )


def test_an_uncertain_file_is_asked_about(analysis: Analysis, tmp_path: Path) -> None:
    """As it would be by itself."""
    import zipfile

    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    with zipfile.ZipFile(folder / "b.zip", "w") as archive:
        for name in ("one.csv", "two.csv"):
            archive.writestr(name, "x,y\n1,2\n")

    with pytest.raises(UncertainReadingError, match=r"b\.zip") as caught:
        together(analysis, folder, auto=False)
    assert caught.value.to_dict()["files"] == [str(folder / "b.zip")]


UNCLEAR = "".join(f"{';'.join('a' * (1 + at % 5))},{','.join('bc' * (at % 4))}\n" for at in range(40))
"""Split by neither sign well."""


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """A folder with a file that is certain, and two that are not."""
    folder = tmp_path / "mixed"
    folder.mkdir()
    rows = "".join(f"{at},Köln,{at * 1.5}\n" for at in range(200))
    (folder / "a.csv").write_text(f"id,town,amount\n{rows}", encoding="utf-8")
    for name in ("b.csv", "c.csv"):
        (folder / name).write_text(UNCLEAR, encoding="utf-8")
    return folder


def test_all_uncertain_files_are_named_before_any_is_loaded(analysis: Analysis, mixed: Path) -> None:
    """Each of them, so that one decides once; not one original was copied for it."""
    with pytest.raises(UncertainReadingError, match=r"2 files among its 3 .*'b\.csv', 'c\.csv'") as caught:
        together(analysis, mixed, auto=False)

    assert caught.value.to_dict()["files"] == [str(mixed / "b.csv"), str(mixed / "c.csv")]
    assert [path for path in analysis.storage.paths.sources.rglob("*") if path.is_file()] == []
    assert together(analysis, mixed, auto=True).files[2].name == "c.csv"


def test_what_was_decided_about_single_files_holds_for_them_alone(analysis: Analysis, mixed: Path) -> None:
    """With a word about each that asks, nothing asks any more, and each is read as was said."""
    wish = Wish(fresh=True)
    each = {}
    for name, delimiter in (("b.csv", ","), ("c.csv", ";")):
        judged = analysis.readings.judge(mixed / name)
        each[mixed / name] = Wish(reading=replace(judged.best.reading, delimiter=delimiter, column_types=()))

    def decided(said: dict[Path, Wish]) -> Manifest:
        return analysis.sets.import_files(
            sorted(mixed.iterdir()), called=str(mixed), name=None, wish=wish, each=said, replace=False,
            progress=SilentProgress(),
        ).manifest  # fmt: skip

    manifest = decided(each)

    assert [one.reading.delimiter for one in manifest.files] == [",", ",", ";"]
    del each[mixed / "c.csv"]
    with pytest.raises(UncertainReadingError, match=r"c\.csv"):
        decided(each)


def test_a_file_that_changes_after_it_was_judged_is_judged_again(
    analysis: Analysis, mixed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was decided was about other bytes."""
    (mixed / "b.csv").unlink()
    (mixed / "c.csv").unlink()
    (mixed / "b.csv").write_text("id,town,amount\n1,Rom,2.5\n2,Ulm,3.5\n", encoding="utf-8")
    changed: list[bool] = []

    def judge_then_change(*args: Any, **more: Any) -> Any:  # noqa: ANN401 - as the real one
        chosen = choose(*args, **more)
        if args[2] == mixed / "b.csv" and not changed:
            changed.append(True)
            (mixed / "b.csv").write_text("id;town;amount\n1;Rom;2,5\n2;Ulm;3,5\n3;Bad;4,5\n", encoding="utf-8")
        return chosen

    monkeypatch.setattr("analysis.importing_set.choose", judge_then_change)

    assert [one.reading.delimiter for one in together(analysis, mixed).files] == [",", ";"]


def test_files_of_the_same_name_keep_their_folders(analysis: Analysis, tmp_path: Path) -> None:
    """So that the column tells them apart."""
    paths = []
    for month in ("jan", "feb"):
        (tmp_path / month).mkdir()
        paths.append(tmp_path / month / "sales.csv")
        paths[-1].write_text("x,y\n1,2\n", encoding="utf-8")

    manifest = analysis.sets.import_files(
        paths,
        called=str(tmp_path / "*" / "sales.csv"),
        name=None,
        wish=Wish(auto=True),
        replace=False,
        progress=SilentProgress(),
    ).manifest

    assert [one.name for one in manifest.files] == ["jan/sales.csv", "feb/sales.csv"]
    assert {row[-1] for row in rows(analysis, manifest)} == {"jan/sales.csv", "feb/sales.csv"}


CELL = st.one_of(
    st.integers(-(10**12), 10**12).map(str), st.decimals(-1000, 1000, places=2).map(str), st.text("ab", max_size=3)
)


@given(tables=st.lists(st.lists(CELL, min_size=2, max_size=5), min_size=2, max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_is_changed_by_the_company_it_keeps(
    analysis: Analysis, tmp_path_factory: pytest.TempPathFactory, tables: list[list[str]]
) -> None:
    """Whatever the other files hold: a number is the same number, a text the same text."""
    folder = tmp_path_factory.mktemp("set")
    for number, cells in enumerate(tables):
        lines = "".join(f"{at},{cell}\n" for at, cell in enumerate(cells))
        (folder / f"{number}.csv").write_text(f"at,value\n{lines}", encoding="utf-8")

    try:
        manifest = together(analysis, folder)
    except SourceError as error:
        pytest.fail(str(error))

    found = rows(analysis, manifest)
    expected = [cell for cells in tables for cell in cells]
    assert [_same(row[1], cell) for row, cell in zip(found, expected, strict=True)] == [True] * len(expected)


def _same(value: object, cell: str) -> bool:
    if value is None:
        return not cell
    return value == cell if isinstance(value, str) else Decimal(str(value)) == Decimal(cell)


@given(st.lists(st.sampled_from(
    ["TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "UBIGINT", "DECIMAL(18,2)", "DECIMAL(38,0)", "DOUBLE",
     "FLOAT", "DATE", "TIMESTAMP", "VARCHAR", "BOOLEAN", "INTEGER[]"]), min_size=2, max_size=2))  # fmt: skip
def test_widening_takes_no_sides(pair: list[str]) -> None:
    """It is the same both ways, and wide enough for what it was made of."""
    one, other = pair

    wide = widened(one, other)

    assert wide == widened(other, one)
    assert widened(wide, one) == widened(wide, other) == wide
