"""JSON files: every record accounted for, every value as it was."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from analysis.readings.records import json_walk, text_pieces
from analysis.readings.records.json_reader import JsonReader
from core.config import AppConfig
from core.errors import DamagedFileError, FileTooLargeError, NotATableError
from core.paths import ProfilePaths
from core.types import LineAction
from storage.duck import DuckEngine
from tests.integration.readings.records_support import Result, engine, read, texts

Load = Callable[[str | bytes], Result]


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    with engine(config, profile) as opened:
        yield opened


@pytest.fixture
def reader(duck: DuckEngine, config: AppConfig) -> JsonReader:
    return JsonReader(duck, config)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def to_file(content: str | bytes) -> Path:
        path = tmp_path / "file.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return to_file


@pytest.fixture
def load(reader: JsonReader, duck: DuckEngine, write: Callable[[str | bytes], Path], tmp_path: Path) -> Load:
    return lambda content: read(reader, duck, write(content), tmp_path / "out")


def test_a_list_of_objects_is_a_table(load: Load) -> None:
    """Types fit, missing members and null are nothing, a clean file has no flag."""
    result = load('[{"id":1,"plz":"01067","ok":true,"preis":1.50},{"id":2,"plz":null,"preis":12.25,"neu":"x"}]')

    assert result.types == {
        "id": "BIGINT", "plz": "VARCHAR", "ok": "BOOLEAN", "preis": "DECIMAL(18,2)", "neu": "VARCHAR",
    }  # fmt: skip
    assert result.rows == [("1", "01067", "true", "1.50", None), ("2", None, None, "12.25", "x")]
    assert result.flags == []
    assert result.ledger == []
    assert result.loaded.ledger.unit == "record"


def test_nothing_is_rounded_cast_or_reformatted(load: Load) -> None:
    """Big integers, long decimals, dates as text, nested values with their blanks, zero characters, emoji."""
    result = load(
        '[{"big":12345678901234567890123,"long":0.12345678901234567890123,"day":"2026-11-22",'
        '"in":{"a" :[1, 2.50]},"text":"a\\u0000b😀\\ud83d\\ude00 \\"q\\"","exp":1e400}]'
    )

    assert result.rows == [
        (
            "12345678901234567890123", "0.12345678901234567890123", "2026-11-22", '{"a" :[1, 2.50]}',
            'a\0b😀😀 "q"', "1e400",
        )
    ]  # fmt: skip
    assert result.flags == []


def test_mixed_columns_keep_their_text_and_are_told(load: Load) -> None:
    """A column of numbers with a word in it is text, and the flag names column and record."""
    result = load('[{"v":1.10},{"v":2},{"v":"n/a"},{"v":[3]}]')

    assert result.rows == [("1.10",), ("2",), ("n/a",), ("[3]",)]
    assert result.flags == [("mixed_types", 3, "v")]


def test_a_type_that_changes_after_a_million_values_is_no_problem(load: Load) -> None:
    """Types are chosen when all records are known, over several batches and part files."""
    records = [{"n": n} for n in range(40_000)] + [{"n": "last", "late": True}]

    result = load(json.dumps(records))

    assert result.types == {"n": "VARCHAR", "late": "BOOLEAN"}
    assert result.rows[0] == ("0", None)
    assert result.rows[39_999:] == [("39999", None), ("last", "true")]


def test_a_key_that_is_there_twice_is_repaired_and_told(load: Load) -> None:
    """The last value is in the table, the whole record in the ledger."""
    result = load('[{"a":1},{"a":2,"b":3,"a":4}]')

    assert result.rows == [("1", None), ("4", "3")]
    assert result.flags == [("duplicate_key", 2, "a")]
    assert result.loaded.ledger.repaired == 1
    assert [(row["line"], row["action"], row["raw"]) for row in result.ledger] == [
        (2, LineAction.REPAIRED, b'{"a":2,"b":3,"a":4}')
    ]


def test_elements_that_are_no_records_are_rejected_with_their_text(load: Load) -> None:
    """A null and a number between objects."""
    result = load('[{"a":1},null,{"a":2},3.50]')

    assert result.rows == [("1",), ("2",)]
    assert [(row["line"], row["raw"]) for row in result.ledger] == [(2, b"null"), (4, b"3.50")]
    assert result.flags == [("bad_record", 2, None), ("bad_record", 4, None)]


def test_a_list_inside_an_object_is_found_and_the_rest_is_kept(load: Load) -> None:
    """What stands before and after the list is in the ledger."""
    result = load('{"count": 2, "tags":["x"], "data": [{"a":1},{"a":2}], "next": null}')

    assert result.rows == [("1",), ("2",)]
    assert result.loaded.reading.sheet == "data"
    assert (result.loaded.ledger.preamble, result.loaded.ledger.footer) == (2, 1)
    assert [row["raw"] for row in result.ledger] == [b'"count": 2', b'"tags": ["x"]', b'"next": null']


def test_candidates_tell_in_words_what_they_are(reader: JsonReader, write: Callable[[str], Path]) -> None:
    """The page shows these words; the best comes first, and unsure ones are below the threshold."""
    judgement = reader.judge(write('{"data": [{"a":1},{"a":2},{"b":null}]}'), name="f.json")
    best = judgement.best
    assert best.why == "JSON · list of 3 objects · in 'data'"
    assert [(c.name, c.type, c.confidence) for c in best.columns] == [("a", "BIGINT", 1.0), ("b", "VARCHAR", 1.0)]
    assert best.preview == (("1", None), ("2", None), (None, None))
    assert judgement.candidates[1].why == "JSON · one object as the only record · 1 member"

    unsure = reader.judge(write('{"a":[{"x":1}],"b":[{"y":2}]}'), name="f.json")
    assert unsure.best.reading.confidence < 0.6
    assert {candidate.reading.sheet for candidate in unsure.candidates} == {"a", "b", None}


def test_a_chosen_list_is_the_one_that_is_loaded(
    reader: JsonReader, duck: DuckEngine, write: Callable[[str], Path], tmp_path: Path
) -> None:
    """Every candidate can be loaded as it was shown."""
    path = write('{"a":[{"x":1}],"b":[{"y":2},{"y":3}]}')
    for number, candidate in enumerate(reader.judge(path, name="f.json").candidates):
        result = read(reader, duck, path, tmp_path / str(number), candidate.reading)
        assert tuple(result.rows) == candidate.preview
        assert [c.name for c in result.loaded.columns] == [c.name for c in candidate.columns]


def test_one_object_is_one_record(load: Load) -> None:
    """Its nested members stay JSON."""
    result = load('{"name":"x","sizes":[1,2],"n":0}')

    assert result.rows == [("x", "[1,2]", "0")]


def test_lists_of_lists_have_columns_by_position(load: Load) -> None:
    """A first list of words above numbers names the columns; ragged lists are told."""
    result = load('[["ort","menge"],["x",1],["y"],["z",3,true]]')

    assert [c.name for c in result.loaded.columns] == ["ort", "menge", "column_3"]
    assert result.rows == [("x", "1", None), ("y", None, None), ("z", "3", "true")]
    assert result.loaded.ledger.header == 1
    assert result.flags == [
        ("missing_field", 3, None), ("extra_field", 4, None), ("renamed_column", None, "column_3"),
    ]  # fmt: skip


def test_lists_without_names_are_all_records(load: Load) -> None:
    """No header is invented, and made-up names are no flag."""
    result = load("[[1,2],[3,4]]")

    assert result.rows == [("1", "2"), ("3", "4")]
    assert result.flags == []


def test_a_list_of_values_is_one_column(load: Load) -> None:
    """Nested ones stay JSON."""
    assert load('["a",null,"b"]').rows == [("a",), (None,), ("b",)]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-be"])
def test_every_encoding_of_the_standard_is_read(load: Load, encoding: str) -> None:
    """With and without a byte order mark."""
    assert load('[{"straße":"Zürich 😀"}]'.encode(encoding)).rows == [("Zürich 😀",)]


def test_half_a_character_is_kept_as_its_escape_and_told(load: Load) -> None:
    """It cannot be stored as it is, so nobody should believe it was."""
    result = load('[{"v":"ok"},{"v":"a\\ud800"}]')

    assert result.rows == [("ok",), ("a\\ud800",)]
    assert result.flags == [("half_character", 2, "v")]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "nothing but white space"),
        (b" \n ", "nothing but white space"),
        (b'[{"a":1},\n{"a":}]', "in line 2 a value is missing"),
        (b'[{"a":1},\n\n{"a":2}', "in line 3 the file ends where ',' or '\\]' is expected"),
        (b'[{"a":NaN}]', "NaN is no JSON value"),
        (b'[{"a":1}] x', "in line 1 something follows"),
        (b'[{"a":"\xff"}]', "not UTF-8 near byte 7"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b'{"a":[1,2],}', "name in quotes"),
    ],
)
def test_damaged_json_is_refused_with_its_line(
    reader: JsonReader, write: Callable[[bytes], Path], content: bytes, message: str
) -> None:
    """The person can go to the place and see it."""
    with pytest.raises(DamagedFileError, match=message):
        reader.judge(write(content), name="f.json")


@pytest.mark.parametrize("content", ["5", '"text"', "null", "[]", "{}", "[[]]", "[{}]", "true"])
def test_json_that_holds_no_table_says_so(reader: JsonReader, write: Callable[[str], Path], content: str) -> None:
    """Valid, but nothing to import."""
    with pytest.raises(NotATableError, match="valid JSON"):
        reader.judge(write(content), name="f.json")


def test_damage_behind_the_sample_is_found_while_loading(
    reader: JsonReader, duck: DuckEngine, write: Callable[[str], Path], tmp_path: Path
) -> None:
    """With its line, far into the file."""
    content = "[" + ",\n".join(json.dumps({"n": n, "text": "x" * 50}) for n in range(40_000)) + ",\n{]"
    path = write(content)

    assert reader.judge(path, name="f.json").best.columns[0].confidence < 1
    with pytest.raises(DamagedFileError, match="in line 40,001"):
        read(reader, duck, path, tmp_path / "out")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_values_are_whole_wherever_the_pieces_of_the_file_end(
    load: Load, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    """Numbers, escapes and multi-byte characters cut by the edge of a piece."""
    monkeypatch.setattr(json_walk, "CHUNK_BYTES", size)
    records = [{"n": 123456789, "t": 'äö😀\\"\u2028', "f": -1.5e-7, "l": [None, True]}, {"n": 1, "t": ""}]

    result = load(json.dumps(records, ensure_ascii=False))

    assert result.rows == [("123456789", 'äö😀\\"\u2028', "-1.5e-07", "[null, true]"), ("1", "", None, None)]


def test_a_record_that_fits_no_memory_is_refused(
    reader: JsonReader, write: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instead of reading a gigabyte without an end."""
    monkeypatch.setattr(json_walk, "CHUNK_BYTES", 64)
    monkeypatch.setattr(json_walk, "VALUE_BYTES", 1_000)
    monkeypatch.setattr(text_pieces, "VALUE_BYTES", 1_000)

    with pytest.raises(FileTooLargeError, match="single record"):
        reader.judge(write('[{"a":"' + "x" * 100_000 + '"}]'), name="f.json")


