"""`bestand` run inside the test's process: the same code as from a terminal, without the wait for imports."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from core.paths import ProfilePaths
from launcher.__main__ import main


@dataclass(frozen=True)
class Ran:
    """One command: exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[Any]:
        """The JSON lines of its result."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def line(self) -> Any:  # noqa: ANN401 - JSON
        """The one JSON line of its result."""
        (only,) = self.lines
        return only


Cli = Callable[..., Ran]


@pytest.fixture
def cli(profile: ProfilePaths, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command on the test's profile."""

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        code = main(["--profile", str(profile.root), *(str(argument) for argument in arguments)])
        captured = capsys.readouterr()
        return Ran(code, captured.out, captured.err)

    return run
