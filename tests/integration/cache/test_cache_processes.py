"""The cache between real processes: one computes, a dead one holds up nobody, commits are heard."""

import subprocess
import sys
import textwrap
from pathlib import Path

from core.config import AppConfig
from core.paths import ProfilePaths
from storage.cache import Cache
from tests.waiting import wait_until

PROGRAM = """
    import os, sys, time
    from pathlib import Path
    from core.config import AppConfig
    from core.paths import ProfilePaths
    from storage.cache import Cache

    paths, log, mode = ProfilePaths(Path(sys.argv[1])), Path(sys.argv[2]), sys.argv[3]
    cache = Cache(AppConfig(), paths)

    def note(line):
        with log.open("a") as file:
            file.write(line + "\\n")

    def compute():
        note("start")
        while mode == "hang" or (mode == "gate" and not Path(sys.argv[4]).exists()):
            time.sleep(0.01)
        return "answer"

    note("ready")
    if mode == "gate":
        while log.read_text().count("ready") < 5:
            time.sleep(0.005)
    answer = cache.get_or_compute("k", compute, tags=["dataset:1"])
    note("got " + answer)
"""


def _start(profile: ProfilePaths, log: Path, mode: str, gate: Path | None = None) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", textwrap.dedent(PROGRAM), str(profile.root), str(log), mode]
    return subprocess.Popen([*command, str(gate)] if gate else command)


def test_a_stampede_of_processes_computes_once(profile: ProfilePaths, tmp_path: Path) -> None:
    """Five processes ask at the same moment; one works, and all get its answer."""
    log, gate = tmp_path / "log", tmp_path / "gate"
    log.touch()
    children = [_start(profile, log, "gate", gate) for _ in range(5)]
    wait_until(lambda: "start" in log.read_text(), timeout_s=60, what="the first computation")
    gate.touch()
    assert [child.wait(60) for child in children] == [0] * 5
    lines = log.read_text().split("\n")
    assert lines.count("got answer") == 5
    assert lines.count("start") == 1


def test_a_process_killed_while_computing_holds_up_nobody(profile: ProfilePaths, tmp_path: Path) -> None:
    """After kill -9 of the one who computes, the next one computes."""
    log = tmp_path / "log"
    log.touch()
    child = _start(profile, log, "hang")
    wait_until(lambda: "start" in log.read_text(), timeout_s=60, what="the computation")
    child.kill()
    child.wait()
    cache = Cache(AppConfig(), profile)
    assert cache.get_or_compute("k", lambda: "mine", tags=["dataset:1"]) == "mine"
    cache.close()


def test_another_process_hears_of_a_commit(profile: ProfilePaths, tmp_path: Path) -> None:
    """What one process invalidates the next question in another one computes anew; else it comes from disk."""
    log = tmp_path / "log"
    cache = Cache(AppConfig(), profile)
    assert cache.get_or_compute("k", lambda: "first", tags=["dataset:1"]) == "first"
    assert _start(profile, log, "now").wait(60) == 0
    assert log.read_text().split() == ["ready", "got", "first"]
    cache.invalidate(["dataset:1"])
    assert _start(profile, log, "now").wait(60) == 0
    assert log.read_text().split()[3:] == ["ready", "start", "got", "answer"]
    assert cache.get_or_compute("k", lambda: "never", tags=["dataset:1"]) == "answer"
    cache.close()
