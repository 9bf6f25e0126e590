"""A walk through all pages, twice, speaking as a page does: nothing fails, and nothing heavy is loaded."""

import asyncio
import json
import sys
from collections.abc import Iterable
from pathlib import Path

from app.components.mount import asset_url
from tests.integration.launcher.engine import RunningEngine, bestand, running_engine
from tests.performance.wire import Wire

PAGES = ("home", "import", "data", "sql", "chart", "jobs", "settings")
PICTURE = "chart__picture__"
MOST_ROUNDS = 40
"""A chart that takes longer is drawn when it is gone to again."""
HEAVY = ("pandas", "altair", "matplotlib")


async def _walk(engine: RunningEngine, cookie: str) -> list[str]:
    """Go everywhere, until each view was drawn, put away and drawn again; return the widgets that were."""
    page = Wire(engine.origin, cookie)
    await page.open()
    rounds = 0
    while not _drawn(page.widgets, PICTURE) and rounds < MOST_ROUNDS:
        rounds += 1
        await _go_everywhere(page)
    await _go_everywhere(page)
    await page.tell("frame", "told", {"kind": "go", "page": "chart", "params": {}})
    await page.tell("frame", "told", {"kind": "go", "page": "jobs", "params": {}})
    await page.again()  # several views with a pane on the right are alive and drawn in one run
    await page.close()
    return list(page.widgets)


def _drawn(widgets: Iterable[str], begins: str) -> bool:
    return any(key.startswith(begins) for key in widgets)


async def _go_everywhere(page: Wire) -> None:
    for slug in PAGES:
        await page.tell("frame", "told", {"kind": "go", "page": slug, "params": {}})
    for params in ({"dataset": "towns"}, {}):
        await page.tell("frame", "told", {"kind": "go", "page": "data", "params": params})


def test_every_page_can_be_left_and_come_back_to(tmp_path: Path) -> None:
    """No view fails when it is drawn, put away and drawn again; none loads a library for seconds."""
    profile, file = tmp_path / "profile", tmp_path / "towns.csv"
    file.write_text("town;amount\n" + "".join(f"t{n % 7};{n}.5\n" for n in range(300)), encoding="utf-8")
    assert bestand(profile, "data", "import", str(file)).returncode == 0
    with running_engine(profile) as engine:
        cookie = engine.cookie()
        seen = asyncio.run(_walk(engine, cookie))
        script = engine.get(
            asset_url("editor"), [("Host", engine.netloc), ("Cookie", cookie), ("Accept-Encoding", "gzip, br")]
        )
        libraries = _loaded(engine.process.pid)

    assert _drawn(seen, PICTURE)
    assert {"sql_question", "data__search", "data__tab"} <= set(seen)
    log = (profile / "logs" / "bestand.jsonl").read_text(encoding="utf-8").splitlines()
    assert [line for line in log if json.loads(line)["logger"] == "bestand.error"] == []
    assert script.status == 200
    assert "content-encoding" not in script.headers  # packing takes longer than sending to the same machine
    assert [name for name in HEAVY if f"/{name}/" in libraries] == []


def _loaded(pid: int) -> str:
    """Return the files a process has mapped, where the system tells."""
    return Path(f"/proc/{pid}/maps").read_text(encoding="utf-8") if sys.platform == "linux" else ""
