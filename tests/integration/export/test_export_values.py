"""What is exported comes back as it was: value by value, in every format, as far as the format can hold it."""

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from analysis.export import Asked, Exporter, ExportOptions, Format
from analysis.export.sheet import MAX_CHARACTERS
from core.errors import ExportError
from core.ids import new_id
from core.types import Manifest
from storage.duck import quote_literal
from storage.open import Storage
from tests.tables import add_dataset

NAUGHTY = Path(__file__).parents[4] / "shared" / "data" / "naughty-strings" / "blns.json"
SAME_PROFILE = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
kinds: dict[str, st.SearchStrategy[Any]] = {
    "text": text,
    "whole": st.integers(-(2**63), 2**63 - 1),
    "exact": st.decimals("-99999999.99", "99999999.99", places=2),
    "rough": st.floats(allow_nan=False),
    "day": st.dates(dt.date(1, 1, 1)),
    "moment": st.datetimes(),
    "yes": st.booleans(),
}
tables = st.integers(0, 6).flatmap(
    lambda rows: st.fixed_dictionaries(
        {name: st.lists(st.one_of(st.none(), kind), min_size=rows, max_size=rows) for name, kind in kinds.items()}
    )
)
SCHEMA = pa.schema(
    [
        ("text", pa.string()),
        ("whole", pa.int64()),
        ("exact", pa.decimal128(10, 2)),
        ("rough", pa.float64()),
        ("day", pa.date32()),
        ("moment", pa.timestamp("us")),
        ("yes", pa.bool_()),
    ]
)
TYPES = "text VARCHAR, whole BIGINT, exact DECIMAL(10,2), rough DOUBLE, day DATE, moment TIMESTAMP, yes BOOLEAN"


def as_question(manifest: Manifest) -> str:
    """A question for the whole dataset."""
    return f'from "{manifest.name}"'


def what(manifest: Manifest, *, asked: bool) -> str | tuple[str, int]:
    """The dataset itself, or a question for all of it."""
    return as_question(manifest) if asked else (manifest.dataset_id, manifest.version)


def written(exporter: Exporter, folder: Path, manifest: Manifest, fmt: Format, *, asked: bool) -> Path:
    """A file with the dataset's rows."""
    target = folder / f"{new_id()}.{fmt}"
    exported = exporter.export(what(manifest, asked=asked), target, fmt)
    assert (exported.path, exported.rows, exported.bytes) == (target, manifest.rows, target.stat().st_size)
    return target


@SAME_PROFILE
@given(data=tables, asked=st.booleans())
def test_csv_comes_back_value_by_value(
    exporter: Exporter, storage: Storage, tmp_path: Path, data: dict[str, Any], asked: bool
) -> None:
    """Quotes, line breaks, empty texts and missing values: nothing is lost between writing and reading."""
    table = pa.table(data, SCHEMA)
    path = written(exporter, tmp_path, add_dataset(storage, new_id(), table), "csv", asked=asked)

    kinds = ", ".join("'{}': '{}'".format(*pair.split(" ", 1)) for pair in TYPES.split(", "))
    with storage.duck.trusted() as connection:
        found = connection.execute(
            f"select * from read_csv({quote_literal(str(path))}, header = true, delim = ',', quote = '\"', "
            f"escape = '\"', columns = {{{kinds}}}, allow_quoted_nulls = false, auto_detect = false, "
            "new_line = '\\n')"
        ).to_arrow_table()

    assert found.to_pylist() == table.to_pylist()


@SAME_PROFILE
@given(texts=st.lists(st.lists(text, min_size=2, max_size=2), max_size=6), delimiter=st.sampled_from(",;\t|"))
def test_csv_is_read_by_everybody(
    exporter: Exporter, storage: Storage, texts: list[list[str]], delimiter: str
) -> None:
    """A plain RFC 4180 reader finds the same cells, whatever stands between them."""
    schema = pa.schema([("a", pa.string()), ('b "quoted", said', pa.string())])
    columns = [[row[0] for row in texts], [row[1] for row in texts]]
    manifest = add_dataset(storage, new_id(), pa.table(columns, schema=schema))
    sink = io.BytesIO()

    exporter.write((manifest.dataset_id, 1), sink, "csv", options=ExportOptions(delimiter=delimiter))

    lines = io.StringIO(sink.getvalue().decode(), newline="")
    assert list(csv.reader(lines, delimiter=delimiter, strict=True)) == [["a", 'b "quoted", said'], *texts]


