"""The engine's life: one per profile, found by others, ended cleanly."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from core.paths import ProfilePaths
from launcher.instance import running_engine as found_engine
from launcher.server.security import CookieNames
from tests.integration.launcher.engine import (
    ROOT,
    bestand,
    clean_environment,
    new_link,
    open_websocket,
    path_of,
    running_engine,
    send,
)
from tests.waiting import wait_until

posix_only = pytest.mark.skipif(os.name == "nt", reason="POSIX signals")


@posix_only
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130), (signal.SIGHUP, 0)])
def test_a_signal_ends_it_with_a_page_open(tmp_path: Path, how: signal.Signals, code: int) -> None:
    """It closes what is open, forgets its address and is gone within two seconds."""
    profile = ProfilePaths(tmp_path / "profile")
    with running_engine(profile.root) as engine:
        headers = [("Host", engine.netloc), ("Origin", engine.origin), ("Cookie", engine.cookie())]
        with open_websocket(engine.port, headers) as (_, reply):
            assert reply.status == 101
            took_s = engine.stop(how)
        assert engine.process.returncode == code
        assert took_s < 2.0
    assert not profile.engine_file.exists()
    assert found_engine(profile) is None
    assert Path(tmp_path / "profile.stderr").read_text(encoding="utf-8").count("Traceback") == 0


@posix_only
def test_the_next_start_has_the_same_port_and_the_old_cookie_opens_nothing(tmp_path: Path) -> None:
    """The page's origin lasts; the right to it does not, unless a supervisor hands the secret on."""
    with running_engine(tmp_path / "profile") as engine:
        origin, cookie = engine.origin, engine.cookie()
        engine.stop()
    with running_engine(tmp_path / "profile") as engine:
        assert engine.origin == origin
        assert engine.get("/", [("Host", engine.netloc), ("Cookie", cookie)]).status == 401


def test_a_second_engine_is_refused_with_one_sentence(tmp_path: Path) -> None:
    """It says who runs and how to get in, and leaves the first one alone."""
    with running_engine(tmp_path / "profile") as engine:
        second = bestand(engine.profile, "app", "run", "--no-window")

        assert second.returncode == 1
        assert second.stdout == ""
        assert "already runs" in second.stderr
        assert "bestand app url" in second.stderr
        assert len(second.stderr.splitlines()) == 2
        assert path_of(new_link(engine.profile))
        assert engine.get("/").status == 401


def test_a_killed_engine_leaves_the_profile_usable(tmp_path: Path) -> None:
    """No lock file has to be removed by hand."""
    with running_engine(tmp_path / "profile") as engine:
        engine.process.kill()
        engine.process.wait(10)
        assert bestand(engine.profile, "app", "url").returncode == 1
    with running_engine(tmp_path / "profile") as engine:
        assert engine.get("/").status == 401


def test_a_wanted_port_that_is_taken_is_told(tmp_path: Path) -> None:
    """A person who asked for a port does not get another one unseen."""
    with running_engine(tmp_path / "one") as engine:
        second = bestand(tmp_path / "two", "app", "run", "--no-window", "--port", str(engine.port))

    assert second.returncode == 1
    assert str(engine.port) in second.stderr
    assert "--port" in second.stderr


def test_two_profiles_run_side_by_side(tmp_path: Path) -> None:
    """Each has its port and its cookie; one browser may be in both."""
    with running_engine(tmp_path / "one") as one, running_engine(tmp_path / "two") as two:
        both = f"{one.cookie()}; {two.cookie()}"
        assert one.port != two.port
        assert one.get("/", [("Host", one.netloc), ("Cookie", both)]).status == 200
        assert two.get("/", [("Host", two.netloc), ("Cookie", both)]).status == 200


def test_a_supervised_engine_takes_its_secret_and_ends_with_its_supervisor(tmp_path: Path) -> None:
    """An open page survives a restart of the engine, and no engine outlives its window."""
    secret = "supervised-secret-0123456789"
    profile = ProfilePaths(tmp_path / "profile")
    with subprocess.Popen(
        [sys.executable, "-m", "launcher.server", "--profile", str(profile.root)],
        cwd=ROOT,
        env=clean_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(json.dumps({"secret": secret}) + "\n")
            process.stdin.flush()
            told = [json.loads(process.stdout.readline()) for _ in range(2)]
            assert [each["event"] for each in told] == ["listening", "ready"]
            netloc = f"127.0.0.1:{told[1]['port']}"
            cookie = ("Cookie", f"{CookieNames.of(profile).launch}={secret}")
            reply = send(told[1]["port"], "GET", "/healthz", [("Host", netloc), cookie])
            assert json.loads(reply.body) == {"status": "live", "boot": told[1]["boot"]}
            process.stdin.close()
            wait_until(lambda: process.poll() is not None, what="the end of the orphan")
            assert process.returncode == 0
        finally:
            process.kill()


def test_files_given_at_the_start_wait_for_a_window(tmp_path: Path) -> None:
    """`bestand app run FILE` opens the file on the Import page; nothing is imported unseen."""
    file = tmp_path / "umsatz.csv"
    file.write_text("Datum;Betrag\n2025-01-02;3,50\n2025-01-03;4,50\n", encoding="utf-8")
    with running_engine(tmp_path / "profile", str(file)) as engine:
        told = bestand(engine.profile, "logs", "show", "--json").stdout
        assert '"files": 1' in next(line for line in told.splitlines() if "files_handed_in" in line)
        assert bestand(engine.profile, "data", "list", "--json").stdout == ""
