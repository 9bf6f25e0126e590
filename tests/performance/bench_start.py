"""How long a start takes: the command line's help, and the engine until it answers.

The peers are the least anyone could pay: an interpreter that imports the command line library, and bare Streamlit
with an empty page. Fresh processes, best of several, with files already in the system's cache.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[2]
BESTAND = (sys.executable, "-m", "launcher")
HELP_TARGET_S = 0.3
ENGINE_TARGET_RATIO = 1.5
DEADLINE_S = 60.0

T = TypeVar("T")


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    rounds = 3 if quick else 10
    interpreter = best(rounds, lambda _: command_s([sys.executable, "-c", "pass"]))
    library = best(rounds, lambda _: command_s([sys.executable, "-c", "import typer, typer.main"]))
    help_s = best(rounds, lambda _: command_s([*BESTAND, "--help"]))
    version = best(rounds, lambda _: command_s([*BESTAND, "--version"]))
    rounds = 1 if quick else 4
    ours = best(rounds, lambda n: engine_s(out / f"profile-{n}"))
    again = best(rounds, lambda _: engine_s(out / "profile-0"))
    peer = best(rounds, lambda n: streamlit_s(out / f"bare-{n}"))
    return [
        row("`python -c pass`", interpreter, None, None),
        row("`bestand --help`, beside importing typer alone", help_s, library, HELP_TARGET_S),
        row("`bestand --version`, beside importing typer alone", version, library, HELP_TARGET_S),
        row("engine answers, new profile, beside bare Streamlit", ours, peer, ENGINE_TARGET_RATIO, by_ratio=True),
        row(
            "engine answers, known profile, beside bare Streamlit", again, peer, ENGINE_TARGET_RATIO, by_ratio=True
        ),
    ]


def row(
    name: str, ours: float, peer: float | None, target: float | None, *, by_ratio: bool = False
) -> dict[str, Any]:
    """One measurement; without `by_ratio` the target is in seconds."""
    ratio = ours / peer if peer and by_ratio else None
    return {"name": name, "ours": ours, "peer": peer, "ratio": ratio, "target": target, "unit": "s"}


def best(rounds: int, measure: Callable[[int], float]) -> float:
    """The smallest of several, which is what the work costs without the neighbours' noise."""
    return min(measure(number) for number in range(rounds))


def command_s(command: Sequence[str]) -> float:
    """Seconds one command takes."""
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - start


def engine_s(profile: Path) -> float:
    """Seconds from the command to the first answer of our engine."""
    command = [*BESTAND, "--profile", str(profile), "app", "run", "--no-window"]
    start = time.perf_counter()
    with running(command):
        port = until(lambda: announced_port(profile))
        until(lambda: answers(f"http://127.0.0.1:{port}/healthz"))
        return time.perf_counter() - start


def streamlit_s(folder: Path) -> float:
    """Seconds from the command to the first answer of bare Streamlit with an empty page."""
    folder.mkdir()
    script = folder / "page.py"
    script.write_text("import streamlit as st\nst.write('ready')\n", encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true",
               f"--server.port={port}", "--browser.gatherUsageStats=false"]  # fmt: skip
    start = time.perf_counter()
    with running(command):
        until(lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"))
        return time.perf_counter() - start


@contextlib.contextmanager
def running(command: Sequence[str]) -> Iterator[None]:
    """Keep a process for the block, and see to its end."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, stdin=quiet, stdout=quiet, stderr=quiet, env=dict(os.environ))
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def until(look: Callable[[], T | None]) -> T:
    """Return the first true answer of `look`."""
    deadline = time.monotonic() + DEADLINE_S
    while not (seen := look()):
        if time.monotonic() > deadline:
            raise TimeoutError("the server did not answer")
        time.sleep(0.005)
    return seen


def announced_port(profile: Path) -> int | None:
    """The port our engine wrote down, as soon as it did."""
    try:
        return int(json.loads((profile / "run" / "engine.json").read_text(encoding="utf-8"))["port"])
    except (OSError, ValueError, KeyError):
        return None


def answers(address: str) -> bool:
    """Tell whether a server answers; any status counts, since the gate may refuse us."""
    try:
        urllib.request.urlopen(address, timeout=1).close()  # noqa: S310 - our own loopback address
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
