"""Kills at journal and store level: windows that type at random, and an engine below them that is killed.

The windows live here and keep what is not acknowledged, as browsers do; the engine is a process of its own with
the real database and write buffer, killed with SIGKILL at random moments. Between two lives clocks jump, the disk
fills, posts are sent twice, late and in another order. After each kill every acknowledged value is looked for in
the file. Started as a program, since it forks: `python -m tests.torture.journal_store FOLDER KILLS SEED`.
"""

import json
import os
import random
import select
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from sqlalchemy import event

from core.errors import BestandError
from core.paths import ProfilePaths
from storage.database.database import Database
from storage.database.journal import Entry, Journal
from storage.database.migrate import migrate
from storage.write_buffer import WriteBuffer

PERSON: Final = "owner"
WINDOWS: Final = ("one", "two", "three")
KEYS: Final = tuple(f"view__field_{number}" for number in range(6))
LIFE_S: Final = 0.06
"""The longest life of an engine that is to be killed,"""
AWAKE_SHARE: Final = 0.85
AWAKE_S: Final = 5.0
"""which mostly begins with its first answer; the others are killed while they open the file."""
JUMP_S: Final = 86_400.0
FULL_SHARE: Final = 0.06
CHECK_EVERY: Final = 100

Post = list[tuple[str, int, str]]


