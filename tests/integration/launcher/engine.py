"""A real engine in a process of its own, and clients that speak to it byte by byte.

Browsers refuse to send what an attacker would; so requests and WebSocket handshakes are written by hand.
"""

import base64
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
START_LIMIT_S = 60.0


@dataclass(frozen=True)
class Reply:
    """What came back: status, headers by lower-case name, body as far as it was sent."""

    status: int
    headers: Mapping[str, Sequence[str]]
    body: bytes


@dataclass
class RunningEngine:
    """One engine. `link` is the first line it printed."""

    process: subprocess.Popen[str]
    profile: Path
    link: str

    @property
    def netloc(self) -> str:
        """Host and port."""
        return self.link.split("/")[2]

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{self.netloc}"

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.netloc.rpartition(":")[2])

    def get(self, path: str, headers: Sequence[tuple[str, str]] | None = None, *, method: str = "GET") -> Reply:
        """Send one request; without `headers` only the right host is sent."""
        return send(self.port, method, path, [("Host", self.netloc)] if headers is None else headers)

    def handshake(self, headers: Sequence[tuple[str, str]]) -> Reply:
        """Ask for the page's WebSocket."""
        with open_websocket(self.port, headers) as (_, reply):
            return reply

    def cookie(self) -> str:
        """Use a new link up and return the cookie header it gives."""
        reply = self.get(path_of(new_link(self.profile)))
        assert reply.status == 200
        return "; ".join(line.partition(";")[0] for line in reply.headers["set-cookie"])

    def stop(self, how: int = signal.SIGTERM) -> float:
        """Send a signal and return how many seconds the process took to end."""
        begun = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(30)
        return time.monotonic() - begun


def command(profile: Path, *arguments: str) -> list[str]:
    """Return the command line of `bestand` on a profile."""
    return [sys.executable, "-m", "launcher", "--profile", str(profile), *arguments]


def clean_environment() -> dict[str, str]:
    """Return the environment without settings of the person who runs the tests, and without a screen."""
    unwanted = ("BESTAND_", "DISPLAY", "WAYLAND_DISPLAY")
    return {k: v for k, v in os.environ.items() if not k.upper().startswith(unwanted)}


@contextmanager
def running_engine(profile: Path, *arguments: str) -> Iterator[RunningEngine]:
    """Start an engine and wait until it has printed its link; kill it if the block left it running."""
    errors = profile.with_suffix(".stderr")
    with (
        errors.open("w", encoding="utf-8") as stderr,
        subprocess.Popen(
            command(profile, "app", "run", "--no-window", *arguments),
            cwd=ROOT,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        ) as process,
    ):
        try:
            assert process.stdout is not None
            link = process.stdout.readline().strip()
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/auth\?t=[\w-]{43}", link), errors.read_text("utf-8")
            yield RunningEngine(process, profile, link)
        finally:
            process.kill()


def bestand(profile: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        command(profile, *arguments),
        cwd=ROOT,
        env=clean_environment(),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def new_link(profile: Path) -> str:
    """Make another one-time link, as `app url` does."""
    return bestand(profile, "app", "url").stdout.strip()


def path_of(link: str) -> str:
    """Return what a link asks the server for."""
    return "/" + link.split("/", 3)[3]


def send(port: int, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes = b"") -> Reply:
    """Send one request, exactly these headers, and read the whole answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(_head(f"{method} {path} HTTP/1.1", [*headers, ("Connection", "close")]) + body)
        data = b""
        while chunk := connection.recv(65_536):
            data += chunk
    return _parse(data)


@contextmanager
def open_websocket(port: int, headers: Sequence[tuple[str, str]]) -> Iterator[tuple[socket.socket, Reply]]:
    """Ask for a WebSocket and keep the connection for the block."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    asked = [
        ("Upgrade", "websocket"), ("Connection", "Upgrade"), ("Sec-WebSocket-Key", key),
        ("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Protocol", "streamlit"),
    ]  # fmt: skip
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(_head("GET /_stcore/stream HTTP/1.1", [*headers, *asked]))
        data = b""
        while b"\r\n\r\n" not in data:
            chunk = connection.recv(65_536)
            if not chunk:
                break
            data += chunk
        yield connection, _parse(data)


def _head(first: str, headers: Sequence[tuple[str, str]]) -> bytes:
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in headers), "", ""]).encode("latin-1")


def _parse(data: bytes) -> Reply:
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return Reply(int(first.split()[1]), headers, body)
