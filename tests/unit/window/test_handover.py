"""A second start hands its files over; a stranger gets nowhere and learns nothing."""

import json
import socket
import threading
from pathlib import Path

import pytest

from core.errors import HandOverError
from core.paths import ProfilePaths
from launcher.handover import hand_over, receiving


def test_files_arrive_in_order_and_absolute(profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second start may stand in another folder."""
    came: list[tuple[Path, ...]] = []
    monkeypatch.chdir(profile.root)
    with receiving(profile, "engine", came.append):
        hand_over(profile, "engine", [Path("b.csv"), Path("/data/ä.csv")])
        hand_over(profile, "engine", [])

    assert came == [(profile.root / "b.csv", Path("/data/ä.csv")), ()]


def test_the_address_can_be_read_by_its_owner_only(profile: ProfilePaths) -> None:
    """It holds the secret; and it goes with the instance."""
    with receiving(profile, "window", lambda _files: None):
        assert profile.handover_file("window").stat().st_mode & 0o077 == 0
    assert not profile.handover_file("window").exists()


def test_nobody_there_is_told(profile: ProfilePaths) -> None:
    """Also when a killed instance left its address behind."""
    with pytest.raises(HandOverError):
        hand_over(profile, "engine", [])
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    left = {"pid": 1, "kind": "engine", "port": port, "secret": "s"}
    profile.handover_file("engine").write_text(json.dumps(left), encoding="utf-8")
    with pytest.raises(HandOverError):
        hand_over(profile, "engine", [])


def test_whoever_took_the_port_of_a_dead_instance_learns_no_file_name(profile: ProfilePaths) -> None:
    """The files are sent only to someone who has shown that they know the secret."""
    heard = bytearray()

    def listen(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(json.dumps({"proof": "0" * 64, "challenge": "x"}).encode() + b"\n")
            heard.extend(connection.recv(4096))

    with socket.create_server(("127.0.0.1", 0)) as server:
        stranger = threading.Thread(target=listen, args=(server,))
        stranger.start()
        left = {"pid": 1, "kind": "engine", "port": server.getsockname()[1], "secret": "s"}
        profile.handover_file("engine").write_text(json.dumps(left), encoding="utf-8")
        with pytest.raises(HandOverError):
            hand_over(profile, "engine", [Path("/home/anna/payroll.csv")])
        stranger.join()

    assert bytes(heard) == b""


@pytest.mark.parametrize(
    "lines",
    [
        [b"GET / HTTP/1.1\r\n"],
        [b'{"challenge": "x"}\n', b'{"proof": "", "files": ["/etc/passwd"]}\n'],
        [b'{"challenge": "x"}\n', b'{"files": ["/etc/passwd"]}\n'],
        [b"[]\n"],
        [b"\xff\xfe\n"],
    ],
)
def test_without_the_secret_nothing_is_opened(profile: ProfilePaths, lines: list[bytes]) -> None:
    """Another user of the machine may connect; it gets them nothing, and the next start is heard all the same."""
    came: list[tuple[Path, ...]] = []
    with receiving(profile, "engine", came.append):
        port = json.loads(profile.handover_file("engine").read_text(encoding="utf-8"))["port"]
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            for line in lines:
                connection.sendall(line)
        assert came == []
        hand_over(profile, "engine", [])
    assert came == [()]
