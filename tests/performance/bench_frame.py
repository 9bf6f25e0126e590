"""The frame: what moves, how long a click takes in a browser, and what a hundred people cost the server.

The peer of the server's part is what one writes with Streamlit alone: a fragment with a button and two dozen
inputs, in a process of its own, with as many pages and the same pauses. Without a browser those rows are left out.
"""

import asyncio
import contextlib
import json
import os
import random
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from core.paths import ProfilePaths
from launcher.server.links import mint_link
from tests.performance.wire import Wire

ROOT = Path(__file__).resolve().parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
PLACES: dict[str, dict[str, str]] = {
    "home": {}, "import": {}, "data": {}, "sql": {}, "chart": {}, "jobs": {}, "settings": {},
}  # fmt: skip
ALIVE = ("home", "import", "sql", "jobs")
"""As many as stay alive."""
PAUSE_MS = 250
PEOPLE = 100
THINK_S = 5.0
ROUNDS = 8
"""Steps of each person that count."""
FIRST_SHIFT = 0.02
CLICK_MS = 150
SERVER_MS = 50
RATIO = 1.5
DEADLINE_S = 90.0

BARE = """\
import streamlit as st

@st.fragment(key="bare")
def bare():
    st.button("again", key="again")
    for number in range(24):
        st.text_input(f"Field {number}", key=f"field_{number}")

bare()
"""
SHIFTS = """window.shifts = 0; new PerformanceObserver(list => { for (const entry of list.getEntries())
  window.shifts += entry.value; }).observe({type: "layout-shift", buffered: true});"""
CLICK = """way => new Promise(done => {
  const nav = document.querySelector('.st-key-nav [data-made]').shadowRoot;
  const link = nav.querySelector(`a[href="?view=${way}"]`);
  const begun = performance.now();
  const look = () => document.documentElement.dataset.view === way
    ? requestAnimationFrame(() => done(performance.now() - begun)) : requestAnimationFrame(look);
  link.click(); look(); })"""


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    with _bestand(out / "profile") as (paths, origin):
        seen = _in_a_browser(paths, origin, rounds=3 if quick else 12)
        people, rounds, think_s = (20, 3, 2.0) if quick else (PEOPLE, ROUNDS, THINK_S)
        ours = asyncio.run(_load(origin, _cookie(paths, origin), people, rounds, think_s))
    with _bare(out) as bare_origin:
        peer = asyncio.run(_load(bare_origin, "", people, rounds, think_s))
    bare = _p95(peer["bare"])
    per_page = [
        _row(f"{people} people, {page}: server, p95", _p95(times), bare, SERVER_MS, "ms")
        for page, times in sorted(ours.items())
    ]
    every = [one for times in ours.values() for one in times]
    whole = _row(f"{people} people, all pages, beside a bare fragment, p95", _p95(every), bare, RATIO, "ms")
    whole["ratio"] = whole["ours"] / bare
    return [*seen, *per_page, whole]


def _row(name: str, ours: float, peer: float | None, target: float | None, unit: str) -> dict[str, Any]:
    return {"name": name, "ours": ours, "peer": peer, "ratio": None, "target": target, "unit": unit}


def _p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20, method="inclusive")[-1] if len(times) > 1 else times[0]


# ---- a browser --------------------------------------------------------------------------------------------


def _in_a_browser(paths: ProfilePaths, origin: str, *, rounds: int) -> list[dict[str, Any]]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        return []
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.add_init_script(SHIFTS)
        page.goto(mint_link(paths, origin))
        page.wait_for_selector("html[data-bestand=ready]", state="attached", timeout=60_000)
        page.wait_for_timeout(1_500)
        first = page.evaluate("window.shifts")
        for way in PLACES:
            page.evaluate(CLICK, way)
        page.wait_for_timeout(500)
        page.evaluate("window.shifts = 0")
        anew = [_click(page, way) for _ in range(rounds) for way in PLACES]
        for way in ALIVE:
            _click(page, way)
        warm = [_click(page, way) for _ in range(rounds) for way in ALIVE]
        moved = page.evaluate("window.shifts")
        browser.close()
    return [
        _row("first load: sum of layout shifts", first, None, FIRST_SHIFT, ""),
        _row(f"{len(anew) + len(warm)} steps: sum of all layout shifts", moved, None, 0, ""),
        _row("warm click to whole view, p95", _p95(warm), None, CLICK_MS, "ms"),
        _row("click to a view that was put away, p95", _p95(anew), None, None, "ms"),
    ]


