"""Files come in by the window's own ways: the system's dialog, and a drop that knows places."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from playwright.sync_api import TimeoutError as Late
from playwright.sync_api import expect

from core.paths import ProfilePaths
from tests.e2e.native.conftest import ROOT, OpenWindow
from tests.mounts import read_only_view
from tests.waiting import wait_until

TABLE = "Datum;Betrag\n2025-01-02;3,50\n2025-01-03;4,50\n"

DROP = """
import os, sys
from pathlib import Path
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget
from launcher.window.qt_events import Drops
application = QApplication([])
widget = QWidget()
widget.setAcceptDrops(True)
came = []
widget.installEventFilter(Drops(widget, came.extend))
def drop(*urls, text=""):
    data = QMimeData()
    data.setUrls([QUrl(url) for url in urls])
    if text:
        data.setText(text)
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(1, 1), copy, data, left, none)
    enter.ignore()
    application.sendEvent(widget, enter)
    application.sendEvent(widget, QDropEvent(QPointF(1, 1), copy, data, left, none))
    return enter.isAccepted()
files = drop("file:///data/%C3%A4%20b.csv", "file:///data/folder")
print(files, drop("https://example.org/x.csv"), drop(text="words"))
print(*came, sep="|")
"""


def test_dropped_files_and_folders_arrive_as_places() -> None:
    """Names with any sign in them too; links and texts stay the page's business."""
    seen = subprocess.run(
        [sys.executable, "-c", DROP], cwd=ROOT, env=os.environ | {"QT_API": "pyside6"},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    accepted, places = seen.stdout.splitlines()
    assert accepted == "True False False"
    assert places == "/data/ä b.csv|/data/folder"


def test_the_systems_dialog_brings_a_file_by_its_place(open_window: OpenWindow, tmp_path: Path) -> None:
    """Nothing is uploaded: the page goes on with the file where it lies."""
    file = tmp_path / "umsatz.csv"
    file.write_text(TABLE, encoding="utf-8")
    window = open_window()
    page = window.drawn_page()
    page.get_by_text("Import", exact=True).first.click()
    page.get_by_role("button", name="Choose files…").click()

    def dialogs() -> list[str]:
        """The dialog, and above it what it may say of a file that is not there."""
        with suppress(subprocess.CalledProcessError):  # it finds none
            wanted = ["search", "--onlyvisible", "--pid", str(window.process.pid), "--name", "Open"]
            return window.xdotool(*wanted).split()
        return []

    wait_until(dialogs, timeout_s=20, what="the system's dialog")
    for _ in range(5):  # a dialog that is just being drawn misses keys, and knows no such file then
        if len(dialogs()) > 1:
            window.xdotool("key", "Return")
        if shown := dialogs():
            window.xdotool("windowactivate", "--sync", shown[0])
            window.xdotool("key", "ctrl+a")
            window.xdotool("type", "--delay", "20", str(file))
            window.xdotool("key", "Return")
        with suppress(Late):
            page.get_by_text("umsatz.csv").first.wait_for(timeout=10_000)
            break

    expect(page.get_by_text("umsatz.csv").first).to_be_visible()
    assert list(window.paths.uploads.iterdir()) == []


def test_a_profile_on_a_read_only_disk_is_told_on_a_calm_page(open_window: OpenWindow, tmp_path: Path) -> None:
    """The window says which folder, and what can be done; closing it ends the start."""
    folder = tmp_path / "disk"
    folder.mkdir()
    with read_only_view(folder, tmp_path / "view") as view:
        window = open_window(profile=view / "profile")
        page = window.page()
        notice = page.locator("#bestand-notice")
        notice.wait_for(timeout=20_000)
        told = notice.inner_text()
        page.get_by_role("button", name="Close").click()
        window.process.wait(20)

    assert str(view / "profile") in told
    assert window.process.returncode == 1
    assert ProfilePaths(folder).root.exists()
