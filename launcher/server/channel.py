"""What a supervised engine and its window say to each other: JSON objects, one a line, over the standard streams.

The window begins with a hello that carries the launch secret, so the secret is in no argument and no variable;
later lines bring files to open and answers to what the engine asked (a native dialog). The engine tells what
happens: that it listens, that the profile is open, that the page is drawn, why it cannot start. The end of the
window's stream, by whatever means, ends the engine: so no engine outlives its window.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from core.types import Json

LAST_RESORT_S: Final = 15.0
"""An engine whose window is gone has this long to close in order; then it ends as it is, which loses nothing."""


@dataclass(frozen=True, slots=True)
class Hello:
    """What the window tells first. `port` is the one an open page already knows; `safe` asks for a safe start."""

    secret: str
    port: int | None = None
    files: tuple[Path, ...] = ()
    safe: bool = False


class Channel:
    """The engine's end."""

    def __init__(self, incoming: TextIO, outgoing: TextIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._writing = threading.Lock()
        self._asked: dict[int, Future[Json]] = {}

    @classmethod
    def of_this_process(cls) -> "Channel":
        """Take the standard streams for the channel; what anything else prints goes to the errors from now on."""
        outgoing = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
        os.dup2(2, 1)
        return cls(sys.stdin, outgoing)

    def hello(self) -> Hello:
        """Return the first line; an empty secret if the window went away before it wrote one."""
        line = _object(self._incoming.readline())
        port, files = line.get("port"), line.get("files")
        return Hello(
            secret=str(line.get("secret") or ""),
            port=port if isinstance(port, int) else None,
            files=_paths(files),
            safe=line.get("safe") is True,
        )

    def tell(self, event: str, **facts: Json) -> None:
        """Tell the window; one that is gone is told nothing."""
        line = json.dumps({"event": event, **facts})
        with self._writing, suppress(OSError, ValueError):
            self._outgoing.write(line + "\n")
            self._outgoing.flush()

    def ask(self, what: str, **facts: Json) -> Json:
        """Ask the window for something a person decides there; None if nothing was chosen or it is gone.

        Waits for the person; call it where waiting is harmless.
        """
        answer: Future[Json] = Future()
        number = id(answer)
        self._asked[number] = answer
        self.tell("ask", id=number, what=what, **facts)
        try:
            return answer.result()
        finally:
            del self._asked[number]

    def listen(self, opened: Callable[[Sequence[Path]], None], ended: Callable[[], None]) -> None:
        """Follow the window's lines in a thread of their own, until the end of its stream."""
        threading.Thread(target=self._follow, args=(opened, ended), name="window", daemon=True).start()

    def _follow(self, opened: Callable[[Sequence[Path]], None], ended: Callable[[], None]) -> None:
        with suppress(OSError, ValueError):
            while text := self._incoming.readline():
                line = _object(text)
                if "open" in line:
                    opened(_paths(line["open"]))
                elif answer := self._asked.get(int(str(line.get("answer") or 0))):
                    answer.set_result(line.get("value"))
        for answer in list(self._asked.values()):
            answer.set_result(None)
        ended()
        last_resort = threading.Timer(LAST_RESORT_S, os._exit, (1,))
        last_resort.daemon = True
        last_resort.start()


def _object(text: str) -> dict[str, Json]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _paths(value: object) -> tuple[Path, ...]:
    return tuple(Path(each) for each in value if isinstance(each, str)) if isinstance(value, list) else ()
