"""A second start beside an engine without a window: its files are handed over."""

import json
from pathlib import Path

from tests.integration.launcher.engine import bestand, running_engine
from tests.waiting import wait_until


def write_table(file: Path) -> Path:
    """A small, certain file."""
    file.write_text("Datum;Betrag\n2025-01-02;3,50\n2025-01-03;4,50\n", encoding="utf-8")
    return file


def handed_in(profile: Path) -> list[int]:
    """How many files each start has handed to the engine, as its log tells."""
    lines = bestand(profile, "logs", "show", "--json").stdout.splitlines()
    told = [json.loads(line) for line in lines if "files_handed_in" in line]
    return [one["files"] for one in told]


def test_files_of_a_second_start_wait_for_a_window_of_the_first(tmp_path: Path) -> None:
    """The second one ends well at once; a folder brings the tables in it; nothing is imported unseen."""
    folder = tmp_path / "sales"
    folder.mkdir()
    write_table(folder / "märz.csv")
    write_table(folder / "april.csv")
    (folder / "photo.png").write_bytes(b"x")
    with running_engine(tmp_path / "profile") as engine:
        second = bestand(engine.profile, "app", "run", "--no-window", str(folder))

        assert second.returncode == 0, second.stderr
        assert second.stdout == ""
        assert str(engine.process.pid) in second.stderr
        wait_until(lambda: handed_in(engine.profile) == [2], timeout_s=30, what="the handing over")
        assert bestand(engine.profile, "data", "list", "--json").stdout == ""


def test_a_killed_engine_takes_nothing_and_the_next_start_serves(tmp_path: Path) -> None:
    """What it left behind is not mistaken for a running one."""
    file = write_table(tmp_path / "umsatz.csv")
    with running_engine(tmp_path / "profile") as engine:
        engine.process.kill()
        engine.process.wait(10)
    with running_engine(tmp_path / "profile", str(file)) as engine:
        wait_until(lambda: handed_in(engine.profile) == [1], timeout_s=30, what="the handing over")
