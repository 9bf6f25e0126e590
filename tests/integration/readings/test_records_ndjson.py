"""JSON lines: each physical line accounted for."""

import errno
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.readings.records import text_pieces
from analysis.readings.records.ndjson_reader import NdjsonReader
from core.config import AppConfig
from core.errors import CancelledError, DiskFullError, FileTooLargeError, NotATableError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.duck import DuckEngine
from tests.integration.readings.records_support import Result, engine, read, texts


@pytest.fixture
def duck(config: AppConfig, profile: ProfilePaths) -> Iterator[DuckEngine]:
    with engine(config, profile) as opened:
        yield opened


@pytest.fixture
def reader(duck: DuckEngine, config: AppConfig) -> NdjsonReader:
    return NdjsonReader(duck, config)


def load(reader: NdjsonReader, duck: DuckEngine, folder: Path, content: bytes) -> Result:
    """Write and read a file."""
    path = folder / "file.ndjson"
    path.write_bytes(content)
    return read(reader, duck, path, folder / "out")


def test_clean_lines_are_a_clean_table(reader: NdjsonReader, duck: DuckEngine, tmp_path: Path) -> None:
    """No flag, no ledger line, with or without a line feed at the end."""
    result = load(reader, duck, tmp_path, b'{"a":1,"b":"x"}\n{"a":2.50,"c":{"d": [1]}}')

    assert result.rows == [("1.00", "x", None), ("2.50", None, '{"d": [1]}')]
    assert result.flags == []
    assert result.ledger == []
    assert result.loaded.ledger.unit == "line"


def test_bad_lines_are_kept_with_their_bytes(reader: NdjsonReader, duck: DuckEngine, tmp_path: Path) -> None:
    """Every physical line is loaded, rejected or blank, kept without its end, and the flags name the lines."""
    bad = [b'{"a":1 "b":2}\r\n', b"[1]\n", b'{"a":"\xff"}\n', b'{"a":1}{"a":2}\n', b'{"a":NaN}\n']
    content = b'{"a":0}\n' + b"".join(bad) + b"\n  \t\r\n" + b'{"a":9}\n'

    result = load(reader, duck, tmp_path, content)

    assert result.rows == [("0",), ("9",)]
    ledger = result.loaded.ledger
    assert (ledger.total, ledger.loaded, ledger.rejected, ledger.blank) == (9, 2, 5, 2)
    assert [row["raw"] for row in result.ledger] == [*(raw.rstrip() for raw in bad), b"", b"  \t"]
    assert result.flags == [("bad_record", line, None) for line in (2, 3, 4, 5, 6)]
    assert "a comma is missing" in result.ledger[0]["reason"]


def test_a_repeated_key_names_the_physical_line(reader: NdjsonReader, duck: DuckEngine, tmp_path: Path) -> None:
    """Blank lines above it count."""
    result = load(reader, duck, tmp_path, b'\n\n{"a":1,"a":2}\n')

    assert result.rows == [("2",)]
    assert result.flags == [("duplicate_key", 3, "a")]
    assert result.ledger[-1]["raw"] == b'{"a":1,"a":2}'


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_other_encodings_have_lines_too(
    reader: NdjsonReader, duck: DuckEngine, tmp_path: Path, encoding: str
) -> None:
    """A line feed is looked for among characters, not among bytes: U+0A0D holds the byte of one."""
    lines = ['{"a":"\u0a0d ä"}', "", "[]", '{"a":"b"}']
    result = load(reader, duck, tmp_path, "\n".join(lines).encode(encoding))

    assert result.rows == [("\u0a0d ä",), ("b",)]
    assert (result.loaded.ledger.total, result.loaded.ledger.blank, result.loaded.ledger.rejected) == (4, 1, 1)


def test_very_many_bad_lines_give_a_readable_list_of_flags(
    reader: NdjsonReader, duck: DuckEngine, tmp_path: Path
) -> None:
    """The first thousand, and how many more there are; the ledger has all."""
    result = load(reader, duck, tmp_path, b'{"a":1}\n' * 600 + b"bad\n" * 1_500)

    assert len(result.flags) == 1_001
    assert result.loaded.flags[-1].message.endswith("499 more follow it.")
    assert len(result.ledger) == 1_500