@dataclass
class Report:
    """What came out: one line for people, all of it for the report."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    offered: int = 0
    refused_full: int = 0
    replayed: int = 0
    failures: list[str] = field(default_factory=list)


class Window:
    """A browser window: what it typed, what it still keeps, what was acknowledged."""

    def __init__(self, name: str, dice: random.Random) -> None:
        self.name = name
        self.dice = dice
        self.last = 0
        self.shift = 0.0
        self.given: dict[tuple[str, int], str] = {}
        self.pending: dict[str, tuple[int, str]] = {}
        self.acked: dict[str, int] = {}
        self.old: Post = []

    def type(self) -> None:
        """Press some keys in some field."""
        key = self.dice.choice(KEYS)
        self.last = max(self.last + 1, int((time.time() + self.shift) * 1_000_000))
        length = self.dice.choice((1, 10, 40, 40, 9_000))
        text = f"{self.name} {self.last} " + self.dice.choice(("ä€\U0001f600", "select '", "")) * length
        self.given[key, self.last] = text
        before = self.pending.get(key)
        if before is not None and self.dice.random() < 0.3:
            self.old.append((key, *before))
        self.pending[key] = (self.last, text)

    def post(self) -> Post:
        """Return what is sent now: what is not acknowledged, sometimes with something late or sent before."""
        entries = [(key, seq, text) for key, (seq, text) in self.pending.items()]
        if self.old and self.dice.random() < 0.5:
            entries.append(self.dice.choice(self.old))
        self.dice.shuffle(entries)
        return entries

    def hear(self, acks: list[dict[str, Any]], head: int) -> int:
        """Take acknowledgements; return how many were new."""
        fresh = 0
        self.last = max(self.last, head)
        for ack in acks:
            key, seq = ack["key"], ack["seq"]
            fresh += seq > self.acked.get(key, 0)
            self.acked[key] = max(self.acked.get(key, 0), seq)
            kept = self.pending.get(key)
            if kept is not None and kept[0] <= seq:
                self.old.append((key, *self.pending.pop(key)))
        del self.old[:-20]
        return fresh


class Engine:
    """One life of the engine: a forked process that reads posts and writes answers, a line each."""

    def __init__(self, database: Path, *, shift_s: float, full: bool) -> None:
        there, self._out = os.pipe()
        self._in, back = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                os.close(self._out)
                os.close(self._in)
                _serve(database, there, back, shift_s=shift_s, full=full)
            finally:
                os._exit(0)
        os.close(there)
        os.close(back)
        self._rest = b""

    def send(self, window: str, entries: Post) -> None:
        """Send a post."""
        os.write(self._out, json.dumps([window, entries]).encode() + b"\n")

    def answers(self, timeout_s: float) -> list[list[Any]]:
        """Return the answers that are there, waiting at most so long for the first."""
        lines: list[list[Any]] = []
        while select.select([self._in], [], [], 0 if lines else timeout_s)[0]:
            part = os.read(self._in, 1 << 20)
            if not part:
                break
            *whole, self._rest = (self._rest + part).split(b"\n")
            lines.extend(json.loads(line) for line in whole)
        return lines

    def kill(self) -> list[list[Any]]:
        """End it at once; return what it had said before."""
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        said = self.answers(0)
        os.close(self._out)
        os.close(self._in)
        return said


def _serve(database_file: Path, there: int, back: int, *, shift_s: float, full: bool) -> None:
    """Be the engine: the real database and write buffer, until killed."""
    Journal.__init__.__kwdefaults__ = None
    Journal.__init__.__defaults__ = (lambda: time.time() + shift_s,)  # the clock of this life
    database = Database(database_file)
    if full:
        with closing(sqlite3.connect(database_file)) as look:
            pages = look.execute("PRAGMA page_count").fetchone()[0]
        engine = database._write_engine
        event.listen(engine, "connect", lambda raw, _: raw.execute(f"PRAGMA max_page_count={pages}"))
    buffer = WriteBuffer(database)
    with os.fdopen(there, encoding="utf-8") as posts:
        for line in posts:
            window, entries = json.loads(line)
            waiting = buffer.post(PERSON, window, [Entry(key, text, seq) for key, seq, text in entries])
            waiting.add_done_callback(_teller(back, window))


def _teller(back: int, window: str) -> Callable[[Any], None]:
    def tell(done: Any) -> None:  # noqa: ANN401 - a future
        error = done.exception()
        if isinstance(error, BestandError):
            line: list[Any] = [window, error.code, [], 0]
        else:
            receipt = done.result()
            line = [window, "", [asdict(ack) for ack in receipt.acks], receipt.head]
        os.write(back, json.dumps(line).encode() + b"\n")

    return tell


class Torture:
    """Rounds of typing and killing on one file."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.dice = random.Random(seed)
        self.paths = ProfilePaths(folder / "profile")
        self.paths.create()
        migrate(self.paths)
        self.windows = [Window(name, random.Random(self.dice.random())) for name in WINDOWS]
        self.report = Report()

    def run(self, kills: int) -> Report:
        """Kill so many times, then let everything be handed over and look at the whole."""
        for number in range(kills):
            self._live(full=self.dice.random() < FULL_SHARE)
            self.report.kills += 1
            self._look(f"after kill {number + 1}", whole=number % CHECK_EVERY == 0)
        self._hand_over()
        self._look("at the end", whole=True)
        self._compare()
        return self.report

    def _live(self, *, full: bool) -> None:
        dice = self.dice
        shift = dice.choice((0.0, 0.0, 0.0, dice.uniform(-JUMP_S, JUMP_S)))
        for window in self.windows:
            window.shift = dice.choice((0.0, 0.0, dice.uniform(-JUMP_S, JUMP_S)))
        engine = Engine(self.paths.state_db, shift_s=shift, full=full)
        for window in self.windows:  # hello: what is kept goes first
            window.type()
            engine.send(window.name, window.post())
        if dice.random() < AWAKE_SHARE:
            self._hear(engine.answers(AWAKE_S))
        end = time.monotonic() + dice.uniform(0, LIFE_S)
        while time.monotonic() < end:
            window = dice.choice(self.windows)
            for _ in range(dice.randrange(1, 4)):
                window.type()
            if dice.random() < 0.9:  # else the network drops it
                engine.send(window.name, window.post())
                self.report.replayed += 1
            self._hear(engine.answers(dice.choice((0, 0, 0.002))))
        said = engine.kill()
        if dice.random() < 0.7:  # else the browser was killed, too, before it heard
            self._hear(said)

    def _hear(self, answers: list[list[Any]]) -> None:
        by_name = {window.name: window for window in self.windows}
        for name, problem, acks, head in answers:
            if problem:
                self.report.refused_full += 1
            else:
                self.report.acknowledged += by_name[name].hear(acks, head)

    def _hand_over(self) -> None:
        engine = Engine(self.paths.state_db, shift_s=0, full=False)
        deadline = time.monotonic() + 30
        for window in self.windows:
            engine.send(window.name, window.post())
        while any(window.pending for window in self.windows) and time.monotonic() < deadline:
            self._hear(engine.answers(1))
        engine.kill()

    def _look(self, when: str, *, whole: bool) -> None:
        """See that every acknowledged value is in the file, or something newer its own window gave."""
        with closing(sqlite3.connect(self.paths.state_db)) as file:
            rows = file.execute("SELECT window_id, key, seq, value FROM journal").fetchall()
            self.report.offered = file.execute("SELECT count(*) FROM journal_aside").fetchone()[0]
            if whole and file.execute("PRAGMA integrity_check").fetchone()[0] != "ok":
                self._lose(f"{when}: the file is damaged")
        found = {(window, key): (seq, json.loads(value)) for window, key, seq, value in rows}
        for window in self.windows:
            for key, seq in window.acked.items():
                at, text = found.get((window.name, key), (0, None))
                if at < seq:
                    self._lose(f"{when}: {window.name} {key} {seq} was acknowledged, there is {at}")
                elif window.given.get((key, at)) != text:
                    self._lose(f"{when}: {window.name} {key} {at} holds what nobody typed")

    def _compare(self) -> None:
        """See that each field has what was typed last of all, and nothing waits any more."""
        with closing(sqlite3.connect(self.paths.state_db)) as file:
            rows = file.execute("SELECT key, value, max(seq) FROM journal GROUP BY key").fetchall()
        shown = {key: json.loads(value) for key, value, _ in rows}
        for key in KEYS:
            all_given = [(seq, text) for w in self.windows for (k, seq), text in w.given.items() if k == key]
            newest = max((seq for seq, _ in all_given), default=0)  # two windows may have given the same number
            if all_given and shown.get(key) not in [text for seq, text in all_given if seq == newest]:
                self._lose(f"at the end: {key} does not have what was typed last")
        for window in self.windows:
            if window.pending:
                self._lose(f"at the end: {window.name} still waits")

    def _lose(self, what: str) -> None:
        self.report.lost += 1
        self.report.failures.append(what)


def main(folder: str, kills: str, seed: str) -> None:
    """Run and print the report as one line of JSON."""
    sys.stdout.write(json.dumps(asdict(Torture(Path(folder), int(seed)).run(int(kills)))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:4])
