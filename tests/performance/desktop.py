"""What is seen on a virtual screen, for the measurements of the window.

Used by `bench_window`. A page is asked over the browser's debugging port, with a few lines of its protocol.
"""

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

import psutil
from PIL import ImageGrab

DEADLINE_S = 90.0


def something_is_shown(screen: str) -> bool:
    """Tell whether a window has painted the middle of the screen; an empty screen is black."""
    part = ImageGrab.grab(bbox=(690, 440, 710, 460), xdisplay=screen).convert("L")
    return part.getextrema() != (0, 0)


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def page_is(debug_port: int, script: str) -> bool:
    """Tell whether some page of a browser answers a script with true."""
    from websockets.sync.client import connect

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{debug_port}/json", timeout=2) as answer:
            pages = [each for each in json.load(answer) if each.get("type") == "page"]
        for page in pages:
            with connect(page["webSocketDebuggerUrl"], open_timeout=2, proxy=None) as line:
                line.send(json.dumps({"id": 1, "method": "Runtime.evaluate", "params": {"expression": script}}))
                result = json.loads(line.recv(timeout=2))
                if result.get("result", {}).get("result", {}).get("value") is True:
                    return True
    except (OSError, ValueError, TimeoutError, EOFError):
        return False
    except Exception as error:  # the library's own errors for a page that is just going
        if type(error).__module__.startswith("websockets"):
            return False
        raise
    return False


def memory_mib(process: psutil.Process) -> float:
    """What a process and all it started hold, shared pages counted by their share."""
    family = [process, *process.children(recursive=True)]
    total = 0
    for member in family:
        with contextlib.suppress(psutil.Error):
            total += member.memory_full_info().pss
    return float(total) / 2**20


def survivors(process: subprocess.Popen[bytes], *, within_s: float) -> int:
    """Kill a process at once and return how many of those it started still run after a while."""
    family = psutil.Process(process.pid).children(recursive=True)
    process.kill()
    process.wait()
    deadline = time.monotonic() + within_s
    left = family
    while left and time.monotonic() < deadline:
        time.sleep(0.1)
        left = [each for each in left if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]
    for each in left:
        with contextlib.suppress(psutil.Error):
            each.kill()
    return len(left)


def listening_port(process: psutil.Process, *, besides: int = 0) -> int:
    """The loopback port on which a process, or one it started, serves pages; 0 if there is none.

    `besides` is the debugging port, which speaks the same protocol.
    """
    for member in [process, *process.children(recursive=True)]:
        with contextlib.suppress(psutil.Error):
            for each in member.net_connections("tcp"):
                if each.status != psutil.CONN_LISTEN or each.laddr.port == besides:
                    continue
                if _serves_pages(each.laddr.port):
                    return int(each.laddr.port)
    return 0


def answers_a_stranger(port: int) -> bool:
    """Tell whether a server runs its page for a host name that was rebound to this machine."""
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    request = (
        "GET /_stcore/stream HTTP/1.1\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n"
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Protocol: streamlit\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    )
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(request.encode())
        return line.recv(64).startswith(b"HTTP/1.1 101")
    return False


def _serves_pages(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1) as line:
        line.settimeout(1)
        line.sendall(b"GET /_stcore/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return line.recv(5) == b"HTTP/"
    return False


def clean_variables(folder: Path) -> dict[str, str]:
    """The variables of a person who has never started any of it.

    What is compiled is kept, as everywhere; where it is not, both sides would compile themselves at each start.
    """
    unwanted = ("BESTAND_", "QT", "STREAMLIT_", "WAYLAND", "PYTHONDONTWRITEBYTECODE")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(unwanted)}
    root = {"QTWEBENGINE_DISABLE_SANDBOX": "1"} if hasattr(os, "geteuid") and os.geteuid() == 0 else {}
    return {**kept, **root, "HOME": str(folder), "QT_API": "pyside6"}
