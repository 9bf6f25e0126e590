"""The window on Linux: Qt's web view, with what pywebview leaves to it.

Drops are taken by the window itself, so that real paths reach the engine; links that lead elsewhere open in the
system's browser; downloads ask for a place; zoom has its shortcuts. Everything here runs on Qt's own thread, but
`come_forward`. Imported only where Qt is the backend; `qt_problem` tells before, without Qt, whether it can work.
"""

import ctypes
import importlib.util
import os
import webbrowser
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from core.paths import ProfilePaths
from launcher.cover import BACKGROUNDS
from launcher.window.backend import Backend, Wishes
from launcher.window.geometry import Placement, Screen, next_zoom, placed

if TYPE_CHECKING:
    import webview

_FLAGS: Final = "QTWEBENGINE_CHROMIUM_FLAGS"
_OUTSIDE: Final = frozenset({"http", "https", "mailto"})
"""What may be opened in the person's browser; a `file:` or an unknown scheme may start programs."""
_ZOOM_KEYS: Final = (("Ctrl++", 1), ("Ctrl+=", 1), ("Ctrl+-", -1), ("Ctrl+0", 0))


def qt_problem(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return why Qt could not open a window here, or None.

    Qt itself ends the process when a library or the screen is missing; so both are tried first.
    """
    spec = importlib.util.find_spec("PySide6")
    if spec is None or not spec.submodule_search_locations:
        return "PySide6"
    if environment.get("WAYLAND_DISPLAY") or environment.get("QT_QPA_PLATFORM"):
        return None
    folder = Path(next(iter(spec.submodule_search_locations))) / "Qt"
    try:
        ctypes.CDLL(str(folder / "plugins" / "platforms" / "libqxcb.so"))
        ctypes.CDLL(str(folder / "lib" / "libQt6WebEngineCore.so.6"))
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return str(error).partition(":")[0]
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = (ctypes.c_void_p,)
    connection = xcb.xcb_connect(None, None)
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"DISPLAY={environment.get('DISPLAY', '')}" if refused else None


def graphics_card(devices: Path = Path("/dev")) -> bool:
    """Tell whether this process may use a graphics card.

    Without one Qt would have an emulated one draw, a quarter of what the window needs of the processor until its
    page is drawn. Cards are render nodes; NVIDIA's driver and the Windows Subsystem for Linux have others.
    """
    nodes = [*devices.glob("dri/renderD*"), *devices.glob("nvidia[0-9]*"), devices / "dxg"]
    return any(os.access(node, os.R_OK | os.W_OK) for node in nodes)


class QtBackend(Backend):
    """Qt's web view, through pywebview."""

    gui = "qt"

    def __init__(self) -> None:
        self._filter: Any = None
        self._splash: Any = None
        self._zoom = 1.0
        self._paths: ProfilePaths | None = None

    def prepare(self, paths: ProfilePaths, *, safe: bool) -> None:
        """Set Qt's variables: the binding; no sandbox where Chromium refuses one, which is for root; drawing by
        plain computing in a safe start and where no graphics card can be had.
        """
        os.environ["QT_API"] = "pyside6"
        self._paths = paths
        if os.geteuid() == 0:
            os.environ.setdefault("QTWEBENGINE_DISABLE_SANDBOX", "1")
        if safe or not graphics_card():
            os.environ[_FLAGS] = f"{os.environ.get(_FLAGS, '')} --disable-gpu".strip()
            os.environ["QT_QUICK_BACKEND"] = "software"
        os.environ.setdefault("QT_LOGGING_RULES", "*.debug=false;qt.webenginecontext.info=false;qt.vulkan=false")

    def splash(self, theme: str, text: str) -> None:
        """Show a card before the web view is imported, which takes as long as everything up to here."""
        from launcher.window.qt_splash import show_splash

        self._splash = show_splash(theme, text)

    def dress(self, window: "webview.Window", placement: Placement, wishes: Wishes) -> None:
        """Place the window, and take over drops, links, downloads, zoom, the colour behind the page."""
        from PySide6.QtGui import QColor, QKeySequence, QShortcut

        from launcher.window.qt_events import Drops, Front
        from launcher.window.qt_splash import Cover, scheme_of

        native: Any = window.native
        page = native.webview.page()
        _place(native, placed(placement, _screens()))
        scheme = scheme_of(wishes.theme)
        page.setBackgroundColor(QColor(BACKGROUNDS[scheme]))
        if self._paths is not None:
            native.profile.setCachePath(str(self._paths.cache / "web"))
        self._filter = Drops(native, wishes.dropped)
        native.webview.setAcceptDrops(True)
        native.webview.installEventFilter(self._filter)
        self._front = Front(native, Cover(native, scheme, wishes.starting))
        if self._splash is not None:
            self._splash.leave_to(native)
        page.navigationRequested.connect(partial(_judge_navigation, wishes))
        page.renderProcessTerminated.connect(lambda _status, _code: wishes.page_crashed())
        native.profile.downloadRequested.connect(partial(_save_download, native, wishes.save_as))
        self._zoom = placement.zoom
        page.loadFinished.connect(lambda _fine: native.webview.setZoomFactor(self._zoom))
        for keys, step in _ZOOM_KEYS:
            QShortcut(QKeySequence(keys), native).activated.connect(partial(self._zoom_by, native, wishes, step))

    def _zoom_by(self, native: Any, wishes: Wishes, step: int) -> None:  # noqa: ANN401 - Qt has no types
        self._zoom = next_zoom(self._zoom, step)
        native.webview.setZoomFactor(self._zoom)
        wishes.zoomed(self._zoom)

    def placement(self, window: "webview.Window", last: Placement) -> Placement:
        """Return place, size and zoom; of a maximised window the size it goes back to."""
        native: Any = window.native
        box = native.normalGeometry() if native.isMaximized() else native.geometry()
        return replace(
            last, x=box.x(), y=box.y(), width=box.width(), height=box.height(),
            maximized=native.isMaximized(), zoom=self._zoom,
        )  # fmt: skip

    def uncover(self) -> None:
        """Take the cover away."""
        self._front.drawn.emit()

    def come_forward(self, window: "webview.Window") -> None:  # noqa: ARG002 - other backends need it
        """Restore, raise, activate."""
        self._front.wanted.emit()


def _place(native: Any, placement: Placement) -> None:  # noqa: ANN401 - Qt has no types
    if placement.x is not None and placement.y is not None:
        native.setGeometry(placement.x, placement.y, placement.width, placement.height)
    else:
        native.resize(placement.width, placement.height)


def _screens() -> list[Screen]:
    from PySide6.QtWidgets import QApplication

    boxes = [screen.availableGeometry() for screen in QApplication.screens()]
    return [Screen(box.x(), box.y(), box.width(), box.height()) for box in boxes]


def _judge_navigation(wishes: Wishes, request: Any) -> None:  # noqa: ANN401 - Qt has no types
    """Keep the window on its own page; what leads elsewhere goes to the system's browser or nowhere."""
    if not request.isMainFrame():
        return
    address = request.url().toString()
    parts = urlsplit(address)
    origin = wishes.own_origin()
    if parts.scheme in ("data", "about") or (origin and f"{parts.scheme}://{parts.netloc}" == origin):
        return
    request.reject()
    if parts.scheme in _OUTSIDE:
        with suppress(webbrowser.Error):
            webbrowser.open(address, 2)


def _save_download(native: Any, title: str, download: Any) -> None:  # noqa: ANN401 - Qt has no types
    """Ask where a download goes; nothing chosen, nothing written."""
    from PySide6.QtWidgets import QFileDialog

    proposed = str(Path.home() / Path(download.suggestedFileName()).name)
    chosen, _filter = QFileDialog.getSaveFileName(native, title, proposed)
    if not chosen:
        download.cancel()
        return
    download.setDownloadDirectory(str(Path(chosen).parent))
    download.setDownloadFileName(Path(chosen).name)
    download.accept()
