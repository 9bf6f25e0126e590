"""The engine's listening socket: loopback only, and on the same port as last time.

The browser keeps what was typed per origin, and the port is part of the origin; so a profile has a home port that
is tried first at every start. Where it is taken, an earlier stand-in or a free port serves and is written down
too: what the browser kept under it can be asked for again. Used by `launcher.server.serve` only.
"""

import json
import secrets
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from core.errors import PortTakenError
from core.i18n import _
from core.paths import ProfilePaths

LOOPBACK = "127.0.0.1"
BACKLOG = 2_048
PORTS_KEPT = 8
"""Ports remembered per profile, the home port included."""

_QUIET_PORTS = range(20_000, 32_768)
"""Below every system's range for outgoing connections, so that nobody takes the port between two starts."""
_ATTEMPTS = 50


def open_socket(
    paths: ProfilePaths, wanted: int | None = None, *, known_to_page: int | None = None
) -> socket.socket:
    """Return a bound, listening loopback socket.

    Args:
        paths: The profile, whose ports are remembered.
        wanted: A port a person asked for; it serves this once and is not remembered.
        known_to_page: The port of an engine that ended under an open page; tried before the others.

    Raises:
        PortTakenError: another program listens on the wanted port.
    """
    if wanted:
        try:
            return _listen(wanted)
        except OSError as error:
            raise PortTakenError(
                _("Port {port} is taken by another program.").format(port=wanted), port=wanted
            ) from error
    known = remembered_ports(paths.ports_file)
    for port in (*([known_to_page] if known_to_page else ()), *_candidates(known)):
        try:
            bound = _listen(port)
        except OSError:
            continue
        _remember(paths.ports_file, known, bound.getsockname()[1])
        return bound
    raise PortTakenError(
        _("No port of this machine's loopback is free."), hint=_("Close some programs and try again.")
    )


def remembered_ports(ports_file: Path) -> tuple[int, ...]:
    """Return the profile's ports, home port first; empty when there are none or the file is damaged."""
    try:
        ports = json.loads(ports_file.read_text(encoding="utf-8"))["ports"]
        return tuple(port for port in ports if isinstance(port, int) and 0 < port < 65_536)[:PORTS_KEPT]
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def listen_again(port: int) -> socket.socket | None:
    """Return a listening socket on a port the profile once had, or None if it is taken."""
    try:
        return _listen(port)
    except OSError:
        return None


def forget_port(ports_file: Path, port: int) -> None:
    """Forget a stand-in, because no browser keeps anything under it any more; the home port stays."""
    known = remembered_ports(ports_file)
    if port in known[1:]:
        _write(ports_file, tuple(one for one in known if one != port))


def _candidates(known: tuple[int, ...]) -> Iterator[int]:
    yield from known
    for _attempt in range(_ATTEMPTS):
        yield secrets.choice(_QUIET_PORTS)
    yield 0


def _remember(ports_file: Path, known: tuple[int, ...], port: int) -> None:
    if port in known:
        return
    _write(ports_file, (*known[: PORTS_KEPT - 1], port))


def _write(ports_file: Path, kept: tuple[int, ...]) -> None:
    part = ports_file.with_suffix(".part")
    part.write_text(json.dumps({"ports": kept}), encoding="utf-8")
    part.replace(ports_file)


def _listen(port: int) -> socket.socket:
    """Bind with `IPPROTO_TCP` named: only then asyncio sets TCP_NODELAY, without which each answer waits 40 ms."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform == "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
        bound.listen(BACKLOG)
        bound.settimeout(0)
    except OSError:
        bound.close()
        raise
    return bound
