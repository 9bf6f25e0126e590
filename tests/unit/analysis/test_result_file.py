"""An answer on disk can be read at any place, while it grows and ever after."""

import contextlib
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.query.result_file import ResultFile, ResultWriter, plain_schema

sizes = st.lists(st.integers(0, 40), max_size=12)


def batches(sizes: list[int]) -> tuple[list[pa.RecordBatch], pa.Table]:
    """Batches of these sizes with consecutive numbers and their texts, and all of them as one table."""
    schema = pa.schema([("i", pa.int64()), ("t", pa.string())])
    made, start = [], 0
    for size in sizes:
        numbers = list(range(start, start + size))
        made.append(pa.RecordBatch.from_pydict({"i": numbers, "t": [f"text {n}" for n in numbers]}, schema=schema))
        start += size
    return made, pa.Table.from_batches(made, schema)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=sizes, offset=st.integers(0, 300), limit=st.integers(0, 300))
def test_any_span_is_read_as_it_was_written(tmp_path: Path, sizes: list[int], offset: int, limit: int) -> None:
    """Whatever the blocks, a page is that part of the whole; after closing and opening again as well."""
    parts, whole = batches(sizes)
    with ResultWriter(tmp_path / "answer.arrow", whole.schema) as writer:
        for number, part in enumerate(parts):
            writer.append(part)
            so_far = pa.Table.from_batches(parts[: number + 1], whole.schema)
            assert writer.file.read(offset, limit) == so_far.slice(offset, limit)
        writer.finish()

    opened = ResultFile.open(tmp_path / "answer.arrow")

    assert (opened.rows, opened.block_count) == (whole.num_rows, len(sizes))
    assert opened.read(offset, limit) == whole.slice(offset, limit)
    assert opened.blocks == writer.file.blocks


def test_the_file_is_an_arrow_stream_for_everybody_else(tmp_path: Path) -> None:
    """Other tools read the answer, too: what we keep lies behind the end of the stream."""
    parts, whole = batches([3, 5])
    with ResultWriter(tmp_path / "answer.arrow", whole.schema) as writer:
        for part in parts:
            writer.append(part)
        writer.finish()

    with pa.OSFile(str(tmp_path / "answer.arrow")) as file:
        assert pa.ipc.open_stream(file).read_all() == whole


def test_an_unfinished_file_is_removed(tmp_path: Path) -> None:
    """What fails halfway leaves nothing."""
    parts, whole = batches([3])

    with contextlib.suppress(ZeroDivisionError), ResultWriter(tmp_path / "answer.arrow", whole.schema) as writer:
        writer.append(parts[0])
        raise ZeroDivisionError

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("left", [0, 5, 15, 40])
def test_a_cut_file_is_no_answer(tmp_path: Path, left: int) -> None:
    """A file that was not written to its end is told from one that was."""
    parts, whole = batches([3])
    path = tmp_path / "answer.arrow"
    with ResultWriter(path, whole.schema) as writer:
        writer.append(parts[0])
        writer.finish()
    path.write_bytes(path.read_bytes()[:left])

    with pytest.raises((OSError, ValueError)):
        ResultFile.open(path)


def test_a_file_can_be_moved_under_its_readers(tmp_path: Path) -> None:
    """An answer keeps being readable when it gets its final name."""
    parts, whole = batches([3, 4])
    with ResultWriter(tmp_path / "answer.part", whole.schema) as writer:
        for part in parts:
            writer.append(part)
        writer.finish()

    writer.file.move(tmp_path / "answer.arrow")

    assert writer.file.read(2, 3) == whole.slice(2, 3)
    assert [path.name for path in tmp_path.iterdir()] == ["answer.arrow"]


def test_dictionaries_become_plain_values(tmp_path: Path) -> None:
    """Each block stands for itself, so values that point into a list are written out, also inside others."""
    words = pa.array(["a", "b", "a"]).dictionary_encode()
    nested = pa.ListArray.from_arrays(pa.array([0, 1, 3, 3]), words)
    batch = pa.RecordBatch.from_arrays([words, nested], names=["w", "n"])
    with ResultWriter(tmp_path / "answer.arrow", batch.schema) as writer:
        writer.append(batch)
        writer.append(batch)
        writer.finish()

    assert writer.file.read(2, 2).to_pydict() == {"w": ["a", "a"], "n": [[], ["a"]]}


def test_names_become_unique() -> None:
    """Later columns of a name get a number, never the name of another."""
    schema = pa.schema([(name, pa.int64()) for name in ("a", "b", "a", "a~2", "a")])

    assert plain_schema(schema).names == ["a", "b", "a~2", "a~2~2", "a~3"]
