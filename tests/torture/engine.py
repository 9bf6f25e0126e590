"""An engine as the window starts it: same secret and port in every life, so that an open page reconnects."""

import json
import os
import random
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

from core.paths import PROFILE_VARIABLE, ProfilePaths
from launcher.server.links import mint_link

ROOT: Final = Path(__file__).resolve().parents[2]
SECRET: Final = "t" * 43
CHROMIUM: Final = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")


PORTS: Final = range(20_000, 32_000)
"""Below those systems give to outgoing connections, so that nobody takes the port while no engine holds it."""


def free_port() -> int:
    """Return a port that is free, and stays so between two lives of an engine."""
    for port in random.SystemRandom().sample(PORTS, 100):
        with socket.socket() as tried, suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


class SupervisedEngine:
    """One profile's engine, started and killed again and again."""

    def __init__(self, folder: Path, *, profile: Path | None = None, module: str = "launcher.server") -> None:
        self._module = module
        self.paths = ProfilePaths(profile or folder / "profile")
        self._log = (folder / "engine.log").open("ab")
        self.port = free_port()
        self.process: subprocess.Popen[str] | None = None

    @property
    def origin(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it is ready.

        Raises:
            RuntimeError: it ended instead.
        """
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BESTAND_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", self._module, "--profile", str(self.paths.root)],
            cwd=ROOT, env={**kept, PROFILE_VARIABLE: str(self.paths.root), "LC_ALL": "C.UTF-8"},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True,
        )  # fmt: skip
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"secret": SECRET, "port": self.port}) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            told = json.loads(line)
            if told["event"] == "ready":
                self.port = told["port"]
                return
            if told["event"] == "failed":
                break
        raise RuntimeError(f"the engine did not start; see {self._log.name}")

    def kill(self) -> None:
        """End it at once."""
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream is not None:
                stream.close()
        self.process = None

    def link(self) -> str:
        """Return a one-time link into it."""
        return mint_link(self.paths, self.origin)

    def close(self) -> None:
        """End it, and its log."""
        self.kill()
        self._log.close()
