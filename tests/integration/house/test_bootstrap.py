"""The two commands on a machine that has little: interpreters that lie, no pip, package lists that are missing."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the Makefile is for POSIX systems")

if sys.platform != "win32":
    from scripts import environment


def program(folder: Path, name: str, script: str) -> Path:
    """An executable of that name that runs a shell script."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


# ---- finding an interpreter ----------------------------------------------------------------------------------


def test_an_interpreter_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    """A version manager's stand-in exists on the path and only complains."""
    folder = tmp_path / "bin"
    for name in ("python3.13", "python3.12"):
        program(folder, name, f'echo {name} >> "{tmp_path}/tried"; echo "no such version" >&2; exit 127')
    program(folder, "python3.11", f'exec "{sys.executable}" "$@"')

    done = subprocess.run(
        [ROOT / "scripts" / "bootstrap", "--help"],
        env={"PATH": f"{folder}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert (tmp_path / "tried").read_text(encoding="utf-8").split() == ["python3.13", "python3.12"]
    assert "scripts/bootstrap" in done.stdout


def test_a_named_interpreter_comes_first(tmp_path: Path) -> None:
    """PYTHON=… wins, if it fits."""
    chosen = program(tmp_path / "bin", "mine", f'echo mine > "{tmp_path}/used"; exec "{sys.executable}" "$@"')
    subprocess.run(
        [ROOT / "scripts" / "bootstrap", "--help"],
        env={"PATH": "/usr/bin:/bin", "PYTHON": str(chosen)},
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert (tmp_path / "used").exists()


# ---- what is in place is left alone --------------------------------------------------------------------------


@pytest.fixture
def installs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A project of its own whose environment works; the list gets the name of each lock that was installed."""
    calls: list[str] = []

    def uv(*arguments: object, what: str) -> None:
        if arguments[:2] == ("pip", "sync"):
            calls.append(Path(str(arguments[-1])).name)
        elif arguments[0] == "venv":
            calls.append(what)
            (tmp_path / ".venv").mkdir()

    monkeypatch.setattr(environment, "ROOT", tmp_path)
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "uv", uv)
    monkeypatch.setattr(environment, "_environment_works", lambda: True)
    (tmp_path / ".venv").mkdir()
    for lock in environment.LOCKS.values():
        (tmp_path / lock).write_text(lock, encoding="utf-8")
    return calls


def test_an_unchanged_lock_installs_nothing(installs: list[str]) -> None:
    """The second start costs a moment and needs no network."""
    environment.prepare_packages("run")
    environment.prepare_packages("run")
    assert installs == ["requirements.lock"]


def test_a_changed_lock_is_installed(installs: list[str], tmp_path: Path) -> None:
    """After an update of the sources the environment follows."""
    environment.prepare_packages("run")
    (tmp_path / "requirements.lock").write_text("another", encoding="utf-8")
    environment.prepare_packages("run")
    assert installs == ["requirements.lock"] * 2


def test_an_environment_for_tests_also_serves_for_running(installs: list[str]) -> None:
    """`make run` after `make test` takes nothing away; the other way round the tools are added."""
    environment.prepare_packages("run")
    environment.prepare_packages("test")
    environment.prepare_packages("run")
    assert installs == ["requirements.lock", "requirements-dev.lock"]


def test_a_broken_environment_is_made_anew(installs: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """An interpreter that was removed, or is too old, leaves an environment that cannot run."""
    environment.prepare_packages("run")
    monkeypatch.setattr(environment, "_environment_works", lambda: False)
    environment.prepare_packages("run")
    assert installs == ["requirements.lock", "Making .venv", "requirements.lock"]


def test_a_damaged_stamp_only_costs_an_installation(installs: list[str], tmp_path: Path) -> None:
    """What cannot be read counts as not there."""
    environment.prepare_packages("run")
    (tmp_path / ".venv" / environment.STAMP).write_text("{", encoding="utf-8")
    environment.prepare_packages("run")
    assert installs == ["requirements.lock"] * 2


def test_a_step_that_fails_is_named() -> None:
    """The person sees which step it was; the program's own words stand above."""
    with pytest.raises(environment.BootstrapError, match="Making coffee failed"):
        environment.run([sys.executable, "-c", "raise SystemExit(3)"], what="Making coffee")


# ---- system packages -----------------------------------------------------------------------------------------


class PretendedApt:
    """An apt-get on the path that does what a script says and remembers what it was asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._log = folder / "asked"
        monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
        self.does("exit 0")

    def does(self, script: str) -> None:
        """Answer every call by this shell script."""
        program(self._folder, "apt-get", f'shift; echo "$1" >> "{self._log}"\n{script}')

    def asked(self) -> list[str]:
        """The calls so far: install or update."""
        return self._log.read_text(encoding="utf-8").split() if self._log.exists() else []


@pytest.fixture
def apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PretendedApt:
    """A pretended package manager."""
    return PretendedApt(tmp_path / "bin", monkeypatch)


@pytest.mark.parametrize(
    ("script", "asked", "installed"),
    [
        ("exit 0", ["install"], True),
        (
            'case "$1" in update) touch "$0.lists";; *) test -e "$0.lists";; esac',
            ["install", "update", "install"],
            True,
        ),
        ("exit 100", ["install", "update"], False),
    ],
    ids=["lists there", "no lists yet", "no network"],
)
def test_package_lists_are_fetched_only_when_they_are_missing(
    apt: PretendedApt,
    monkeypatch: pytest.MonkeyPatch,
    script: str,
    asked: Sequence[str],
    installed: bool,
) -> None:
    """Who has the lists is not kept waiting; who has none gets them first; without network the answer is no."""
    apt.does(script)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert environment.apt_install("chromium") is installed
    assert apt.asked() == asked


def test_nothing_is_installed_where_it_would_ask_for_a_password(
    apt: PretendedApt, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An ordinary user is not stopped at a prompt nobody answers."""
    program(tmp_path / "bin", "sudo", 'echo "a password is required" >&2; exit 1')
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not environment.apt_install("chromium")
    assert apt.asked() == []


def test_without_a_browser_the_tests_can_still_be_prepared(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The person is told which package to install; nothing fails."""
    monkeypatch.setattr(environment, "BROWSERS", ("no-such-browser",))
    monkeypatch.setattr(environment, "apt_install", lambda *_: False)
    environment.prepare_browser()
    assert "apt-get install chromium" in capsys.readouterr().err


def test_pip_is_taken_from_where_debian_keeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest wheel on the machine is used before anything is installed."""
    for name in ("pip-23.0.1-py3-none-any.whl", "pip-25.1-py3-none-any.whl", "setuptools-66-py3-none-any.whl"):
        (tmp_path / name).touch()
    monkeypatch.setattr(environment, "PIP_WHEELS", tmp_path)
    assert environment.pip_wheel(tmp_path / "scratch").name == "pip-25.1-py3-none-any.whl"


def test_without_any_pip_the_missing_package_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last resort is a sentence that a person can act on."""
    monkeypatch.setattr(environment, "PIP_WHEELS", Path("/nowhere/wheels"))
    monkeypatch.setattr(environment, "apt_install", lambda *_: False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(environment.BootstrapError, match=r"apt-get install python3-venv"):
        environment.pip_wheel(tmp_path)
