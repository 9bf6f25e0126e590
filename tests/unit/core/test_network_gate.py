"""The one gate for outbound connections: shut by default, and every request is written down."""

import socket
from collections.abc import Iterator

import pytest

from core.config import AppConfig, load_config
from core.errors import NetworkRefusedError
from core.network import Connection, NetworkGate
from core.paths import ProfilePaths


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Somebody who would answer, on this machine only."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_offline_no_connection_is_opened(config: AppConfig, listener: socket.socket) -> None:
    """The default refuses, and the far side sees no attempt."""
    gate = NetworkGate(config)
    with pytest.raises(NetworkRefusedError, match="'sync' wanted to connect"):
        gate.open("127.0.0.1", listener.getsockname()[1], purpose="sync")
    listener.settimeout(0)
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_online_the_connection_works(profile: ProfilePaths, listener: socket.socket) -> None:
    """After the person said yes, bytes go through."""
    gate = NetworkGate(load_config(profile, overrides={"mode": "online"}))
    with gate.open("127.0.0.1", listener.getsockname()[1], purpose="sync") as ours:
        theirs, _ = listener.accept()
        with theirs:
            ours.sendall(b"hello")
            assert theirs.recv(5) == b"hello"


@pytest.mark.parametrize("mode", ["offline", "online"])
def test_every_request_is_in_the_ledger_even_when_it_fails(profile: ProfilePaths, mode: str) -> None:
    """The ledger is written before anything is tried, so nothing can leave unseen."""
    seen: list[Connection] = []
    gate = NetworkGate(load_config(profile, overrides={"mode": mode}), record=seen.append)
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    with pytest.raises((NetworkRefusedError, ConnectionRefusedError)):
        gate.open("127.0.0.1", port, purpose="sync", timeout_s=1)

    (entry,) = gate.ledger
    assert seen == [entry]
    assert (entry.host, entry.port, entry.purpose) == ("127.0.0.1", port, "sync")
    assert entry.allowed == (mode == "online")


def test_a_ledger_nobody_wrote_to_is_empty(config: AppConfig) -> None:
    """Offline means an empty ledger."""
    assert NetworkGate(config).ledger == ()
