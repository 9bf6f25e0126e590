"""How soon the window shows something, how soon its page, and what it costs; beside its peers.

Peers: bare `streamlit run` with a browser on the same virtual screen, and the known wrapper streamlit-desktop-app
(in an environment of its own, see `baselines/`). Each start is a fresh process with files in the system's cache;
the best of several counts. A bundle in `dist/` is measured too.
"""

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from tests.e2e.native.conftest import virtual_screen
from tests.performance import desktop

ROOT = Path(__file__).resolve().parents[2]
BASELINE = Path(__file__).resolve().parent / "baselines" / "streamlit_desktop_app"
ENVIRONMENT = ROOT / "build" / "bench" / "streamlit_desktop_app"
UV = ROOT / ".tools" / "venv" / "bin" / "uv"
BUNDLE = ROOT / "dist" / "bestand" / "bestand-window"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SPLASH_TARGET_S = {"source": 1.0, "bundle": 0.5}
PAGE_AIM_S = 2.0
PAGE_TARGET_RATIO = 0.5
OURS_DRAWN = "!!document.querySelector('[data-testid=stApp]') && !document.getElementById('bestand-cover')"
PEER_DRAWN = "document.body.innerText.includes('READY-MARKER')"
CHART = "[data-testid=stVegaLiteChart]"
TABLE_DRAWN = f"{PEER_DRAWN} && !!document.querySelector('{CHART} canvas, {CHART} svg')"
ORPHAN_WAIT_S = 10.0
_LOOK_S = 0.03
"""How often is looked; more often, and the looking would take time from what is looked at."""


@dataclass(frozen=True)
class Seen:
    """One start: seconds to the first paint and to the drawn page, memory, processes left after a kill."""

    splash_s: float
    drawn_s: float
    memory_mib: float
    left: int
    answers_a_stranger: bool


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    rounds = 1 if quick else 4
    with virtual_screen() as screen:
        source = best(
            rounds, lambda _: our_start(screen, out / "source", [sys.executable, "-m", "launcher.window"])
        )
        bundle = None
        if BUNDLE.exists():
            bundle = best(rounds, lambda _: our_start(screen, out / "bundle", [str(BUNDLE)]))
        words = min(browser_start(screen, out / f"words-{n}", "words.py", PEER_DRAWN) for n in range(rounds))
        table = min(browser_start(screen, out / f"table-{n}", "table.py", TABLE_DRAWN) for n in range(rounds))
        wrapper, why = wrapper_start(screen, out / "wrapper", rounds)
    rows = start_rows("source", source, words, table)
    rows += (
        start_rows("bundle", bundle, words, table) if bundle else [row("no bundle in dist/: `make build`", None)]
    )
    return [*rows, *wrapper_rows(source, wrapper, why)]


def start_rows(kind: str, ours: Seen, words: float, table: float) -> list[dict[str, Any]]:
    """The rows of one way to start."""
    return [
        row(f"splash, {kind}", ours.splash_s, target=SPLASH_TARGET_S[kind]),
        row(f"page drawn, {kind} (aim)", ours.drawn_s, target=PAGE_AIM_S),
        row(f"page drawn, {kind}, beside streamlit run + browser, words", ours.drawn_s, words, PAGE_TARGET_RATIO),
        row(f"page drawn, {kind}, beside streamlit run + browser, table", ours.drawn_s, table, PAGE_TARGET_RATIO),
    ]


def wrapper_rows(ours: Seen, wrapper: Seen | None, why: str) -> list[dict[str, Any]]:
    """The rows beside the known wrapper."""
    if wrapper is None:
        return [row(f"streamlit-desktop-app was not measured: {why}", None)]
    return [
        row("something shown, beside streamlit-desktop-app", ours.splash_s, wrapper.splash_s, 1.0),
        row("page drawn, beside streamlit-desktop-app", ours.drawn_s, wrapper.drawn_s, 1.0),
        row("memory, beside streamlit-desktop-app", ours.memory_mib, wrapper.memory_mib, None, unit="MiB"),
        {**row("processes left after kill -9", ours.left, unit="count", target=0), "peer": wrapper.left},
        {**row("answers a rebound host (1 = yes)", int(ours.answers_a_stranger), unit="", target=0),
         "peer": int(wrapper.answers_a_stranger)},
    ]  # fmt: skip


def row(
    name: str, ours: float | None, peer: float | None = None, target: float | None = None, *, unit: str = "s"
) -> dict[str, Any]:
    """One measurement; with a peer the target is a ratio."""
    ratio = ours / peer if ours is not None and peer else None
    return {"name": name, "ours": ours, "peer": peer, "ratio": ratio, "target": target, "unit": unit}


def best(rounds: int, measure: Callable[[int], Seen]) -> Seen:
    """The smallest of several in each respect; one process left in any round counts."""
    seen = [measure(number) for number in range(rounds)]
    return Seen(
        min(each.splash_s for each in seen),
        min(each.drawn_s for each in seen),
        min(each.memory_mib for each in seen),
        max(each.left for each in seen),
        any(each.answers_a_stranger for each in seen),
    )


