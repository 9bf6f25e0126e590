"""One engine per profile, found by others while it runs and not after."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import EngineNotRunningError, ProfileInUseError
from core.paths import ProfilePaths
from launcher.instance import announced, only_engine, require_engine, running_engine
from tests.waiting import wait_until

ROOT = Path(__file__).resolve().parents[3]

HOLD = """
import sys, time
from pathlib import Path
from core.paths import ProfilePaths
from launcher.instance import announced, only_engine
paths = ProfilePaths(Path(sys.argv[1]))
with only_engine(paths), announced(paths, 23456, "boot-1"):
    time.sleep(60)
"""


def test_an_engine_is_found_while_it_runs(profile: ProfilePaths) -> None:
    """Its address is there for the block and gone after it."""
    with only_engine(profile), announced(profile, 23456, "boot-1") as address:
        assert running_engine(profile) == address
        assert address.origin == "http://127.0.0.1:23456"
        assert address.pid == os.getpid()
    assert running_engine(profile) is None
    assert not profile.engine_file.exists()


def test_a_second_engine_is_refused_with_the_way_in(profile: ProfilePaths) -> None:
    """The message names the profile and the process, the hint the command that opens the page."""
    with only_engine(profile), announced(profile, 23456, "boot-1"), pytest.raises(ProfileInUseError) as caught:  # noqa: SIM117 - one line reads as one situation
        with only_engine(profile):
            pass
    assert str(profile.root) in str(caught.value)
    assert str(os.getpid()) in str(caught.value)
    assert "bestand app url" in caught.value.hint


def test_the_profile_is_free_after_an_engine_was_killed(profile: ProfilePaths) -> None:
    """A killed engine leaves its file, but neither its lock nor the impression that it runs."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(profile.root)], cwd=ROOT) as engine:
        wait_until(lambda: running_engine(profile), what="the engine's announcement")
        engine.kill()
    assert profile.engine_file.exists()
    assert running_engine(profile) is None
    with only_engine(profile):
        assert not profile.engine_file.exists()


def test_no_engine_is_an_error_with_a_way_on(profile: ProfilePaths) -> None:
    """A command that needs the engine says how to start it."""
    with pytest.raises(EngineNotRunningError) as caught:
        require_engine(profile)
    assert "bestand app run" in caught.value.hint


@pytest.mark.parametrize("text", ["", "[]", "{}", json.dumps({"pid": 1}), json.dumps({"pid": 1, "x": 2})])
def test_a_damaged_address_is_none(profile: ProfilePaths, text: str) -> None:
    """A half-written file breaks no command."""
    with only_engine(profile):
        profile.engine_file.write_text(text, encoding="utf-8")
        assert running_engine(profile) is None
