"""The one gate for outbound connections, and the ledger of every one that was asked for.

Offline, which is the default, it refuses all. Listening on the loopback for the own window is not outbound.
"""

import socket
from collections.abc import Callable
from dataclasses import dataclass

from core.clock import now_iso
from core.config import AppConfig
from core.errors import NetworkRefusedError
from core.i18n import _
from core.logging import get_logger


@dataclass(frozen=True, slots=True)
class Connection:
    """One entry of the network ledger."""

    at: str
    host: str
    port: int
    purpose: str
    allowed: bool


class NetworkGate:
    """Opens connections where the person switched online mode on, and writes each down first.

    What cannot be written down is not opened: `record` may raise.
    """

    def __init__(self, config: AppConfig, record: Callable[[Connection], None] | None = None) -> None:
        self._online = config.mode == "online"
        self._record = record or record_in_log
        self._ledger: list[Connection] = []

    def open(self, host: str, port: int, *, purpose: str, timeout_s: float = 10.0) -> socket.socket:
        """Open a TCP connection.

        Raises:
            NetworkRefusedError: Bestand is offline.
        """
        entry = Connection(now_iso(), host, port, purpose, self._online)
        self._ledger.append(entry)
        self._record(entry)
        if not self._online:
            raise NetworkRefusedError(
                _("'{purpose}' wanted to connect to {host}, but Bestand is offline.").format(
                    purpose=purpose, host=host
                )
            )
        return socket.create_connection((host, port), timeout=timeout_s)

    def adjust(self, config: AppConfig) -> None:
        """Open connections from now on as the settings say."""
        self._online = config.mode == "online"

    @property
    def ledger(self) -> tuple[Connection, ...]:
        """Every connection asked for since the process began, oldest first."""
        return tuple(self._ledger)


def record_in_log(entry: Connection) -> None:
    """Write a connection to the log."""
    get_logger("network").info(
        "connection", host=entry.host, port=entry.port, purpose=entry.purpose, allowed=entry.allowed
    )
