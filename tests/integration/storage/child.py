"""Starts the processes of `children.py` and reads what they say."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.paths import ProfilePaths

ROOT = Path(__file__).parents[3]


class Child:
    """One running child."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.pid = process.pid

    def line(self) -> str:
        """Wait for the next line it says; empty when it has ended."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().rstrip("\n")

    def expect(self, wanted: str) -> None:
        """Wait until it says this.

        Raises:
            AssertionError: it said something else or ended.
        """
        said = self.line()
        assert said == wanted, f"the child said {said!r}, not {wanted!r}; {self.errors() if not said else ''}"

    def rest(self) -> list[str]:
        """Return everything it still said before it ended."""
        assert self.process.stdout is not None
        return self.process.stdout.read().splitlines()

    def tell(self, text: str) -> None:
        """Write one line to its standard input."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{text}\n")
        self.process.stdin.flush()

    def let_go(self) -> None:
        """End its standard input, which those who hold something wait for."""
        assert self.process.stdin is not None
        self.process.stdin.close()

    def kill(self) -> None:
        """End it at once, without a chance to clean up."""
        self.process.kill()
        self.process.wait()

    def errors(self) -> str:
        """Return what it complained of; it has ended."""
        assert self.process.stderr is not None
        return self.process.stderr.read()


@contextmanager
def child(what: str, profile: ProfilePaths, *arguments: str) -> Iterator[Child]:
    """Run a child; killed at the end of the block if it still lives."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.storage.children", what, str(profile.root), *arguments],
        cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    running = Child(process)
    try:
        yield running
    finally:
        running.kill()
        for stream in (process.stdin, process.stdout, process.stderr):
            if stream is not None:
                stream.close()