def _click(page: Any, way: str) -> float:  # noqa: ANN401 - Playwright is imported where it is needed
    took: float = page.evaluate(CLICK, way)
    page.wait_for_timeout(PAUSE_MS)
    return took


# ---- a hundred people -------------------------------------------------------------------------------------


async def _load(origin: str, cookie: str, people: int, rounds: int, think_s: float) -> dict[str, list[float]]:
    """Return the milliseconds of every step, by page; people come one after another and then act at random."""
    wires = [Wire(origin, cookie) for _ in range(people)]
    for wire in wires:
        await wire.open()
    listening = [await _listen(origin, cookie) for _ in wires if cookie]
    times: dict[str, list[float]] = {}

    async def person(wire: Wire, seed: int) -> None:
        dice = random.Random(seed)
        ways = list(PLACES)
        for step in range(rounds + 1):
            await asyncio.sleep(dice.uniform(0, 2 * think_s))
            if "again" in wire.widgets:
                page, took = "bare", await wire.press("again")
            else:
                page = dice.choice(ways)
                told = {"kind": "go", "page": page, "params": PLACES[page]}
                took = await wire.tell("frame", "told", told)
            if step:
                times.setdefault(page, []).append(took)

    await asyncio.gather(*(person(wire, seed) for seed, wire in enumerate(wires)))
    for wire in wires:
        await wire.close()
    for stream in listening:
        stream.close()
    return times


async def _listen(origin: str, cookie: str) -> asyncio.StreamWriter:
    """Listen to what the engine pushes, as every open page does."""
    host = origin.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(f"GET /events HTTP/1.1\r\nHost: {host}\r\nCookie: {cookie}\r\n\r\n".encode())
    assert b" 200 " in await reader.readline()
    return writer


@contextlib.contextmanager
def _bestand(profile: Path) -> Iterator[tuple[ProfilePaths, str]]:
    """An engine with a few datasets."""
    paths = ProfilePaths(profile)
    command = [sys.executable, "-m", "launcher", "--profile", str(profile)]
    files = profile.parent / "files"
    files.mkdir()
    for number in range(8):
        lines = "\n".join(f"{n};name {n};{n * 1.5}" for n in range(2_000))
        (files / f"data_{number}.csv").write_text(f"id;name;amount\n{lines}\n", encoding="utf-8")
    given = [str(file) for file in sorted(files.iterdir())]
    subprocess.run([*command, "data", "import", *given], cwd=ROOT, check=True, capture_output=True)
    with _process([*command, "app", "run", "--no-window"]) as process:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        yield paths, link.partition("/auth")[0]


def _cookie(paths: ProfilePaths, origin: str) -> str:
    """Open a link as a browser would, and return what lets further requests in."""
    with urllib.request.urlopen(mint_link(paths, origin)) as answer:  # noqa: S310 - our own loopback address
        given = answer.headers.get_all("set-cookie") or []
    return "; ".join(line.partition(";")[0] for line in given)


@contextlib.contextmanager
def _bare(out: Path) -> Iterator[str]:
    """Bare Streamlit with one fragment, set as well as ours where it matters."""
    script = out / "bare.py"
    script.write_text(BARE, encoding="utf-8")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    options = {
        "server.port": port, "server.headless": "true", "server.address": "127.0.0.1",
        "runner.postScriptGC": "false", "browser.gatherUsageStats": "false", "server.fileWatcherType": "none",
    }  # fmt: skip
    given = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    with _process([sys.executable, "-m", "streamlit", "run", str(script), *given]):
        origin = f"http://127.0.0.1:{port}"
        _wait_for(f"{origin}/_stcore/health")
        yield origin


@contextlib.contextmanager
def _process(command: list[str]) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BESTAND_")}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.communicate(timeout=15)
        process.kill()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, urllib.error.URLError), urllib.request.urlopen(address, timeout=1):  # noqa: S310
            return
        time.sleep(0.1)
    raise TimeoutError(f"{address} did not answer")


if __name__ == "__main__":
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(run(Path(folder), quick="--quick" in sys.argv), indent=1))
