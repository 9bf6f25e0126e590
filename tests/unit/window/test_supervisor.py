"""The supervisor against real processes that behave like engines, well and badly."""

import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from core.types import Json
from launcher.window.backoff import PAUSES_S, Backoff
from launcher.window.supervisor import Stopped, Supervisor
from tests.waiting import wait_until

GOOD = """
import json, sys
hello = json.loads(sys.stdin.readline())
print(json.dumps({"event": "listening", "port": hello["port"] or 4711, "hello": hello}), flush=True)
for line in sys.stdin:
    print(json.dumps({"event": "heard", "line": json.loads(line)}), flush=True)
    if "die" in line:
        sys.exit(3)
"""
BROKEN = "import sys; sys.stdin.readline(); print('what a mess', file=sys.stderr); print('no event'); sys.exit(5)"
REFUSING = """
import json, sys
sys.stdin.readline()
facts = {"event": "failed", "code": "newer", "message": "m", "hint": "h", "retryable": False}
print(json.dumps(facts), flush=True)
sys.exit(1)
"""
DEAF = """
import json, signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print(json.dumps({"event": "listening", "port": 1}), flush=True)
time.sleep(600)
"""


class Kept:
    """What the supervisor told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, Mapping[str, Any]]] = []
        self.ends: list[Stopped] = []
        self.lock = threading.Lock()

    def told(self, event: str, facts: Mapping[str, Json]) -> None:
        """An event of the engine."""
        self.events.append((event, facts))

    def named(self, event: str) -> list[Mapping[str, Any]]:
        """The facts of each event of that name."""
        return [facts for name, facts in self.events if name == event]


@contextmanager
def supervised(program: str, kept: Kept, **options: Any) -> Iterator[Supervisor]:  # noqa: ANN401
    """Run a program as the engine for the block."""
    supervisor = Supervisor([sys.executable, "-c", program], told=kept.told, stopped=kept.ends.append, **options)
    supervisor.start()
    try:
        yield supervisor
    finally:
        supervisor.stop()


def test_a_killed_engine_is_started_again_with_the_same_secret_and_port() -> None:
    """An open page finds the new engine where the old one was."""
    kept = Kept()
    with supervised(GOOD, kept) as supervisor:
        wait_until(lambda: kept.named("listening"), what="the first engine")
        supervisor.answer(1, "die")
        wait_until(lambda: len(kept.named("listening")) == 2, what="the second engine")

    first, second = (facts["hello"] for facts in kept.named("listening"))
    assert first["secret"] == second["secret"]
    assert len(first["secret"]) > 20
    assert (first["port"], second["port"]) == (None, 4711)
    assert [end.exit_code for end in kept.ends] == [3]


def test_the_secret_is_in_no_argument() -> None:
    """It goes through the pipe."""
    kept = Kept()
    with supervised(GOOD, kept) as supervisor:
        wait_until(lambda: kept.named("listening"), what="the engine")
        import psutil

        assert supervisor.pid is not None
        process = psutil.Process(supervisor.pid)
        secret = kept.named("listening")[0]["hello"]["secret"]
        assert secret not in " ".join(process.cmdline())
        assert secret not in str(process.environ())


def test_files_reach_the_engine_once() -> None:
    """Those of the start with the hello, later ones as a line; a restarted engine does not import them again."""
    kept = Kept()
    with supervised(GOOD, kept, files=[Path("/a.csv")]) as supervisor:
        wait_until(lambda: kept.named("listening"), what="the engine")
        supervisor.open([Path("/b.csv")])
        wait_until(lambda: kept.named("heard"), what="the line")
        supervisor.answer(1, "die")
        wait_until(lambda: len(kept.named("listening")) == 2, what="the second engine")

    hellos = [facts["hello"]["files"] for facts in kept.named("listening")]
    assert hellos == [["/a.csv"], []]
    assert kept.named("heard")[0]["line"] == {"open": ["/b.csv"]}


def test_an_engine_that_keeps_failing_is_given_up_and_a_person_can_try_again() -> None:
    """What it printed is kept for the report; it does not go round for ever."""
    kept = Kept()
    clock = iter(range(10_000)).__next__
    with supervised(BROKEN, kept, backoff=Backoff(lambda: float(clock()) / 1e6)) as supervisor:
        wait_until(lambda: kept.ends and kept.ends[-1].again_in_s is None, timeout_s=30, what="giving up")
        assert len(kept.ends) == len(PAUSES_S) + 1
        assert "what a mess" in supervisor.ring
        assert "no event" in supervisor.ring
        supervisor.retry(safe=True)
        wait_until(lambda: len(kept.ends) > len(PAUSES_S) + 1, what="another try")
        assert supervisor.safe


def test_an_engine_that_says_why_it_cannot_start_is_not_tried_again() -> None:
    """The same start would fail the same way; a person decides."""
    kept = Kept()
    with supervised(REFUSING, kept):
        wait_until(lambda: kept.ends, what="the refusal")

    assert kept.ends[0].again_in_s is None
    assert kept.ends[0].error["code"] == "newer"


def test_an_engine_that_does_not_listen_is_ended_all_the_same(monkeypatch: Any) -> None:  # noqa: ANN401
    """Closing the window never hangs on a stuck engine."""
    monkeypatch.setattr("launcher.window.supervisor.STOP_S", 0.3)
    monkeypatch.setattr("launcher.window.supervisor.KILL_S", 0.3)
    kept = Kept()
    with supervised(DEAF, kept) as supervisor:
        wait_until(lambda: kept.named("listening"), what="the engine")
        pid = supervisor.pid
    assert pid is not None
    assert supervisor.pid is None
    assert kept.ends == []


def test_an_event_is_whatever_says_that_it_is_one() -> None:
    """Everything else on the engine's stream is a line for the report."""
    kept = Kept()
    program = """import sys; sys.stdin.readline(); print('{"no": "event"}\\n[]', flush=True); sys.stdin.read()"""
    with supervised(program, kept) as supervisor:
        wait_until(lambda: len(supervisor.ring) == 2, what="both lines")
    assert kept.events == []
