"""Files behind a password, by the command line: asked for, read from a file, and left nowhere."""

import io
import json
import subprocess
import sys
from pathlib import Path

import msoffcrypto
import pytest
import xlsxwriter
from msoffcrypto.format.ooxml import OOXMLFile

from analysis.readings import Readings
from core.errors import DamagedFileError, ProtectedFileError
from storage.open import Storage

SECRET = "Straße №7"


@pytest.fixture
def protected(tmp_path: Path) -> Path:
    """A workbook behind a password."""
    plain = io.BytesIO()
    with xlsxwriter.Workbook(plain) as book:
        sheet = book.add_worksheet("Umsatz")
        sheet.write_row(0, 0, ["Ort", "Betrag"])
        sheet.write_row(1, 0, ["Berlin", 1.5])
    path = tmp_path / "umsatz.xlsx"
    with path.open("wb") as out:
        OOXMLFile(plain).encrypt(SECRET, out)
    with path.open("rb") as file:
        assert msoffcrypto.OfficeFile(file).is_encrypted()
    return path


def command(profile: Path, *arguments: str, given: str = "") -> tuple[int, list[dict[str, object]], str]:
    """Exit code, lines and messages of `bestand data …`."""
    done = subprocess.run(
        [sys.executable, "-m", "launcher", "--profile", str(profile), "data", *arguments, "--json"],
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()], done.stderr


def test_a_password_opens_a_file_and_is_kept_nowhere(protected: Path, tmp_path: Path) -> None:
    """Without it the file is named with what to do; with it, it is imported; no file of the profile has it."""
    profile = tmp_path / "profile"
    secret = tmp_path / "secret.txt"
    secret.write_text(f"{SECRET}\n", encoding="utf-8")

    code, (line,), _ = command(profile, "import", str(protected))
    assert (code, line["ok"]) == (1, False)
    assert isinstance(line["error"], dict)
    assert line["error"]["code"] == "protected_file"
    assert "--password-file" in str(line["error"]["hint"])

    code, (line,), _ = command(profile, "import", str(protected), "--password-file", str(secret))
    assert (code, line["dataset"], line["rows"], line["file"]) == (0, "umsatz", 1, str(protected))
    code, (line,), _ = command(
        profile, "read", str(protected), "--out", str(tmp_path / "out"), "--password-file", "-", given=SECRET
    )
    assert (code, line["rows"]) == (0, 1)
    assert (tmp_path / "out" / "umsatz.xlsx").read_text(encoding="utf-8") == "Ort,Betrag\nBerlin,1.5\n"

    needles = [SECRET.encode(), SECRET.encode("utf-16-le"), json.dumps(SECRET).encode()]
    for file in profile.rglob("*"):
        if file.is_file():
            data = file.read_bytes()
            assert not any(needle in data for needle in needles), file
    assert list((profile / "uploads").iterdir()) == []


def test_a_wrong_password_is_said_to_be_wrong(protected: Path, tmp_path: Path) -> None:
    """As a failure of that file alone."""
    code, (line,), _ = command(
        tmp_path / "profile", "import", str(protected), "--password-file", "-", given="wrong\n"
    )

    assert code == 1
    assert isinstance(line["error"], dict)
    assert line["error"]["message"] == "'umsatz.xlsx' cannot be opened with this password."
    code, _lines, told = command(tmp_path / "profile", "import", str(protected), "--password-file", str(tmp_path))
    assert code == 2
    assert "cannot be read" in told


def test_what_is_no_protected_workbook(protected: Path, storage: Storage, tmp_path: Path) -> None:
    """Broken ones are told as such; nothing is left where the copy would be."""
    readings = Readings(storage)
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(protected.read_bytes()[:3_000])
    target = tmp_path / "opened"

    with pytest.raises((DamagedFileError, ProtectedFileError)):
        readings.unlock(broken, target, SECRET)
    with pytest.raises(ProtectedFileError):
        readings.unlock(protected, target, "wrong")
    assert not target.exists()
    readings.unlock(protected, target, SECRET)
    assert readings.judge(target).best.reading.sheet == "Umsatz"
    readings.close()
