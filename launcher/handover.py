"""A second start speaks to the running one: it hands its files over and asks it to come to the front.

Whoever runs a profile, window or engine without one, listens on a loopback port that is written down, with a
secret, in a file only its owner can read. Both ends prove that they know the secret before a single file name is
sent, so neither a stranger who connects nor one who took the port of a dead process learns or does anything. The
lock that makes an instance the only one (`launcher.instance`) tells whether that file is still true.
"""

import hmac
import json
import os
import secrets
import socket
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from core.errors import HandOverError
from core.paths import ProfilePaths, translate_os_error

_LOOPBACK: Final = "127.0.0.1"
_MESSAGE_LIMIT: Final = 1_048_576
"""Most bytes of one line, about eight thousand long paths."""
_PATIENCE_S: Final = 10.0

Receiver = Callable[[tuple[Path, ...]], None]
"""Takes the files of a second start; none of them: only come to the front."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the running instance listens. `kind` is "window" or "engine"."""

    pid: int
    kind: str
    port: int
    secret: str


@contextmanager
def receiving(paths: ProfilePaths, kind: str, receive: Receiver) -> Iterator[None]:
    """Take what later starts hand over, for the block.

    Raises:
        ProfileError: the profile cannot be written.
    """
    with socket.create_server((_LOOPBACK, 0)) as server:
        desk = Desk(os.getpid(), kind, server.getsockname()[1], secrets.token_urlsafe(32))
        _write_down(paths.handover_file(kind), desk)
        try:
            threading.Thread(
                target=_serve, args=(server, desk.secret, receive), name="handover", daemon=True
            ).start()
            yield
        finally:
            paths.handover_file(kind).unlink(missing_ok=True)


def hand_over(paths: ProfilePaths, kind: str, files: Sequence[Path]) -> int:
    """Give files to the running instance, which also comes to the front; return its process id.

    Raises:
        HandOverError: nobody took them.
    """
    desk = _read(paths.handover_file(kind))
    if desk is None:
        raise HandOverError(paths.root)
    try:
        with socket.create_connection((_LOOPBACK, desk.port), timeout=_PATIENCE_S) as connection:
            line = _Line(connection)
            challenge = secrets.token_urlsafe(32)
            line.write({"challenge": challenge})
            answer = line.read()
            if not _same(answer.get("proof"), _proof(desk.secret, "serves", challenge)):
                raise HandOverError(paths.root)
            proof = _proof(desk.secret, "asks", str(answer.get("challenge")))
            line.write({"proof": proof, "files": [str(file.absolute()) for file in files]})
            if line.read().get("ok") is not True:
                raise HandOverError(paths.root)
    except (OSError, ValueError) as error:
        raise HandOverError(paths.root) from error
    return desk.pid


# ---- the listening end ----------------------------------------------------------------------------------------


def _serve(server: socket.socket, secret: str, receive: Receiver) -> None:
    """Answer one start after the other until the socket is closed."""
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_answer, args=(connection, secret, receive), name="handover", daemon=True).start()


def _answer(connection: socket.socket, secret: str, receive: Receiver) -> None:
    with connection, suppress(OSError, ValueError):
        connection.settimeout(_PATIENCE_S)
        line = _Line(connection)
        challenge = secrets.token_urlsafe(32)
        proof = _proof(secret, "serves", str(line.read().get("challenge")))
        line.write({"proof": proof, "challenge": challenge})
        request = line.read()
        if not _same(request.get("proof"), _proof(secret, "asks", challenge)):
            return
        files = request.get("files")
        receive(tuple(Path(str(file)) for file in files) if isinstance(files, list) else ())
        line.write({"ok": True})


# ---- the wire -------------------------------------------------------------------------------------------------


class _Line:
    """JSON objects, one a line, over a connection."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._left = b""

    def write(self, message: Mapping[str, object]) -> None:
        self._connection.sendall(json.dumps(message).encode() + b"\n")

    def read(self) -> dict[str, object]:
        """Return the next object.

        Raises:
            ValueError: it is none, it is too long, or the other end went away.
        """
        while b"\n" not in self._left:
            chunk = self._connection.recv(65_536)
            if not chunk or len(self._left) > _MESSAGE_LIMIT:
                raise ValueError("no message")
            self._left += chunk
        text, _, self._left = self._left.partition(b"\n")
        message = json.loads(text)
        if not isinstance(message, dict):
            raise ValueError("no object")
        return message


def _proof(secret: str, role: str, challenge: str) -> str:
    """Return what only someone with the secret can answer; the roles keep one end from echoing the other."""
    return hmac.new(secret.encode(), f"{role} {challenge}".encode(), "sha256").hexdigest()


def _same(given: object, wanted: str) -> bool:
    return isinstance(given, str) and hmac.compare_digest(given.encode(), wanted.encode())


def _write_down(place: Path, desk: Desk) -> None:
    """Write the file so that nobody else can read it, from its first byte on."""
    part = place.with_suffix(".part")
    try:
        part.unlink(missing_ok=True)
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(asdict(desk), file)
        part.replace(place)
    except OSError as error:
        raise translate_os_error(error, place) from error


def _read(place: Path) -> Desk | None:
    try:
        return Desk(**json.loads(place.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
