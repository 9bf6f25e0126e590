"""Whose process is at the other end of a loopback connection.

A cookie knows no ports: if another user of this machine gets the person to open a page of a server of theirs on
the loopback, the browser sends them our launch cookie. So the gate also asks the system who owns the connection.
Linux tells; elsewhere the answer is "not known", and the cookie alone decides. Used by the gate only.
"""

import os
import socket
import struct
import sys
from pathlib import Path
from typing import Final

Address = tuple[str, int]

_TABLE: Final = Path("/proc/net/tcp")
_UID_COLUMN: Final = 7


def is_foreign(peer: Address | None, own: Address | None) -> bool:
    """Tell whether a connection is surely another user's; the system's administrator is none.

    Args:
        peer: The other end.
        own: Our end.
    """
    owner = owner_of(peer, own) if peer and own else None
    return owner is not None and owner not in _trusted()


def owner_of(peer: Address, own: Address) -> int | None:
    """Return the user id that owns the other end of a connection, or None if the system does not tell."""
    if sys.platform != "linux":
        return None
    try:
        ends = f" {_as_in_table(peer)} {_as_in_table(own)} "
        table = _TABLE.read_text(encoding="ascii")
    except OSError:
        return None
    found = table.find(ends)
    if found < 0:
        return None
    line = table[table.rfind("\n", 0, found) + 1 : table.find("\n", found)]
    return int(line.split()[_UID_COLUMN])


def _trusted() -> set[int]:
    """The person, the administrator, and who became the administrator to start us."""
    started_by = os.environ.get("SUDO_UID", "")
    return {0, os.getuid(), *([int(started_by)] if started_by.isdigit() else [])}


def _as_in_table(address: Address) -> str:
    """Return an address as the table writes it: four bytes in the machine's order, all in hexadecimal."""
    host, port = address
    (number,) = struct.unpack("=I", socket.inet_aton(host))
    return f"{number:08X}:{port:04X}"
