"""The window's native dialogs, as the pages of a supervised engine see them."""

from pathlib import Path

from core.i18n import _
from launcher.readable import PACKED, READABLE
from launcher.server.channel import Channel

_KINDS = ";".join(f"*{ending}" for ending in sorted(READABLE | PACKED))


class WindowDialogs:
    """Asks the window over its channel; see `app.runtime.Dialogs`."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def open_files(self) -> list[Path]:
        """Let a person choose files; empty if they chose none."""
        kinds = [[_("Tables"), _KINDS], [_("All files"), "*"]]
        chosen = self._channel.ask("open_files", kinds=[list(kind) for kind in kinds])
        return [Path(str(place)) for place in chosen] if isinstance(chosen, list) else []
