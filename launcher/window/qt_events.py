"""Qt's event objects of the window: drops of files, and coming to the front from another thread.

Imports Qt, so it is loaded only by `launcher.window.qt` when a window is made.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import QWidget

_DRAGS = (QEvent.Type.DragEnter, QEvent.Type.DragMove)


class Drops(QObject):
    """Takes files and folders dropped anywhere on the window; other drags stay the page's."""

    def __init__(self, parent: QObject, dropped: Callable[[Sequence[Path]], None]) -> None:
        super().__init__(parent)
        self._dropped = dropped

    def eventFilter(self, _watched: QObject, event: Any) -> bool:  # noqa: N802, ANN401 - Qt's name and types
        """Keep drags of files from the page, which would get their bytes but not their place."""
        kind = event.type()
        if kind not in (*_DRAGS, QEvent.Type.Drop):
            return False
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if not files:
            return False
        event.acceptProposedAction()
        if kind == QEvent.Type.Drop:
            self._dropped(files)
        return True


class Front(QObject):
    """Brings the window to the front, and takes its cover away; both signals may be emitted by any thread."""

    wanted = Signal()
    drawn = Signal()

    def __init__(self, native: Any, cover: QWidget) -> None:  # noqa: ANN401 - pywebview's window has no types
        super().__init__(native)
        self._native = native
        self._cover = cover
        self.wanted.connect(self._come, Qt.ConnectionType.QueuedConnection)
        self.drawn.connect(self._uncover, Qt.ConnectionType.QueuedConnection)

    def _uncover(self) -> None:
        self._cover.hide()

    def _come(self) -> None:
        native = self._native
        if native.isMinimized():
            native.setWindowState(native.windowState() & ~Qt.WindowState.WindowMinimized)
        native.show()
        native.raise_()
        native.activateWindow()