@SAME_PROFILE
@given(data=tables, asked=st.booleans())
def test_parquet_comes_back_the_same_table(
    exporter: Exporter, storage: Storage, tmp_path: Path, data: dict[str, Any], asked: bool
) -> None:
    """Values and types are the dataset's own."""
    table = pa.table(data, SCHEMA)
    path = written(exporter, tmp_path, add_dataset(storage, new_id(), table), "parquet", asked=asked)

    assert pq.read_table(path).equals(table)


@SAME_PROFILE
@given(data=tables, asked=st.booleans(), fmt=st.sampled_from(["json", "ndjson"]))
def test_json_comes_back_value_by_value(
    exporter: Exporter, storage: Storage, tmp_path: Path, data: dict[str, Any], asked: bool, fmt: Format
) -> None:
    """Every reader of JSON finds each value: exact where its numbers are exact, as text where they are not."""
    manifest = add_dataset(storage, new_id(), pa.table(data, SCHEMA))
    content = written(exporter, tmp_path, manifest, fmt, asked=asked).read_text(encoding="utf-8")

    found = json.loads(content) if fmt == "json" else [json.loads(line) for line in content.split("\n")[:-1]]

    assert [list(one) for one in found] == [SCHEMA.names] * manifest.rows
    for column, expected in data.items():
        cells = [one[column] for one in found]
        if column == "moment":
            cells = [cell and dt.datetime.fromisoformat(cell) for cell in cells]
        assert cells == [_as_json(value) for value in expected]


def _as_json(value: Any) -> Any:  # noqa: ANN401 - any value
    match value:
        case bool() | None | str() | dt.datetime():
            return value
        case int():
            return value if abs(value) < 2**53 else str(value)
        case float():
            return value if abs(value) != float("inf") else str(value)
        case Decimal():
            return f"{value:.2f}"
        case dt.date():
            return value.isoformat()
    raise AssertionError(value)


@SAME_PROFILE
@given(data=tables)
def test_xlsx_is_read_back_by_another_library(
    exporter: Exporter, storage: Storage, tmp_path: Path, data: dict[str, Any]
) -> None:
    """Numbers, dates and truth values keep their kind; what Excel cannot hold exactly is there as its text."""
    manifest = add_dataset(storage, new_id(), pa.table(data, SCHEMA))
    path = written(exporter, tmp_path, manifest, "xlsx", asked=False)

    sheet = openpyxl.load_workbook(path).worksheets[0]
    header, *rows = sheet.iter_rows(min_row=1, max_row=manifest.rows + 1, max_col=len(SCHEMA), values_only=True)

    assert list(header) == SCHEMA.names
    for place, column in enumerate(SCHEMA.names):
        cells = [unescape(row[place]) if isinstance(row[place], str) else row[place] for row in rows]
        assert cells == [_as_cell(value) for value in data[column]], column


def _as_cell(value: Any) -> Any:  # noqa: ANN401 - any value
    match value:
        case None | bool() | str():
            return value
        case int():
            return value if abs(value) < 10**15 else str(value)
        case float():
            return value if abs(value) != float("inf") else str(value)
        case Decimal():
            return float(value)
        case dt.datetime():
            return value if value.date() >= dt.date(1900, 3, 1) and value.microsecond % 1000 == 0 else str(value)
        case dt.date():
            return dt.datetime.combine(value, dt.time()) if value >= dt.date(1900, 3, 1) else value.isoformat()
    raise AssertionError(value)


# ---- single promises --------------------------------------------------------------------------------------


def test_the_order_of_a_question_is_kept(exporter: Exporter, tmp_path: Path) -> None:
    """An export has the rows in the order that was asked for, however many there are."""
    exporter.export("select range as i from range(300000) order by i desc", tmp_path / "a.csv", "csv")

    lines = (tmp_path / "a.csv").read_text(encoding="utf-8").split("\n")
    assert lines == ["i", *map(str, range(299_999, -1, -1)), ""]


def test_parameters_and_limit_of_a_question(exporter: Exporter) -> None:
    """A question with values is exported with them, and only as far as wanted."""
    sink = io.BytesIO()

    rows = exporter.write(Asked("select range + $n as i from range(100000)", {"n": 5}, limit=3), sink, "ndjson")

    assert (rows, sink.getvalue()) == (3, b'{"i":5}\n{"i":6}\n{"i":7}\n')


@pytest.mark.parametrize("limit", [0, 1, 25_000])
@pytest.mark.parametrize("fmt", ["csv", "json", "ndjson", "parquet", "xlsx"])
def test_a_limit_holds_in_every_format(exporter: Exporter, fmt: Format, limit: int) -> None:
    """Neither a block's end nor an empty answer makes a broken file."""
    sink = io.BytesIO()

    assert exporter.write(Asked("select range as i from range(60000)", limit=limit), sink, fmt) == limit

    sink.seek(0)
    assert _count(sink, fmt) == limit


