"""What the judge offers, and what a reading a person changed shows before it is taken."""

from dataclasses import replace
from pathlib import Path

import pytest

from analysis.readings import Readings
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
