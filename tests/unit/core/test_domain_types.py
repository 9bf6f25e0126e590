"""Reading, ledger, flag, manifest: they survive being written down, and the ledger cannot hide a line."""

import json
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Column, FileFormat, Flag, Ledger, LineAction, Manifest, Reading, SourceRef

texts = st.text(max_size=8)
maybe = st.none() | texts
counts = st.integers(0, 2**62)
ledgers = st.builds(
    Ledger,
    unit=st.sampled_from(["line", "record"]),
    **{f.name: counts for f in fields(Ledger) if f.name != "unit"},
)
readings = st.builds(
    Reading,
    format=st.sampled_from(FileFormat),
    encoding=maybe,
    newline=maybe,
    delimiter=maybe,
    quote=maybe,
    escape=maybe,
    header_rows=st.integers(0, 5),
    decimal=maybe,
    thousands=maybe,
    null_words=st.lists(texts, max_size=3).map(tuple),
    confidence=st.floats(0, 1),
    first_line=st.integers(1, 100),
    comment=maybe,
    sheet=maybe,
    column_types=st.lists(texts, max_size=3).map(tuple),
)
columns = st.builds(Column, name=texts, source_name=texts, type=texts, confidence=st.floats(0, 1))
flags = st.builds(Flag, code=texts, action=texts, message=texts, line=st.integers(1), column=maybe)
sources = st.builds(SourceRef, name=texts, digest=texts, size_bytes=counts, kept=st.booleans(), path=texts)
manifests = st.builds(
    Manifest,
    dataset_id=texts,
    version=counts,
    name=texts,
    rows=counts,
    columns=st.lists(columns, max_size=3).map(tuple),
    digest=texts,
    size_bytes=counts,
    source=sources,
    reading=readings,
    ledger=ledgers,
    created_at=texts,
    app_version=texts,
    flags=st.lists(flags, max_size=3).map(tuple),
)


@given(readings)
def test_a_reading_can_be_written_down_and_used_again(reading: Reading) -> None:
    """Next month's file is read exactly as this month's was."""
    assert Reading.from_manifest(json.loads(json.dumps(reading.to_manifest()))) == reading


@given(manifests)
def test_a_manifest_survives_its_file(manifest: Manifest) -> None:
    """Nothing about a dataset version is lost between writing and reading it."""
    assert Manifest.from_dict(json.loads(json.dumps(manifest.to_dict()))) == manifest


def test_a_reading_of_a_newer_version_is_read_as_far_as_it_is_known() -> None:
    """A field that was added later does not make an old program fail."""
    data = Reading(FileFormat.JSON).to_manifest() | {"added_later": 1}
    assert Reading.from_manifest(data) == Reading(FileFormat.JSON)


def test_the_reading_on_the_command_line_has_the_agreed_fields() -> None:
    """The `reading` object of the `--json` contract, names and order."""
    assert list(Reading(FileFormat.DELIMITED).to_dict()) == [
        "format", "encoding", "newline", "delimiter", "quote", "escape",
        "header_rows", "decimal", "thousands", "null_words", "confidence",
    ]  # fmt: skip


@given(ledgers, st.data())
def test_a_ledger_that_adds_up_stops_doing_so_when_any_count_is_wrong(ledger: Ledger, data: st.DataObject) -> None:
    """One line too many or too few, in any part, is seen."""
    parts = [f.name for f in fields(Ledger) if f.name not in ("unit", "total")]
    right = replace(ledger, total=sum(getattr(ledger, part) for part in parts))
    part = data.draw(st.sampled_from([*parts, "total"]))
    off = data.draw(st.integers(-3, 3).filter(bool))

    assert right.adds_up()
    assert not replace(right, **{part: getattr(right, part) + off}).adds_up()


def test_the_ledger_names_every_action_a_line_can_have() -> None:
    """No line can end in a part that the ledger does not count."""
    assert {str(action) for action in LineAction} <= {f.name for f in fields(Ledger)}
    assert list(Ledger("line", 1, 1).to_dict()) == [f.name for f in fields(Ledger)]


def test_a_flag_must_name_a_line_or_a_column() -> None:
    """A flag that points nowhere tells nothing."""
    with pytest.raises(ValueError, match="line or a column"):
        Flag("extra_field", "repaired", "One field too many.")
    assert Flag("x", "repaired", "m", line=3).to_dict() == {
        "code": "x", "line": 3, "column": None, "action": "repaired", "message": "m",
    }  # fmt: skip
