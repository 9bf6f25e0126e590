"""What the document asks for ahead, while the engine still begins: it is there, once, and is drawn first."""

import re
from pathlib import Path

from streamlit import file_util

from app.components.mount import ASSETS, built_files, first_urls
from launcher.server.document import document

INDEX = Path(file_util.get_static_dir()) / "index.html"


def _asked_ahead() -> list[str]:
    return re.findall(r'<link rel="modulepreload"[^>]* href="([^"]+)"', document(INDEX, "auto"))


def test_everything_asked_for_ahead_is_there_and_asked_for_once() -> None:
    """A name an upgrade changed would be an error in the browser's log at each start."""
    links = _asked_ahead()
    files = [ASSETS / link.removeprefix("/assets/") for link in links if link.startswith("/assets/")]
    files += [INDEX.parent / link for link in links if not link.startswith("/assets/")]

    assert [file.name for file in files if not file.is_file()] == []
    assert len(set(links)) == len(links)


def test_the_frame_and_what_draws_components_are_asked_for_ahead() -> None:
    """Otherwise the first drawing waits for one script after the other."""
    links = _asked_ahead()

    assert {f"/assets/{built_files()[name]}" for name in ("nav", "frame", "statusbar", "overview")} <= set(links)
    assert any("/BidiComponent." in link for link in links)


def test_what_a_script_begins_with_comes_along() -> None:
    """A part that several components share is asked for as well, else it is found out of only later."""
    script = (ASSETS / built_files()["nav"]).read_text("utf-8")
    shared = re.findall(r'from"\./(shared-[\w.-]+\.js)"', script)

    assert shared
    assert {f"/assets/{name}" for name in shared} < set(first_urls(["nav"]))