def test_a_line_that_fits_no_memory_is_refused(
    reader: NdjsonReader, duck: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Instead of reading a file without line feeds into memory."""
    monkeypatch.setattr(text_pieces, "VALUE_BYTES", 100)

    with pytest.raises(FileTooLargeError, match="single record"):
        load(reader, duck, tmp_path, b'{"a":1}\n{"a":"' + b"x" * 200)


def test_a_file_without_an_object_is_no_table(reader: NdjsonReader, duck: DuckEngine, tmp_path: Path) -> None:
    """Damage alone makes no dataset."""
    with pytest.raises(NotATableError, match="no line that is a JSON object"):
        load(reader, duck, tmp_path, b"bad\nworse\n")


def test_a_cancel_leaves_nothing_behind(reader: NdjsonReader, tmp_path: Path) -> None:
    """No part file stays in the folder."""

    class Stopped(SilentProgress):
        def report(self, fraction: float, step: str = "") -> None:
            if fraction > 0:
                raise CancelledError(step)

    path = tmp_path / "file.ndjson"
    path.write_bytes(b'{"a":1}\n' * 10_000)
    out = tmp_path / "out"
    out.mkdir()
    reading = reader.judge(path, name="f.ndjson").best.reading

    with pytest.raises(CancelledError):
        reader.load(path, reading, out, name="f.ndjson", progress=Stopped())
    assert [file.name for file in out.iterdir()] == ["ledger.parquet"]


def test_a_full_disk_is_told_as_such(
    reader: NdjsonReader, duck: DuckEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not as a bug."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(pq.ParquetWriter, "write_table", full)

    with pytest.raises(DiskFullError):
        load(reader, duck, tmp_path, b'{"a":1}\n')


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b'{"a":1}\n{"a":2}\n', "x.json", True),
        (b'{"a":1}\n', "x.json", False),
        (b'{"a":1}\n', "x.ndjson", True),
        (b'broken\n{"a":2}\n', "x.jsonl", True),
        (b'{\n "a": 1\n}\n', "x.jsonl", False),
        (b'[{"a":1},\n{"a":2}]\n', "x.json", False),
        (b"a,b\n1,2\n", "x.csv", False),
    ],
)
def test_lines_are_told_from_one_document(
    reader: NdjsonReader, tmp_path: Path, head: bytes, name: str, *, expected: bool
) -> None:
    """By the first lines; by the name only where both are possible."""
    assert reader.recognises(tmp_path / name, head, name) is expected


def test_cells_are_the_text_found(reader: NdjsonReader, tmp_path: Path) -> None:
    """Names first; lines that are no records are left out."""
    path = tmp_path / "x.ndjson"
    path.write_bytes(b'{"a":1.50}\nbad\n{"b":true}\n')

    assert texts(reader, path) == [["a", "b"], ["1.50", ""], ["", "true"]]


lines = st.one_of(
    st.dictionaries(st.sampled_from("abc"), st.none() | st.integers() | st.text(max_size=5)).map(json.dumps),
    st.sampled_from(["", "   ", "{", "[]", "null", '{"a":1,"a":2}', '{"a":01}', "\r", '{"é":"\ud83d"}']),
)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(lines, min_size=1, max_size=20), st.booleans())
def test_the_ledger_adds_up_for_any_lines(
    reader: NdjsonReader,
    duck: DuckEngine,
    tmp_path_factory: pytest.TempPathFactory,
    found: list[str],
    ended: bool,
) -> None:
    """Loaded, repaired, rejected and blank lines are all lines of the file; rows and ledger hold them all."""
    content = ("\n".join(['{"a":0}', *found]) + ("\n" if ended else "")).encode("utf-8", "surrogatepass")
    result = load(reader, duck, tmp_path_factory.mktemp("x"), content)

    ledger = result.loaded.ledger
    assert ledger.total == content.count(b"\n") + (0 if content.endswith(b"\n") else 1)
    assert result.loaded.rows == ledger.loaded + ledger.repaired
    raw = {row["line"]: row["raw"] for row in result.ledger}
    assert all(content.split(b"\n")[line - 1].removesuffix(b"\r") == text for line, text in raw.items())
