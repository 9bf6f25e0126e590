"""The page's document: Streamlit's own with the journal and our style sheet, and a calm cover until it is drawn.

Without the cover a window is white for as long as scripts load and the first run takes. The cover is part of the
document, so it is there from the first frame on, in every browser; it lifts when the frame says that the first
view is complete (`data-bestand="ready"`), and tells the engine, which tells the window. What is below it is laid
out by our style sheet from the beginning, and hidden: nothing is seen moving.
"""

import html
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.components.mount import asset_url, first_urls
from app.theme import STYLE_FILE
from core.i18n import _, current_language
from core.telemetry import track
from core.types import Json
from launcher.cover import cover

DRAWN_PATH: Final = "/drawn"
_BODY_LIMIT: Final = 4_096
_FIRST: Final = ("nav", "heading", "overview", "statusbar", "hotkeys", "palette", "frame")
"""Our components on every page, and Home's."""
_FIRST_OF_STREAMLIT: Final = ("BidiComponent", "Button")
"""Streamlit's own scripts that it loads when the first of their kind is drawn."""
_IMPORTED: Final = re.compile(r"""(?:from|import)"\./([\w.-]+\.js)\"""")

Drawn = Callable[[int], None]
"""Called with the milliseconds from the document's start to the drawn page."""


def document(index: Path, theme: str, left: Sequence[str] = ()) -> str:
    """Return the page's document.

    Args:
        index: Streamlit's own.
        theme: The colours a person chose: auto, light or dark.
        left: Origins under which the browser may have kept something, see `launcher.server.left`.
    """
    page = index.read_text(encoding="utf-8")
    page = re.sub(r"<!--.*?-->", "", page, flags=re.DOTALL)
    page = re.sub(r"<title>.*?</title>", "<title>Bestand</title>", page)
    page = re.sub(r'<link rel="service-desc"[^>]*>', "", page)
    page = page.replace('<html lang="en">', f'<html lang="{current_language()}">', 1)
    # The first of all scripts: before Streamlit begins, connections say whose they are and what was typed is sent.
    first = f'<script type="module" src="{asset_url("journal")}"></script>'
    first += f'<meta name="bestand-left" content="{html.escape(" ".join(left))}">' if left else ""
    page = page.replace("<head>", "<head>" + first, 1)
    page = page.replace("</head>", _ahead(index, page) + "</head>", 1)
    # In the body: Streamlit writes its own rules at the end of the head, and of two alike the later one holds.
    style = f"<style>{STYLE_FILE.read_text(encoding='utf-8')}</style>"
    banner = html.escape(_("Waiting for Bestand … What you typed is kept."))
    again = _("Bestand was started anew: `bestand app url` prints a link that opens it. What you typed is kept.")
    lost = '<div id="bestand-lost" role="status" aria-live="polite" hidden'
    lost += f' data-shut-out="{html.escape(again)}">{banner}</div>'
    too_long = _("This text is too long to be kept: more than 1 MiB. Copy it before the window is closed.")
    lost += f'<div id="bestand-too-long" role="alert" hidden>{html.escape(too_long)}</div>'
    return page.replace("<body>", "<body>" + style + cover(theme, _("Opening your workbench …")) + lost, 1)


def _ahead(index: Path, page: str) -> str:
    """Return links to what the first drawing will ask for, so that it is there while the engines are imported."""
    ours = first_urls(_FIRST)
    folder = index.parent / "static" / "js"
    waiting = [file.name for name in _FIRST_OF_STREAMLIT for file in folder.glob(f"{name}.*.js")]
    theirs: dict[str, None] = {}
    while waiting:
        name = waiting.pop()
        if name in page or name in theirs or not (folder / name).is_file():
            continue
        theirs[name] = None
        waiting += _IMPORTED.findall((folder / name).read_text(encoding="utf-8"))
    links = [*ours, *(f"./static/js/{name}" for name in theirs)]
    return "".join(f'<link rel="modulepreload" href="{html.escape(link)}">' for link in links)


def document_routes(page: str, drawn: Drawn) -> list[Route]:
    """Return the routes of the document and of the word that it is drawn."""

    async def serve(_request: Request) -> Response:
        return HTMLResponse(page, headers={"cache-control": "no-cache"})

    async def hear(request: Request) -> Response:
        body = await request.body()
        ms = _milliseconds(body[:_BODY_LIMIT])
        facts: dict[str, Json] = {"ms": ms}
        track("page_drawn", facts)
        drawn(ms)
        return Response(status_code=204)

    return [Route("/", serve), Route(DRAWN_PATH, hear, methods=["POST"])]


def _milliseconds(body: bytes) -> int:
    """Return the number in the body; 0 for anything else."""
    text = body.decode("ascii", "replace").strip()
    return int(text) if re.fullmatch(r"\d{1,9}", text) else 0
