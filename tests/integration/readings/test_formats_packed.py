"""Compressed files and archives: what is inside is read as if it lay there alone; nothing bursts the machine."""

import bz2
import gzip
import lzma
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.readings import Readings
from analysis.readings.model import Choice
from analysis.readings.packed.streams import SUSPECT_BYTES, SUSPECT_RATIO
from core.errors import (
    DamagedFileError,
    FileTooLargeError,
    NotATableError,
    ProtectedFileError,
)
from core.progress import SilentProgress
from core.types import Reading
from storage.open import Storage
from tests.integration.readings.records_support import SHARED

CSV = b"name;amount\nBerlin;1\nWien;2\n"


def by_codec(data: bytes) -> bytes:
    """The bytes as one zstd frame."""
    packed: bytes = pa.Codec("zstd").compress(data).to_pybytes()
    return packed


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "bzip2": bz2.compress,
    "xz": lzma.compress,
    "zstd": by_codec,
}


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers."""
    return Readings(storage)


def archive(path: Path, members: dict[str, bytes]) -> Path:
    """Write a zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, data)
    return path


def load(readings: Readings, path: Path, reading: Reading, out: Path) -> int:
    """Load a file by a reading, check the sum of its ledger, and return its rows."""
    out.mkdir()
    loaded = readings.load(path, reading, out, name=path.name, progress=SilentProgress())
    assert loaded.ledger.adds_up()
    assert loaded.reading.member == reading.member
    assert loaded.reading.compression == reading.compression
    return loaded.rows


@pytest.mark.parametrize("kind", PACKERS)
def test_a_compressed_file_is_read_as_what_is_inside(readings: Readings, tmp_path: Path, kind: str) -> None:
    """By its first bytes, whatever its name; and the reading names the compression."""
    path = tmp_path / "umsatz.data"
    path.write_bytes(PACKERS[kind](CSV))

    best = readings.judge(path).best

    assert best.reading.compression == kind
    assert best.reading.delimiter == ";"
    assert [column.name for column in best.columns] == ["name", "amount"]
    assert f"packed as {kind}" in best.why
    assert load(readings, path, best.reading, tmp_path / "out") == 2


@given(
    data=st.lists(st.integers(0, 9), min_size=2, max_size=30),
    cut=st.integers(1, 20),
    kind=st.sampled_from(sorted(PACKERS)),
)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_truncated_file_is_never_half_a_table(
    readings: Readings, tmp_path_factory: pytest.TempPathFactory, data: list[int], cut: int, kind: str
) -> None:
    """Its end is missing, so it is refused; what could be unpacked is not taken for the whole."""
    packed = PACKERS[kind](b"a,b\n" + b"".join(b"%d,%d\n" % (n, n) for n in data))
    path = tmp_path_factory.mktemp("cut") / "x.csv.gz"
    path.write_bytes(packed[: max(len(packed) - cut, 12)])

    with pytest.raises((DamagedFileError, NotATableError)):
        readings.judge(path)


def test_several_frames_are_one_file(readings: Readings, tmp_path: Path) -> None:
    """As `cat a.gz b.gz` makes them."""
    for kind, pack in PACKERS.items():
        path = tmp_path / f"x.{kind}"
        path.write_bytes(pack(CSV) + pack(b"Graz;3\n"))

        assert load(readings, path, readings.judge(path).best.reading, tmp_path / f"out-{kind}") == 3


def test_one_file_in_an_archive_needs_no_choice(readings: Readings, tmp_path: Path) -> None:
    """Folders and what a system adds are no files to choose from."""
    path = archive(tmp_path / "a.zip", {"data/umsatz.csv": CSV, "__MACOSX/data/._umsatz.csv": b"\0\1"})

    judgement = readings.judge(path)

    assert judgement.best.reading.member == "data/umsatz.csv"
    assert judgement.best.reading.confidence > 0.6
    assert [(part.name, part.hidden) for part in judgement.parts] == [
        ("data/umsatz.csv", False), ("__MACOSX/data/._umsatz.csv", True),
    ]  # fmt: skip
    assert load(readings, path, judgement.best.reading, tmp_path / "out") == 2