def our_start(screen: str, folder: Path, command: Sequence[str]) -> Seen:
    """One start of our window; the first one makes the profile, the later ones find it."""
    folder.mkdir(parents=True, exist_ok=True)
    start = [*command, "--profile", str(folder / "profile")]
    return window_start(screen, folder, start, OURS_DRAWN)


def window_start(screen: str, folder: Path, command: Sequence[str], drawn: str) -> Seen:
    """Start a window, watch it, kill it."""
    port = desktop.free_port()
    variables = {**desktop.clean_variables(folder), "DISPLAY": screen}
    variables["QTWEBENGINE_REMOTE_DEBUGGING"] = f"127.0.0.1:{port}"
    begun = time.perf_counter()
    with started(command, variables) as process:
        splash_s = until(begun, lambda: desktop.something_is_shown(screen))
        drawn_s = until(begun, lambda: desktop.page_is(port, drawn))
        time.sleep(1.0)
        memory = desktop.memory_mib(psutil.Process(process.pid))
        stranger = desktop.answers_a_stranger(desktop.listening_port(psutil.Process(process.pid), besides=port))
        left = desktop.survivors(process, within_s=ORPHAN_WAIT_S)
    return Seen(splash_s, drawn_s, memory, left, stranger)


def browser_start(screen: str, folder: Path, page: str, drawn: str) -> float:
    """Seconds from `streamlit run` to the page drawn in a browser that opens as soon as the server answers."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        raise FileNotFoundError("no Chromium")
    folder.mkdir(parents=True)
    port, debug = desktop.free_port(), desktop.free_port()
    variables = {**desktop.clean_variables(folder), "DISPLAY": screen}
    serve = [sys.executable, "-m", "streamlit", "run", str(BASELINE / page), "--server.headless=true",
             f"--server.port={port}", "--browser.gatherUsageStats=false"]  # fmt: skip
    show = [browser, "--no-sandbox", "--no-first-run", "--disable-background-networking", "--disable-sync",
            "--remote-allow-origins=*", f"--remote-debugging-port={debug}",
            f"--user-data-dir={folder / 'browser'}", f"http://127.0.0.1:{port}"]  # fmt: skip
    begun = time.perf_counter()
    with started(serve, variables) as server:
        until(begun, lambda: desktop.listening_port(psutil.Process(server.pid)))
        with started(show, variables):
            return until(begun, lambda: desktop.page_is(debug, drawn))


def wrapper_start(screen: str, folder: Path, rounds: int) -> tuple[Seen | None, str]:
    """Measure the known wrapper, or say why not."""
    try:
        python = wrapper_environment()
    except (OSError, subprocess.CalledProcessError) as error:
        return None, f"its environment cannot be made ({type(error).__name__})"
    folder.mkdir(parents=True)
    command = [str(python), str(BASELINE / "start.py"), "table.py"]
    try:
        return best(rounds, lambda _: window_start(screen, folder, command, TABLE_DRAWN)), ""
    except TimeoutError:
        return None, f"its page was not drawn within {desktop.DEADLINE_S:g} s"


def wrapper_environment() -> Path:
    """Make the wrapper's own environment from its lock, once; return its interpreter.

    Raises:
        CalledProcessError: the packages cannot be had.
        OSError: the tools are not there.
    """
    python = ENVIRONMENT / "bin" / "python"
    lock = BASELINE / "requirements.lock"
    stamp = ENVIRONMENT / "lock"
    if python.exists() and stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return python
    variables = {
        **desktop.clean_variables(Path.home()),
        "UV_PYTHON_DOWNLOADS": "never",
        "VIRTUAL_ENV": str(ENVIRONMENT),
    }
    make = [str(UV), "venv", "--clear", "--python", sys.executable, str(ENVIRONMENT)]
    fill = [str(UV), "pip", "sync", "--require-hashes", str(lock)]
    for command in (make, fill):
        subprocess.run(command, check=True, capture_output=True, env=variables)
    stamp.write_bytes(lock.read_bytes())
    return python


@contextlib.contextmanager
def started(command: Sequence[str], variables: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run a process for the block; it and all it started are gone afterwards."""
    quiet = subprocess.DEVNULL
    with subprocess.Popen(
        list(command), cwd=ROOT, env=variables, stdin=quiet, stdout=quiet, stderr=quiet
    ) as process:
        try:
            yield process
        finally:
            family: list[psutil.Process] = []
            with contextlib.suppress(psutil.Error):
                family = psutil.Process(process.pid).children(recursive=True)
            process.kill()
            for each in family:
                with contextlib.suppress(psutil.Error):
                    each.kill()
            psutil.wait_procs(family, timeout=5)


def until(begun: float, look: Callable[[], object]) -> float:
    """Return the seconds since `begun` when `look` is first true.

    Raises:
        TimeoutError: it never was.
    """
    while not look():
        if time.perf_counter() - begun > desktop.DEADLINE_S:
            raise TimeoutError("it was not seen in time")
        time.sleep(_LOOK_S)
    return time.perf_counter() - begun
