"""What Qt paints itself until the page is drawn: a card before the window is there, then a cover over it.

Qt's widgets are ready long before its web view, which shows nothing, or black, whenever it changes from one page
to another. Imports Qt, so it is loaded only by `launcher.window.qt`.
"""

import time
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from launcher.cover import BACKGROUNDS

_WIDTH: Final = 360
_HEIGHT: Final = 150
_MARGIN: Final = 32
_FOREGROUNDS: Final = {"light": ("#0b5cad", "#1f2328", "#5b6470"), "dark": ("#4594e4", "#dfe2e6", "#a3a9b0")}
"""Mark, name and line in each scheme, as in `cover.html`."""
_PATIENCE_S: Final = 0.15
"""How long the card may take to appear; then the start goes on without it."""

_HANDOVER_MS: Final = 150
"""How long card and window are shown together, until the window has painted itself for the first time."""


def scheme_of(theme: str) -> str:
    """Return light or dark; auto follows the system. Needs Qt's application."""
    if theme in BACKGROUNDS:
        return theme
    return "dark" if QApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"


def _paint(widget: QWidget, scheme: str, text: str, block: QRect) -> None:
    """Draw mark, name and line into a block of the widget, and the background around it."""
    mark, name, line = _FOREGROUNDS[scheme]
    painter = QPainter(widget)
    painter.fillRect(widget.rect(), QColor(BACKGROUNDS[scheme]))
    painter.fillRect(block.x(), block.y(), 34, 3, QColor(mark))
    font = painter.font()
    font.setPixelSize(22)
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(QColor(name))
    painter.drawText(block.x(), block.y() + 38, "Bestand")
    font.setPixelSize(13)
    font.setBold(False)
    painter.setFont(font)
    painter.setPen(QColor(line))
    painter.drawText(block.x(), block.y() + 64, text)
    painter.end()


class Cover(QWidget):
    """Lies over everything in a window, follows its size, and takes no clicks away once it is gone."""

    def __init__(self, window: QWidget, scheme: str, text: str) -> None:
        super().__init__(window)
        self._scheme = scheme
        self._text = text
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setGeometry(window.rect())
        window.installEventFilter(self)
        self.show()
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw mark, name and line where the page's own cover has them."""
        middle = self.rect().center()
        _paint(self, self._scheme, self._text, QRect(middle.x() - 56, middle.y() - 36, 112, 72))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Follow the window's size."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False


class Splash(QWidget):
    """The card. It goes when the window that follows is shown."""

    def __init__(self, scheme: str, text: str) -> None:
        super().__init__(None, Qt.WindowType.SplashScreen | Qt.WindowType.FramelessWindowHint)
        self._scheme = scheme
        self._text = text
        self.setFixedSize(_WIDTH, _HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        """Draw mark, name and line."""
        _paint(self, self._scheme, self._text, QRect(_MARGIN, 40, 112, 72))

    def leave_to(self, window: QObject) -> None:
        """Go as soon as the window is shown."""
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """See the window appear."""
        if event.type() == QEvent.Type.Show:
            watched.removeEventFilter(self)
            QTimer.singleShot(_HANDOVER_MS, self.close)
        return False


def show_splash(theme: str, text: str) -> Splash:
    """Show the card at once, before Qt's loop runs.

    Args:
        theme: auto, light or dark; auto follows the system.
        text: One line below the name.
    """
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_ShareOpenGLContexts)  # the web view asks for it
    application = QApplication.instance() or QApplication(["bestand"])
    card = Splash(scheme_of(theme), text)
    middle = QApplication.primaryScreen().availableGeometry().center()
    card.move(middle.x() - _WIDTH // 2, middle.y() - _HEIGHT // 2)
    card.show()
    deadline = time.monotonic() + _PATIENCE_S
    while not card.windowHandle().isExposed() and time.monotonic() < deadline:
        application.processEvents()
        time.sleep(0.002)
    card.repaint()
    application.processEvents()
    return card