def test_of_several_files_a_person_chooses(readings: Readings, tmp_path: Path) -> None:
    """None of the candidates is certain; the chosen one is, and it is the one that is loaded."""
    path = archive(
        tmp_path / "a.zip", {"one.csv": CSV, "readme.bin": b"\x00\x01\x02" * 50, "two.csv": b"x,y\n1,2\n"}
    )

    asked = readings.judge(path)
    chosen = readings.judge(path, choice=Choice(member="two.csv"))

    assert [found.reading.member for found in asked.candidates] == ["one.csv", "two.csv"]
    assert all(found.reading.confidence <= 0.5 for found in asked.candidates)
    assert [part.name for part in asked.parts] == ["one.csv", "readme.bin", "two.csv"]
    assert chosen.best.reading.confidence > 0.6
    assert load(readings, path, chosen.best.reading, tmp_path / "out") == 1
    with pytest.raises(NotATableError, match=r"no file 'three\.csv'"):
        readings.judge(path, choice=Choice(member="three.csv"))


def test_a_compressed_file_inside_an_archive(readings: Readings, tmp_path: Path) -> None:
    """Packed twice is unpacked twice, but not without an end."""
    path = archive(tmp_path / "a.zip", {"umsatz.csv.gz": gzip.compress(CSV)})

    best = readings.judge(path).best

    assert best.reading.compression == "zip+gzip"
    assert load(readings, path, best.reading, tmp_path / "out") == 2
    deep = tmp_path / "deep.gz"
    deep.write_bytes(gzip.compress(gzip.compress(gzip.compress(gzip.compress(CSV)))))
    with pytest.raises(NotATableError, match="too many times"):
        readings.judge(deep)


@pytest.mark.parametrize("kind", ["gzip", "bzip2", "xz", "zstd"])
def test_a_bomb_is_refused_before_it_fills_the_disk(
    readings: Readings, storage: Storage, tmp_path: Path, kind: str
) -> None:
    """What unpacks to hundreds of times its size is stopped, and what was unpacked is removed."""
    size = SUSPECT_BYTES + (32 << 20)
    path = tmp_path / "bomb.csv.gz"
    with path.open("wb") as file:
        if kind == "gzip":
            with gzip.open(file, "wb") as stream:
                for _ in range(size >> 20):
                    stream.write(bytes(1 << 20))
        else:
            block = PACKERS[kind](bytes(1 << 22))
            for _ in range(size >> 22):
                file.write(block)
    assert size > SUSPECT_RATIO * path.stat().st_size

    with pytest.raises(FileTooLargeError, match="times its size"):
        readings.judge(path)
    assert list(storage.paths.tmp.iterdir()) == []


def test_an_archive_that_says_it_is_huge_is_not_unpacked(readings: Readings, tmp_path: Path) -> None:
    """The sizes in its listing are enough to refuse it."""
    path = tmp_path / "bomb.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file,
        file.open("big.csv", "w", force_zip64=True) as stream,
    ):
        for _ in range((SUSPECT_BYTES >> 20) + 8):
            stream.write(bytes(1 << 20))

    with pytest.raises(FileTooLargeError):
        readings.judge(path)


def test_a_protected_member_is_told(readings: Readings, tmp_path: Path) -> None:
    """The flag in the listing says so; the sentence says what to do."""
    path = archive(tmp_path / "a.zip", {"umsatz.csv": CSV})
    data = bytearray(path.read_bytes())
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    path.write_bytes(data)

    with pytest.raises(ProtectedFileError, match=r"umsatz\.csv"):
        readings.judge(path)


def test_a_changed_file_is_unpacked_anew(readings: Readings, tmp_path: Path) -> None:
    """A kept copy is of the file as it was."""
    path = tmp_path / "umsatz.csv.gz"
    path.write_bytes(gzip.compress(CSV))
    assert len(readings.judge(path).best.preview) == 2
    path.write_bytes(gzip.compress(CSV + b"Graz;3\nLinz;4\n"))

    assert len(readings.judge(path).best.preview) == 4


def test_copies_do_not_pile_up(readings: Readings, storage: Storage, tmp_path: Path) -> None:
    """The last ones stay for the next look, all are gone in the end."""
    for number in range(6):
        path = tmp_path / f"{number}.csv.gz"
        path.write_bytes(gzip.compress(CSV))
        readings.judge(path)

    assert len(list(storage.paths.tmp.glob("unpacked-*"))) == 2
    readings.close()
    assert list(storage.paths.tmp.glob("unpacked-*")) == []


def test_public_compressed_files(readings: Readings, tmp_path: Path) -> None:
    """Each is read, or refused in words."""
    folder = SHARED / "duckdb-data" / "data"
    if not folder.is_dir():
        pytest.skip("the public data beside the project is absent")
    refused = []
    for number, path in enumerate(sorted([*folder.rglob("*.gz"), *folder.rglob("*.zst")])):
        try:
            best = readings.judge(path).best
            load(readings, path, best.reading, tmp_path / str(number))
        except (DamagedFileError, NotATableError) as error:
            refused.append((path.name, str(error)))
    assert all(sentence for _, sentence in refused)
