"""The sample: messy in known ways, and the same each time."""

from pathlib import Path

from app import sample


def test_the_sample_has_the_faults_it_is_told_to_have() -> None:
    """Whoever tries the sample sees 2,004 lines, 2,000 records and two lines with a fault."""
    lines = sample.sample_bytes().decode("windows-1252").splitlines()
    fields = [line.count(";") + 1 for line in lines]

    assert len(lines) == 2_004
    assert fields[3:5] == [8, 8]
    assert [number for number, count in enumerate(fields, 1) if number > 3 and count != 8] == [
        sample.EXTRA_FIELD_LINE,
        sample.SHORT_LINE,
    ]


def test_the_sample_is_no_utf8() -> None:
    """Its umlauts are what makes an encoding visible."""
    assert "Köln".encode("windows-1252") in sample.sample_bytes()
    assert "Köln".encode() not in sample.sample_bytes()


def test_the_sample_is_the_same_each_time(tmp_path: Path) -> None:
    """Two people who talk about the sample talk about the same file."""
    assert sample.write_sample(tmp_path).read_bytes() == sample.sample_bytes()
