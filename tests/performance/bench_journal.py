"""How soon what is typed is on the disk, and what that costs the page.

A real browser types into a field of a real engine that runs four imports at the same time. From outside each
key's moment is noted, and that of the answer that says it is durable; the engine tells how long it took itself.
The page's cost is what a sampling profiler finds in the journal's script. Restoring is measured on 500 fields.
"""

import csv
import random
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from streamlit.testing.v1 import AppTest

from app.context import AppContext, init_app
from core.paths import ProfilePaths
from core.types import Json
from storage.database.journal import Entry
from tests.torture.engine import CHROMIUM, SupervisedEngine
from tests.waiting import wait_until

PAUSED_MS = 200.0
CONTINUOUS_MS = 550.0
POST_MS = 30.0
CPU_PERCENT = 1.0
RESTORE_MS = 100.0
JOBS = 4
QUEUED = 160
FIELD = ".st-key-import__path input"
QUIET = ("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run")
WATCH = """(() => {
  const keys = [], done = [], server = [];
  window.bench = { keys, done, server };
  document.addEventListener('input', (event) => keys.push([event.target.value.length, performance.now()]), true);
  const plain = window.fetch;
  window.fetch = async (url, options) => {
    const answer = await plain(url, options);
    if (String(url).endsWith('/journal') && answer.ok) {
      const now = performance.now();
      const dur = /dur=([0-9.]+)/.exec(answer.headers.get('server-timing') ?? '');
      if (dur) server.push(Number(dur[1]));
      const longest = Math.max(-1, ...JSON.parse(options.body).entries
        .filter((one) => one.key === 'import__path').map((one) => one.value.length));
      const sent = keys.filter(([length]) => length <= longest).length;
      for (const [, at] of keys.splice(0, sent)) done.push(now - at);
    }
    return answer;
  };
})()"""


def run(out: Path, quick: bool) -> list[dict[str, Any]]:
    """Measure and return the rows."""
    rows = typing(out, quick=quick)
    return [*rows, restore(out)]


def typing(out: Path, *, quick: bool) -> list[dict[str, Any]]:
    """Type while four jobs run."""
    engine = SupervisedEngine(out)
    engine.paths.create()
    engine.paths.config_file.write_text(f"[jobs]\nworkers = {JOBS}\n", encoding="utf-8")
    engine.start()
    context = init_app(engine.paths, purpose="a benchmark")
    try:
        with sync_playwright() as driver:
            found = next(filter(None, map(shutil.which, CHROMIUM)))
            browser = driver.chromium.launch(executable_path=found, args=list(QUIET))
            page = browser.new_page()
            page.add_init_script(WATCH)
            page.goto(engine.link())
            page.wait_for_selector("html[data-bestand=ready]", state="attached", timeout=60_000)
            page.goto(engine.origin + "/?view=import")
            page.wait_for_selector("html[data-bestand=ready]", state="attached", timeout=60_000)
            begin_jobs(context, out)
            four_run(context)
            paused = type_with(page, keys=10 if quick else 60, pause_ms=450)
            flowing = type_with(page, keys=60 if quick else 400, pause_ms=35)
            cpu = profiled(page, keys=60 if quick else 250)
            server = page.evaluate("bench.server")
            four_run(context)  # else the figures would say nothing
            browser.close()
    finally:
        context.close()
        engine.close()
    return [
        row("key to durable after a pause, p95, 4 jobs", p95(paused), PAUSED_MS),
        row("key to durable in continuous typing, p95, 4 jobs", p95(flowing), CONTINUOUS_MS),
        row("POST /journal, server time, p95, 4 jobs", p95(server), POST_MS),
        row("the journal's share of the page's time while typing", cpu, CPU_PERCENT, unit="%"),
    ]


def begin_jobs(context: AppContext, out: Path) -> None:
    """Queue imports, so that four of them run until the typing is over."""
    dice = random.Random(1)
    source = out / "rows.csv"
    with source.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "name", "amount", "at"])
        writer.writerows(
            [number, f"name {dice.randrange(10_000)}", f"{dice.random() * 100:.2f}", "2026-01-31"]
            for number in range(2_000_000)
        )
    for number in range(QUEUED):
        args: dict[str, Json] = {"path": str(source), "name": f"load {number}", "auto": True}
        args |= {"reading": None, "reference": True}
        context.jobs.manager.enqueue("import", args)


def four_run(context: AppContext) -> None:
    """Wait until as many jobs run as there should; fails if there are no more."""
    wait_until(
        lambda: len(context.jobs.manager.list(states=("running",))) == JOBS, what="four jobs run", timeout_s=60
    )


def type_with(page: Page, *, keys: int, pause_ms: int) -> list[float]:
    """Type at a pace; return the milliseconds from each key to its durable answer."""
    page.locator(FIELD).click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.wait_for_timeout(800)
    page.evaluate("bench.keys.length = bench.done.length = 0")
    for number in range(keys):
        page.keyboard.press("abcdefghij"[number % 10])
        page.wait_for_timeout(pause_ms)
    deadline = time.monotonic() + 20
    while page.evaluate("bench.keys.length") and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    found: list[float] = page.evaluate("bench.done")
    return found


def profiled(page: Page, *, keys: int) -> float:
    """Type under a sampling profiler; return the percentage of the time spent in the journal's script."""
    session = page.context.new_cdp_session(page)
    session.send("Profiler.enable")
    session.send("Profiler.setSamplingInterval", {"interval": 200})
    page.locator(FIELD).click()
    session.send("Profiler.start")
    for _ in range(keys):
        page.keyboard.press("x")
        page.wait_for_timeout(70)  # a fast typist
    profile = session.send("Profiler.stop")["profile"]
    mine = {one["id"] for one in profile["nodes"] if "/assets/journal-" in one["callFrame"]["url"]}
    spent = sum(
        delta for node, delta in zip(profile["samples"], profile["timeDeltas"], strict=False) if node in mine
    )
    return 100 * float(spent) / float(profile["endTime"] - profile["startTime"])


def restore(out: Path) -> dict[str, Any]:
    """Open a session on 500 half-typed fields, and give each its value."""
    paths = ProfilePaths(out / "restore")
    context = init_app(paths)
    entries = [Entry(f"view__field_{number}", "half typed " * 5, number + 1) for number in range(500)]
    context.storage.drafts.post("owner", "w", entries).result(30)
    took: list[float] = []

    def script() -> None:
        import time as clock

        import streamlit as st

        from app.runtime import get_context
        from app.session import bootstrap_session, seed_input

        begun = clock.perf_counter()
        bootstrap_session(get_context())
        for number in range(500):
            seed_input(f"view__field_{number}")
        st.session_state.took = (clock.perf_counter() - begun) * 1000

    from app.runtime import set_context

    set_context(context)
    try:
        for _ in range(8):
            test = AppTest.from_function(script, default_timeout=30)
            test.run()
            took.append(test.session_state.took)
    finally:
        set_context(None)
        context.close()
    return row("a session restored with 500 fields, median", statistics.median(took), RESTORE_MS)


def p95(values: list[float]) -> float:
    """Return the value 95 of 100 are below."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")


def row(name: str, ours: float, target: float, *, unit: str = "ms") -> dict[str, Any]:
    """Return one line of the table."""
    return {"name": name, "ours": ours, "peer": None, "ratio": None, "target": target, "unit": unit}
