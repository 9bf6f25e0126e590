"""Who owns the other end of a connection: the system is asked about this one, and its table says the same."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from launcher.server import peers
from launcher.server.peers import is_foreign, owner_of

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who owns a connection")

CONNECT = """
import os, socket, sys
if sys.argv[2]:
    os.setgroups([]); os.setgid(int(sys.argv[2])); os.setuid(int(sys.argv[2]))
line = socket.socket()
line.connect(("127.0.0.1", int(sys.argv[1])))
line.recv(1)
"""
"""Nothing is imported once the user has changed: another one may not be allowed to read this Python."""
NOBODY = 65_534
ADMINISTRATOR = sys.platform == "linux" and os.getuid() == 0

Ends = tuple[tuple[str, int], tuple[str, int]]


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A server on the loopback."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(30)
        yield server


@contextmanager
def _connected(server: socket.socket, user: str) -> Iterator[Ends]:
    """The other end and ours of a connection that another process holds, as a user."""
    command = [sys.executable, "-c", CONNECT, str(server.getsockname()[1]), user]
    with subprocess.Popen(command) as other:
        try:
            line, peer = server.accept()
            with line:
                yield peer, line.getsockname()
        finally:
            other.kill()


def test_a_process_of_the_same_person_is_not_foreign(listening: socket.socket) -> None:
    """Asked or looked up, the owner is the person."""
    with _connected(listening, "") as (peer, own):
        assert owner_of(peer, own) == peers._looked_up(peer, own) == os.getuid()
        assert not is_foreign(peer, own)


@pytest.mark.skipif(not ADMINISTRATOR, reason="only the administrator can start a process of another user")
@pytest.mark.parametrize("forbidden", [False, True], ids=["asked", "looked up"])
def test_a_process_of_another_user_is_foreign(
    listening: socket.socket, monkeypatch: pytest.MonkeyPatch, *, forbidden: bool
) -> None:
    """Also where the kernel may not be asked about one connection."""
    if forbidden:
        monkeypatch.setattr(peers, "_SOCK_DIAG", 9_999)
    with _connected(listening, str(NOBODY)) as (peer, own):
        assert (peers._asked(peer, own) is None) is forbidden
        assert owner_of(peer, own) == NOBODY
        assert is_foreign(peer, own)


def test_a_connection_nobody_has_is_not_known(listening: socket.socket) -> None:
    """Then the cookie alone decides."""
    own = listening.getsockname()
    assert owner_of(("127.0.0.1", 9), own) is None
    assert not is_foreign(("127.0.0.1", 9), own)
    assert owner_of(("no address", 9), own) is None
