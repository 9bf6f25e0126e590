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
_PATIENCE_S: Final = 1.0

# `sock_diag(7)`: one question about one connection, answered by the kernel from its own index.
_SOCK_DIAG: Final = 4
_BY_FAMILY: Final = 20
_HEAD: Final = struct.Struct("=IHHII")
"""Length, kind, flags, number, sender of a message."""
_QUESTION: Final = struct.Struct("=BBBxI")
"""Family, protocol, extensions, states."""
_PORTS: Final = struct.Struct("!HH")
_ADDRESS: Final = struct.Struct("4s12x")
_ANY: Final = struct.pack("=III", 0, 0xFFFFFFFF, 0xFFFFFFFF)
"""Any interface, no cookie."""
_ANSWER: Final = struct.Struct("=16x4x48x12xI")
"""Of the answer, head included, the user id."""


def is_foreign(peer: Address | None, own: Address | None) -> bool:
    """Tell whether a connection is surely another user's; the system's administrator is none.

    Args:
        peer: The other end.
        own: Our end.
    """
    owner = owner_of(peer, own) if peer and own else None
    return owner is not None and owner not in _trusted()


def owner_of(peer: Address, own: Address) -> int | None:
    """Return the user id that owns the other end of a connection, or None if the system does not tell.

    The kernel is asked about this connection alone, which takes microseconds; where that is forbidden, its table
    of all connections is read, which takes milliseconds on a machine with much memory.
    """
    if sys.platform != "linux":
        return None
    try:
        owner = _asked(peer, own)
        return _looked_up(peer, own) if owner is None else owner
    except (OSError, struct.error):
        return None


def _asked(peer: Address, own: Address) -> int | None:
    """Return what the kernel answers; None where it refuses to, or knows of no such connection."""
    if sys.platform != "linux":
        return None
    hosts = b"".join(_ADDRESS.pack(socket.inet_aton(host)) for host, _port in (peer, own))
    connection = _PORTS.pack(peer[1], own[1]) + hosts + _ANY
    question = _QUESTION.pack(socket.AF_INET, socket.IPPROTO_TCP, 0, 0xFFFFFFFF) + connection
    try:
        with socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _SOCK_DIAG) as kernel:
            kernel.settimeout(_PATIENCE_S)
            kernel.send(_HEAD.pack(_HEAD.size + len(question), _BY_FAMILY, 1, 1, 0) + question)
            answer = kernel.recv(4_096)
    except OSError:  # a container may forbid it
        return None
    if _HEAD.unpack_from(answer)[1] != _BY_FAMILY:
        return None
    (owner,) = _ANSWER.unpack_from(answer)
    return int(owner)


def _looked_up(peer: Address, own: Address) -> int | None:
    """Return what the table of all connections says.

    Raises:
        OSError: it cannot be read.
    """
    ends = f" {_as_in_table(peer)} {_as_in_table(own)} "
    table = _TABLE.read_text(encoding="ascii")
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