def _count(sink: io.BytesIO, fmt: Format) -> int:
    match fmt:
        case "csv" | "ndjson":
            return sink.read().count(b"\n") - (fmt == "csv")
        case "json":
            return len(list(json.load(sink)))
        case "parquet":
            return int(pq.read_table(sink).num_rows)
        case "xlsx":
            return int(openpyxl.load_workbook(sink, read_only=True).worksheets[0].max_row) - 1


def test_csv_options(exporter: Exporter) -> None:
    """A byte order mark and another delimiter are there when asked for, and only then."""
    sink = io.BytesIO()

    exporter.write("select 'a;b' x, 1.5 y", sink, "csv", options=ExportOptions(delimiter=";", bom=True))

    assert sink.getvalue() == '﻿x;y\n"a;b";1.5\n'.encode()


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "\r", "a", "0", "\0"])
def test_a_delimiter_that_cannot_stand_between_fields_is_refused(exporter: Exporter, delimiter: str) -> None:
    """No option makes a file nobody can read."""
    with pytest.raises(ExportError, match="cannot stand between fields"):
        exporter.write("select 1", io.BytesIO(), "csv", options=ExportOptions(delimiter=delimiter))


def test_a_single_column_keeps_its_empty_rows(exporter: Exporter) -> None:
    """An empty line would be no record: the one field is quoted then."""
    sink = io.BytesIO()

    exporter.write("select * from (values ('a'), (null), ('')) t(x)", sink, "csv")

    assert sink.getvalue() == b'x\na\n""\n""\n'


FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "=cmd|' /C calc'!A0", "'=1", "a=1"]


def test_formulas_stay_as_they_are_in_csv_unless_guarded(exporter: Exporter, storage: Storage) -> None:
    """An export changes no value by itself; with the guard a spreadsheet runs none of them, and numbers stay."""
    manifest = add_dataset(storage, "f", pa.table({"t": FORMULAS, "n": [-1] * len(FORMULAS)}))

    def cells(options: ExportOptions) -> list[list[str]]:
        sink = io.BytesIO()
        exporter.write((manifest.dataset_id, 1), sink, "csv", options=options)
        return list(csv.reader(io.StringIO(sink.getvalue().decode(), newline="")))[1:]

    assert cells(ExportOptions()) == [[formula, "-1"] for formula in FORMULAS]
    guarded = cells(ExportOptions(guard_formulas=True))
    assert guarded == [[f if f[0] in "'a" else f"'{f}", "-1"] for f in FORMULAS]


def test_xlsx_texts_are_texts(exporter: Exporter, storage: Storage, tmp_path: Path) -> None:
    """No text becomes a formula, a link, a number or a date."""
    texts = [*FORMULAS, "https://example.org", "mailto:a@example.org", "2025-01-01", "007", "1e5", "TRUE", "{=1}"]
    manifest = add_dataset(storage, "f", pa.table({"t": texts}))

    exporter.export((manifest.dataset_id, 1), tmp_path / "a.xlsx", "xlsx")

    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.data_type for cell in cells] == ["s"] * len(texts)
    assert [unescape(cell.value) for cell in cells] == texts
    assert [cell.hyperlink for cell in cells] == [None] * len(texts)


def test_json_numbers(exporter: Exporter) -> None:
    """Exact numbers are texts where a reader would bend them, unless native ones are asked for."""
    sql = (
        "select 9007199254740991 a, 9007199254740993 b, 1.50::decimal(5, 2) c, 10::hugeint d, "
        "'nan'::double e, -1e300 f"
    )

    found = {}
    for numbers in ("exact", "native"):
        sink = io.BytesIO()
        exporter.write(sql, sink, "ndjson", options=ExportOptions(numbers=numbers))
        found[numbers] = sink.getvalue().decode()

    assert found["exact"] == (
        '{"a":9007199254740991,"b":"9007199254740993","c":"1.50","d":10,"e":"nan","f":-1e300}\n'
    )
    assert json.loads(found["native"])["b"] == 9007199254740993
    assert '"b":9007199254740993,"c":1.5,' in found["native"]


