"""The listening socket: loopback only, the same port again, a stand-in where it is taken."""

import socket

import pytest

from core.errors import PortTakenError
from core.paths import ProfilePaths
from launcher.server.sockets import PORTS_KEPT, forget_port, listen_again, open_socket, remembered_ports


def port_of(bound: socket.socket) -> int:
    """Return the port a socket listens on."""
    return int(bound.getsockname()[1])


def test_the_port_is_the_same_at_the_next_start(profile: ProfilePaths) -> None:
    """What the browser kept for this origin is found again."""
    with open_socket(profile) as first:
        home = port_of(first)
    with open_socket(profile) as second:
        assert port_of(second) == home


def test_a_taken_port_gets_a_stand_in_that_is_remembered(profile: ProfilePaths) -> None:
    """The home port comes first again as soon as it is free; until then the stand-in stays the same."""
    with open_socket(profile) as other:
        home = port_of(other)
        with open_socket(profile) as first:
            stand_in = port_of(first)
        with open_socket(profile) as second:
            assert port_of(second) == stand_in
    assert stand_in != home
    assert remembered_ports(profile.ports_file) == (home, stand_in)
    with open_socket(profile) as again:
        assert port_of(again) == home


def test_a_stand_in_is_forgotten_when_it_is_empty_and_the_home_port_never(profile: ProfilePaths) -> None:
    """A port under which no browser keeps anything is of no use; the home port is what browsers come back to."""
    with open_socket(profile) as first, open_socket(profile) as second:
        home, stand_in = port_of(first), port_of(second)
        assert listen_again(stand_in) is None
    forget_port(profile.ports_file, home)
    assert remembered_ports(profile.ports_file) == (home, stand_in)
    again = listen_again(stand_in)
    assert again is not None
    again.close()
    forget_port(profile.ports_file, stand_in)
    assert remembered_ports(profile.ports_file) == (home,)


def test_a_wanted_port_serves_once(profile: ProfilePaths) -> None:
    """`--port` does not move the profile's home."""
    with open_socket(profile) as first:
        home = port_of(first)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        wanted = port_of(probe)
    with open_socket(profile, wanted) as given:
        assert port_of(given) == wanted
    assert remembered_ports(profile.ports_file) == (home,)


def test_a_wanted_port_that_is_taken_is_an_error(profile: ProfilePaths) -> None:
    """A person who asked for a port is told, not given another one."""
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTakenError, match=str(port_of(other))):
        open_socket(profile, port_of(other))


def test_only_this_machine_reaches_it(profile: ProfilePaths) -> None:
    """The socket is bound to the loopback."""
    with open_socket(profile) as bound:
        assert bound.getsockname()[0] == "127.0.0.1"
        assert not bound.get_inheritable()


def test_the_protocol_is_named(profile: ProfilePaths) -> None:
    """Otherwise asyncio leaves Nagle's delay on and each answer waits 40 ms."""
    with open_socket(profile) as bound:
        assert bound.proto == socket.IPPROTO_TCP


@pytest.mark.parametrize("text", ["", "{", "[]", '{"ports": 5}', '{"ports": ["x", 0, 70000]}', '{"other": []}'])
def test_a_damaged_memory_is_no_memory(profile: ProfilePaths, text: str) -> None:
    """The start goes on with a new port."""
    profile.ports_file.write_text(text, encoding="utf-8")

    assert remembered_ports(profile.ports_file) == ()
    with open_socket(profile) as bound:
        assert remembered_ports(profile.ports_file) == (port_of(bound),)


def test_the_memory_is_bounded(profile: ProfilePaths, request: pytest.FixtureRequest) -> None:
    """Many taken ports do not grow the file for ever; the home port stays first."""
    held = [open_socket(profile) for _ in range(PORTS_KEPT + 3)]
    for bound in held:
        request.addfinalizer(bound.close)
    ports = remembered_ports(profile.ports_file)

    assert len(ports) == PORTS_KEPT
    assert ports[0] == port_of(held[0])
