"""What differs from system to system about a window, behind one small interface.

`plain` is what pywebview offers everywhere (WebView2 on Windows, WKWebView on macOS); `launcher.window.qt` does
more, because on Linux the web view is Qt's own. `launcher.window.system` chooses.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.paths import ProfilePaths
from launcher.window.geometry import Placement

if TYPE_CHECKING:
    import webview
    from webview.guilib import GUIType


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the window wants to hear from its system, and what it may show.

    `dropped` gets files and folders dropped on the window; `own_origin` is where the page comes from, empty before
    it is known; `zoomed` gets each new zoom; `page_crashed` hears that the web view's own process died.
    """

    dropped: Callable[[Sequence[Path]], None]
    own_origin: Callable[[], str]
    zoomed: Callable[[float], None]
    page_crashed: Callable[[], None]
    save_as: str
    """The title of the dialog in which a download gets its place."""
    theme: str
    """The chosen colours: auto, light or dark."""
    starting: str
    """The line on the cover that lies over the web view until the page is drawn."""


class Backend(ABC):
    """One system's window."""

    gui: "GUIType | None" = None
    """pywebview's name for it; None lets pywebview choose."""

    @abstractmethod
    def prepare(self, paths: ProfilePaths, *, safe: bool) -> None:
        """Set what has to be set before the first window."""

    @abstractmethod
    def splash(self, theme: str, text: str) -> None:
        """Show something before the web view can."""

    @abstractmethod
    def dress(self, window: "webview.Window", placement: Placement, wishes: Wishes) -> None:
        """Fit the window out, before it is shown."""

    @abstractmethod
    def placement(self, window: "webview.Window", last: Placement) -> Placement:
        """Return where the window is now; called while it closes."""

    @abstractmethod
    def uncover(self) -> None:
        """Show the web view as it is; from any thread."""

    @abstractmethod
    def come_forward(self, window: "webview.Window") -> None:
        """Raise the window; from any thread."""


class Plain(Backend):
    """What works on every system."""

    def prepare(self, paths: ProfilePaths, *, safe: bool) -> None:  # noqa: ARG002 - other backends need them
        """Let the web view ask where a download goes."""
        import webview

        webview.settings["ALLOW_DOWNLOADS"] = True

    def splash(self, theme: str, text: str) -> None:
        """Nothing: the system's own web view shows its first page as soon as anything could."""

    def dress(self, window: "webview.Window", placement: Placement, wishes: Wishes) -> None:
        """Nothing more than pywebview does."""

    def placement(self, window: "webview.Window", last: Placement) -> Placement:
        """Return place and size as pywebview knows them."""
        from dataclasses import replace

        try:
            x, y, width, height = window.x, window.y, window.width, window.height
        except Exception:
            return last
        return replace(last, x=x, y=y, width=width, height=height)

    def uncover(self) -> None:
        """Nothing: the page brings its own cover, and these web views keep the old picture until it is there."""

    def come_forward(self, window: "webview.Window") -> None:
        """Restore and show; staying on top for a moment is what gets a window to the front everywhere."""
        window.restore()
        window.show()
        window.on_top = True
        window.on_top = False
