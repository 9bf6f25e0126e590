"""Being on the same machine opens nothing: the attacks of the threat list, against a real engine.

Another user without the cookie, a guessed cookie, a page on another port, a rebound host name, a foreign page's
WebSocket, a used link: each is refused on HTTP and on the WebSocket, and the script never runs for it.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.paths import ProfilePaths
from launcher.server.security import CookieNames
from tests.integration.launcher.engine import (
    RunningEngine,
    new_link,
    open_websocket,
    path_of,
    running_engine,
    send,
)

Headers = list[tuple[str, str]]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """One engine for all tests of this file."""
    with running_engine(tmp_path_factory.mktemp("attacked") / "profile") as running:
        yield running


@pytest.fixture(scope="module")
def cookie(engine: RunningEngine) -> str:
    """What a browser that was let in sends."""
    return engine.cookie()


def attack(engine: RunningEngine, cookie: str, name: str) -> tuple[Headers, int]:
    """Return an attack's headers and the status it must get."""
    own = ("Host", engine.netloc)
    guessed = f"{CookieNames.of(ProfilePaths(engine.profile)).launch}={'x' * 43}"
    return {
        "another user": ([own, ("Origin", engine.origin)], 401),
        "a guessed cookie": ([own, ("Origin", engine.origin), ("Cookie", guessed)], 401),
        "a page on another port": ([own, ("Origin", "http://127.0.0.1:9999"), ("Cookie", cookie)], 403),
        "a rebound name": (
            [
                ("Host", f"evil.com:{engine.port}"),
                ("Origin", f"http://evil.com:{engine.port}"),
                ("Cookie", cookie),
            ],
            421,
        ),
        "a foreign page": ([own, ("Origin", "http://evil.com"), ("Cookie", cookie)], 403),
        "a request from a foreign page": (
            [own, ("Origin", engine.origin), ("Sec-Fetch-Site", "cross-site"), ("Cookie", cookie)],
            403,
        ),
    }[name]


ATTACKS = [
    "another user",
    "a guessed cookie",
    "a page on another port",
    "a rebound name",
    "a foreign page",
    "a request from a foreign page",
]
PATHS = ["/", "/_stcore/health", "/_stcore/host-config", "/healthz", "/readyz", "/static/js/x.js", "/media/x"]
POSTED = ["/journal", "/check", "/drawn"]


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_over_http(engine: RunningEngine, cookie: str, name: str) -> None:
    """Every path is behind the gate, Streamlit's own ones included; so is what is typed."""
    headers, status = attack(engine, cookie, name)

    assert {path: engine.get(path, headers).status for path in PATHS} == dict.fromkeys(PATHS, status)
    posted = {path: engine.get(path, headers, method="POST").status for path in POSTED}
    assert posted == dict.fromkeys(POSTED, status)


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_on_the_websocket(engine: RunningEngine, cookie: str, name: str) -> None:
    """The handshake is answered with the same status, so no script runs."""
    headers, status = attack(engine, cookie, name)

    assert engine.handshake(headers).status == status


def test_a_websocket_without_an_origin_is_refused(engine: RunningEngine, cookie: str) -> None:
    """Only a page's own socket is one."""
    assert engine.handshake([("Host", engine.netloc), ("Cookie", cookie)]).status == 403


def test_the_own_page_is_let_in(engine: RunningEngine, cookie: str) -> None:
    """The refusals above are worth something only if the right request gets through."""
    own: Headers = [("Host", engine.netloc), ("Cookie", cookie)]

    assert b"<script" in engine.get("/", own).body
    assert engine.get("/healthz", own).status == 200
    assert engine.handshake([*own, ("Origin", engine.origin)]).status == 101


def test_the_engine_is_ready(engine: RunningEngine, cookie: str) -> None:
    """Each dependency was tried and works."""
    reply = engine.get("/readyz", [("Host", engine.netloc), ("Cookie", cookie)])

    assert reply.status == 200, reply.body
    assert all(name.encode() in reply.body for name in ("database", "datasets", "cache", "queue"))


def test_a_link_opens_once(engine: RunningEngine) -> None:
    """Whoever finds it in a terminal's history later gets nothing."""
    link = path_of(new_link(engine.profile))

    assert engine.get(link).status == 200
    assert engine.get(link).status == 403


def test_only_the_loopback_listens(engine: RunningEngine) -> None:
    """Another address of this machine does not answer."""
    import psutil

    heard = [c.laddr.ip for c in psutil.Process(engine.process.pid).net_connections("tcp") if c.status == "LISTEN"]

    assert set(heard) == {"127.0.0.1"}


def test_no_secret_is_in_the_log_or_in_the_list_of_processes(engine: RunningEngine, cookie: str) -> None:
    """A curious reader of either finds no token and no cookie."""
    import psutil

    used, unused = new_link(engine.profile), new_link(engine.profile)
    engine.get(path_of(used))
    engine.get(path_of(used))
    engine.get(path_of(used), [("Host", "evil.com")])
    secret_parts = [cookie.partition("=")[2].partition(";")[0], used.partition("t=")[2], unused.partition("t=")[2]]
    written = "".join(p.read_text(encoding="utf-8") for p in Path(engine.profile, "logs").iterdir())
    running = " ".join(psutil.Process(engine.process.pid).cmdline())

    assert "request_refused" in written
    assert not [secret for secret in secret_parts if secret in written + running]


def test_a_hostile_request_does_not_end_the_engine(engine: RunningEngine) -> None:
    """Garbage, huge headers and paths that climb are answered or dropped; the engine lives on."""
    own = ("Host", engine.netloc)
    send(engine.port, "GET", "/../../etc/passwd", [own])
    send(engine.port, "GET", "/auth?t=" + "%ff" * 500, [own])
    send(engine.port, "POST", "/auth", [own, ("Content-Length", "3")], b"abc")
    with open_websocket(engine.port, [own, ("Cookie", "=;;=" * 500), ("Origin", engine.origin)]) as (_, reply):
        assert reply.status in (400, 401, 431)

    assert engine.get("/").status == 401


_AS_ANOTHER_USER = """
import os, socket, sys
port, origin, cookie = int(sys.argv[1]), sys.argv[2], sys.stdin.read()
what, more = "/healthz", ""
if sys.argv[3] == "websocket":
    what = "/_stcore/stream"
    more = ("Connection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n")
own = f"Host: {origin.split('//')[1]}\\r\\nOrigin: {origin}\\r\\nCookie: {cookie}\\r\\n"
os.setgid(65534); os.setuid(65534)  # nothing is imported from here on: this user may not read the installation
connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
connection.settimeout(20)
connection.connect(("127.0.0.1", port))
connection.sendall(f"GET {what} HTTP/1.1\\r\\n{own}{more}\\r\\n".encode("ascii"))
print(connection.recv(4096).split()[1].decode("ascii"))
"""


@pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="becoming another user needs an administrator, on Linux"
)
@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_another_user_with_the_cookie_is_refused(engine: RunningEngine, cookie: str, kind: str) -> None:
    """A browser sends a cookie to every port of a host, so another user's server may come to know ours."""
    answer = subprocess.run(
        [sys.executable, "-I", "-c", _AS_ANOTHER_USER, str(engine.port), engine.origin, kind],
        env={},
        input=cookie,
        capture_output=True,
        text=True,
        check=False,
    )

    assert answer.stdout.strip() == "403", answer.stderr
