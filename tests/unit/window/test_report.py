"""A crash report helps whoever reads it and betrays nobody."""

import json
import zipfile
from pathlib import Path

import pytest

from core.paths import ProfilePaths
from launcher.window.report import KEPT, cleaned, write_report

SECRETS = ("hunter2hunter2", "abcdefghijklmnop", "anna@example.org", "DE89 3704 0044 0532 0130 00")


def everything(bundle: Path) -> str:
    """All texts of a report."""
    with zipfile.ZipFile(bundle) as file:
        return "\n".join(file.read(name).decode("utf-8") for name in file.namelist())


def test_nothing_secret_and_no_name_is_in_it(profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither from what the engine printed nor from log and settings; nor the folder that tells whose it is."""
    monkeypatch.setattr(Path, "home", lambda: profile.root.parent)
    told = [f"password={SECRETS[0]}", f"GET /auth?t={SECRETS[1]}", f"mail {SECRETS[2]} to {SECRETS[3]}"]
    profile.log_file.write_text("\n".join(json.dumps({"event": line}) for line in told), encoding="utf-8")
    profile.config_file.write_text(f'# {told[0]}\n# {profile.root}/x\ntheme = "dark"\n', encoding="utf-8")
    text = everything(
        write_report(profile, exits=[-9, 1], printed=[*told, f"File {profile.root}/x.py"], safe=True)
    )

    assert not [secret for secret in SECRETS if secret in text]
    assert str(profile.root.parent) not in text
    assert "<profile>" in text


def test_it_says_how_the_engine_ended(profile: ProfilePaths) -> None:
    """Exit codes, versions and the last lines are what a fault is found by."""
    bundle = write_report(profile, exits=[-11], printed=["Fatal Python error: Segmentation fault"], safe=False)
    with zipfile.ZipFile(bundle) as file:
        facts = json.loads(file.read("report.json"))

    assert facts["engine_exits"] == [-11]
    assert facts["python"]
    assert "Segmentation fault" in everything(bundle)
    assert bundle.stat().st_mode & 0o077 == 0


def test_only_the_newest_reports_are_kept(profile: ProfilePaths) -> None:
    """A crash every minute does not fill the disk."""
    written = [write_report(profile, exits=[], printed=[], safe=False) for _ in range(KEPT + 3)]
    assert sorted(profile.reports.iterdir()) == sorted(written)[-KEPT:]


def test_windows_paths_are_cut_in_every_form() -> None:
    """A log holds them with doubled backslashes."""
    folder = Path("/home/anna/profile")
    text = cleaned(f"{folder} {json.dumps(str(folder))}", folder)
    assert "anna" not in text