def test_json_of_parts_in_parts(exporter: Exporter) -> None:
    """Lists, structures and maps are JSON all the way down, exact numbers and dates included."""
    sink = io.BytesIO()
    sql = (
        "select [1.50::decimal(5, 2), null] l, {'d': date '2025-01-01', 'n': [9007199254740993]} s, "
        "map {'k': timestamp '2025-01-01 12:00:00'} m, [[1], []] ll, null::struct(a int) z, "
        "timestamptz '2025-01-01 12:00:00+02' tz, time '12:00' t, '\\xAA'::blob b, interval 90 minute i"
    )

    exporter.write(sql, sink, "ndjson")

    assert json.loads(sink.getvalue()) == {
        "l": ["1.50", None],
        "s": {"d": "2025-01-01", "n": ["9007199254740993"]},
        "m": [{"key": "k", "value": "2025-01-01T12:00:00"}],
        "ll": [[1], []],
        "z": None,
        "tz": "2025-01-01T10:00:00Z",
        "t": "12:00:00",
        "b": "qg==",
        "i": "01:30:00",
    }


def test_what_a_format_has_no_type_for_is_written_as_text(exporter: Exporter) -> None:
    """Spans of time and parts are there as the engine writes them."""
    sql = "select interval 1 month i, [1, 2] l, union_value(k := 1) u, '\\xAA'::blob b"
    parquet, sheet = io.BytesIO(), io.BytesIO()

    exporter.write(sql, parquet, "parquet")
    exporter.write(sql, sheet, "xlsx")

    assert pq.read_table(parquet).to_pylist() == [{"i": "1 month", "l": [1, 2], "u": "1", "b": b"\xaa"}]
    values = list(openpyxl.load_workbook(sheet).worksheets[0].iter_rows(values_only=True))
    assert values == [("i", "l", "u", "b"), ("1 month", "[1, 2]", "1", "\\xAA")]


def test_names_are_unique_in_every_format(exporter: Exporter) -> None:
    """An answer with two columns of one name is a table everywhere."""
    sql = "select 1 a, 2 a"
    found = {}
    for fmt in ("csv", "ndjson", "parquet", "xlsx"):
        sink = io.BytesIO()
        exporter.write(sql, sink, fmt)
        found[fmt] = sink
    assert found["csv"].getvalue() == b"a,a~2\n1,2\n"
    assert json.loads(found["ndjson"].getvalue()) == {"a": 1, "a~2": 2}
    assert pq.read_table(found["parquet"]).column_names == ["a", "a~2"]
    header = next(openpyxl.load_workbook(found["xlsx"]).worksheets[0].iter_rows(values_only=True))
    assert header == ("a", "a~2")


@pytest.mark.parametrize("asked", [False, True])
def test_naughty_strings_come_back(exporter: Exporter, storage: Storage, tmp_path: Path, asked: bool) -> None:
    """As names and as values, in every format."""
    if not NAUGHTY.exists():
        pytest.skip("the big list of naughty strings is not on this machine")
    texts = [text for text in json.loads(NAUGHTY.read_text(encoding="utf-8")) if text]
    names = list({text.lower(): text for text in texts}.values())[::7]
    table = pa.table({name: texts[i : i + 400] for i, name in enumerate(names[:60])})
    manifest = add_dataset(storage, "naughty", table)
    own = [column.name for column in manifest.columns]
    paths = {f: written(exporter, tmp_path, manifest, f, asked=asked) for f in ("csv", "json", "parquet", "xlsx")}

    with paths["csv"].open(encoding="utf-8", newline="") as file:
        cells = list(csv.reader(file))
    assert cells == [own, *(list(row.values()) for row in table.to_pylist())]
    assert [list(one.values()) for one in json.loads(paths["json"].read_text(encoding="utf-8"))] == cells[1:]
    assert [list(one.values()) for one in pq.read_table(paths["parquet"]).to_pylist()] == cells[1:]
    assert openpyxl.load_workbook(paths["xlsx"]).worksheets[0].max_row == 401


@pytest.mark.parametrize("sign", ["x", "\U0001f600"])
def test_a_text_that_is_too_long_for_a_cell_is_told(exporter: Exporter, tmp_path: Path, sign: str) -> None:
    """Excel would cut it unseen; the error names the place, and no file is left. It counts an emoji twice."""
    count = MAX_CHARACTERS + 1 if sign == "x" else MAX_CHARACTERS // 2 + 1
    sql = f"select * from (values ('short'), (repeat('{sign}', {count}))) t(Bemerkung)"

    with pytest.raises(ExportError, match=r"column 'Bemerkung' has 32,768 in row 2"):
        exporter.export(sql, tmp_path / "a.xlsx", "xlsx")

    assert not (tmp_path / "a.xlsx").exists()