def test_a_table_wider_than_allowed_is_refused(duck: DuckEngine, config: AppConfig, tmp_path: Path) -> None:
    """A file with ever new keys does not fill the memory."""
    narrow = config.model_copy(update={"imports": config.imports.model_copy(update={"max_columns": 10})})
    path = tmp_path / "wide.json"
    path.write_text(json.dumps([{f"k{n}": n} for n in range(11)]))

    with pytest.raises(FileTooLargeError, match="more than 10 columns"):
        read(JsonReader(duck, narrow), duck, path, tmp_path / "out")


def test_cells_are_the_text_found(reader: JsonReader, write: Callable[[str], Path]) -> None:
    """Names first, nothing normalised."""
    path = write('[{"a":1.50,"b":"x"},{"b":null,"c":[1, 2]}]')

    assert texts(reader, path) == [["a", "b", "c"], ["1.50", "x", ""], ["", "", "[1, 2]"]]


def test_what_a_person_wants_as_text_stays_text(
    load: Load, reader: JsonReader, duck: DuckEngine, tmp_path: Path
) -> None:
    """The reading's types count where they say text."""
    from dataclasses import replace

    first = load('[{"a":1,"b":2}]').loaded
    path = tmp_path / "file.json"

    again = read(
        reader, duck, path, tmp_path / "again", replace(first.reading, column_types=("VARCHAR", "BIGINT"))
    )

    assert again.types == {"a": "VARCHAR", "b": "BIGINT"}


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b'[{"a":1', "data.txt", True),
        (b'{"a":[1,2]}\n', "data", True),
        (b"[2026-11-22 10:00] started", "app.log", False),
        (b"[section]\nkey=1", "a.ini", False),
        (b"a;b\n1;2\n", "a.csv", False),
        (b"nonsense", "a.json", True),
        (b"PAR1....", "a.json", False),
        (b"[1] first footnote", "a.txt", False),
    ],
)
def test_json_is_recognised_by_its_beginning(
    reader: JsonReader, tmp_path: Path, head: bytes, name: str, *, expected: bool
) -> None:
    """Brackets alone do not make JSON; the name .json does unless the bytes are another format."""
    assert reader.recognises(tmp_path / name, head, name) is expected
