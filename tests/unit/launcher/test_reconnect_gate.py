"""The reconnect gate: a page's connection waits for its hello, for as long as it takes, and for nothing else."""

import asyncio
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, cast

from starlette.types import Message, Receive, Scope, Send

from app.windows import OpenWindows, Turn
from launcher.server.opening import Opening
from launcher.server.reconnect import ReconnectGate

ADDRESS = "window=w1&load=l1&turn=2&address=%3Fview%3Dsql%26name%3D%25C3%25A4"


@dataclass
class Context:
    """As much of an open profile as the gate needs."""

    windows: OpenWindows = field(default_factory=OpenWindows)


@dataclass
class Inner:
    """Streamlit behind the gate: remembers whether it was reached, and with which headers."""

    reached: int = 0
    headers: dict[bytes, bytes] = field(default_factory=dict)
    first: Message | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del send
        self.reached += 1
        self.headers = dict(scope["headers"])
        if scope["type"] == "websocket":
            self.first = await receive()


class Case:
    """One connection at the gate."""

    def __init__(self, query: str = ADDRESS, headers: list[tuple[bytes, bytes]] | None = None) -> None:
        self.context = Context()
        self.inner = Inner()
        opening = cast(Opening, type("Opened", (), {"context": Future[Any]()})())
        opening.context.set_result(cast(Any, self.context))
        self.gate = ReconnectGate(self.inner, opening, "device")
        self.said: asyncio.Queue[Message] = asyncio.Queue()
        self.scope: Scope = {
            "type": "websocket", "path": "/_stcore/stream",
            "query_string": query.encode(), "headers": headers or [],
        }  # fmt: skip

    async def run(self) -> "asyncio.Task[None]":
        """Knock, and let the gate come to a rest."""
        await self.said.put({"type": "websocket.connect"})

        async def send(_: Message) -> None:
            return None

        task = asyncio.ensure_future(self.gate(self.scope, self.said.get, send))
        for _ in range(20):
            await asyncio.sleep(0)
        return task


def test_a_connection_waits_for_its_hello() -> None:
    """Nothing but the hello of the same connection opens: not an earlier one, not another window's."""

    async def play() -> None:
        case = Case()
        task = await case.run()
        assert case.inner.reached == 0
        for wrong in (Turn("w1", "l1", 1), Turn("w2", "l1", 2), Turn("w1", "l2", 2)):
            case.context.windows.hello(wrong)
            await asyncio.sleep(0)
        assert case.inner.reached == 0
        case.context.windows.hello(Turn("w1", "l1", 2))
        await asyncio.wait_for(task, 10)
        assert case.inner.reached == 1
        assert case.inner.first == {"type": "websocket.connect"}

    asyncio.run(play())


def test_the_hello_may_come_first() -> None:
    """A page whose hello was quicker than its connection does not wait."""

    async def play() -> None:
        case = Case()
        case.context.windows.hello(Turn("w1", "l1", 2))
        await asyncio.wait_for(await case.run(), 10)
        assert case.inner.reached == 1

    asyncio.run(play())


def test_a_page_that_goes_away_ends_its_wait() -> None:
    """A closed window leaves nobody waiting, and no script is run for it."""

    async def play() -> None:
        case = Case()
        task = await case.run()
        await case.said.put({"type": "websocket.disconnect", "code": 1006})
        await asyncio.wait_for(task, 10)
        assert case.inner.reached == 0

    asyncio.run(play())


def test_the_end_of_the_engine_ends_every_wait() -> None:
    """An engine that is told to stop is not held by a page that never said hello."""

    async def play() -> None:
        case = Case()
        task = await case.run()
        case.context.windows.close()
        await asyncio.wait_for(task, 10)
        assert case.inner.reached == 0

    asyncio.run(play())


def test_the_script_is_told_whose_connection_it_is() -> None:
    """Window, browser and address come as headers; what a page claims in headers of its own is taken out."""

    async def play() -> None:
        headers = [
            (b"x-bestand-window", b"forged"),
            (b"cookie", b"a=b; device=d42; device=other"),
            (b"host", b"h"),
        ]
        case = Case(headers=headers)
        case.context.windows.hello(Turn("w1", "l1", 2))
        await asyncio.wait_for(await case.run(), 10)
        assert case.inner.headers == {
            b"x-bestand-window": b"w1",
            b"x-bestand-device": b"d42",
            b"x-bestand-address": b"?view=sql&name=%C3%A4",
            b"cookie": b"a=b; device=d42; device=other",
            b"host": b"h",
        }

    asyncio.run(play())


def test_a_program_without_a_window_passes() -> None:
    """What names no window has typed nothing; it is let through, and is nobody's window."""

    async def play() -> None:
        case = Case(query="", headers=[(b"x-bestand-window", b"forged")])
        await asyncio.wait_for(await case.run(), 10)
        assert case.inner.reached == 1
        assert b"x-bestand-window" not in case.inner.headers

    asyncio.run(play())


def test_which_windows_are_open() -> None:
    """A window counts as open from its first connection to the end of its last one."""
    windows = OpenWindows()
    windows.came("a")
    windows.came("a")
    windows.came("b")
    assert windows.several
    windows.went("a")
    assert windows.is_open("a")
    windows.went("a")
    assert not windows.is_open("a")
    assert not windows.several
