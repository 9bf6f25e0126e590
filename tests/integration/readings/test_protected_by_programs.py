"""Protected files as 7-Zip, Info-ZIP and LibreOffice make them: opened with their password, cell for cell."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest

from analysis.readings import Readings
from core.errors import NotATableError, ProtectedFileError
from core.progress import SilentProgress
from storage.open import Storage

MADE = Path(__file__).with_name("protected")
PLAIN, ACCENTED = "geheim 1", "gehéim 1"
TABLE = [["ort", "betrag"], *([f"Köln {at}", f"{at},5"] for at in range(40))]
SHEET = [
    ["plz", "Name", "Betrag", "Tag", "Formel", "wahr"],
    *(
        [
            f"{at:05}", f"Köln “{at}”; a,b", f"{at * 1.25:g}", f"2023-{'03' if at < 17 else '04'}-{day:02}",
            f"{at * 2.5:g}", "true" if at % 2 else "false",
        ]
        for at, day in zip(range(1, 21), [*range(16, 32), *range(1, 5)], strict=True)
    ),
]  # fmt: skip
FILES = {
    "7zip_aes128_bzip2.zip": (PLAIN, TABLE),
    "7zip_aes192_stored.zip": (PLAIN, TABLE),
    "7zip_aes256.zip": (PLAIN, TABLE),
    "7zip_aes256_lzma.zip": (PLAIN, TABLE),
    "7zip_zipcrypto.zip": (PLAIN, TABLE),
    "infozip_zipcrypto.zip": (ACCENTED, TABLE),
    "libreoffice_aes.ods": (ACCENTED, SHEET),
    "libreoffice_blowfish.ods": (ACCENTED, SHEET),
}


@pytest.fixture
def readings(storage: Storage) -> Readings:
    """All readers on an empty profile."""
    return Readings(storage)


def cells_of(readings: Readings, path: Path, folder: Path) -> list[list[str]]:
    """Every cell of a file's table as text, the header first."""
    judged = readings.judge(path).best
    out = folder / "clean.csv"
    readings.write_clean(path, judged.reading, out, name=path.name, progress=SilentProgress())
    with out.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("name", FILES)
def test_what_a_program_protected_is_opened(readings: Readings, tmp_path: Path, name: str) -> None:
    """Refused without the password and with a wrong one; with it each cell is what went in."""
    password, wanted = FILES[name]
    path, target = MADE / name, tmp_path / name
    with pytest.raises(ProtectedFileError, match="password"):
        readings.judge(path)
    with pytest.raises(ProtectedFileError, match="cannot be opened with this password"):
        readings.unlock(path, target, "wrong")

    readings.unlock(path, target, password)

    assert cells_of(readings, target, tmp_path) == wanted
    readings.close()


def test_a_way_to_pack_nobody_here_knows_is_told(readings: Readings, tmp_path: Path) -> None:
    """It is neither called broken nor blamed on the password."""
    with pytest.raises(ProtectedFileError, match="protected in a way that Bestand cannot open"):
        readings.unlock(MADE / "7zip_zipcrypto_ppmd.zip", tmp_path / "opened", PLAIN)
    with pytest.raises(NotATableError, match="packed in a way that Bestand cannot open"):
        readings.judge(MADE / "7zip_ppmd.zip")
    readings.close()


@pytest.mark.skipif(shutil.which("7zz") is None, reason="7-Zip (7zz) is not installed")
@pytest.mark.parametrize("protection", ["ZipCrypto", "AES128", "AES192", "AES256"])
@pytest.mark.parametrize("packing", ["Copy", "Deflate", "BZip2", "LZMA"])
def test_what_7zip_makes_now_is_opened(readings: Readings, tmp_path: Path, protection: str, packing: str) -> None:
    """A larger member, in every way to protect and to pack that both know."""
    table = [["id", "text"], *([str(at), f"Zürich {at * 7919 % 10007}"] for at in range(20_000))]
    plain = tmp_path / "table.csv"
    plain.write_text("".join(f"{','.join(row)}\n" for row in table), encoding="utf-8")
    archive = tmp_path / "made.zip"
    how = ["-tzip", f"-p{PLAIN}", f"-mem={protection}", f"-mm={packing}"]
    subprocess.run(["7zz", "a", "-bd", "-bso0", *how, archive, plain], check=True, timeout=60)

    readings.unlock(archive, tmp_path / "opened.zip", PLAIN)

    assert cells_of(readings, tmp_path / "opened.zip", tmp_path) == table
    readings.close()
