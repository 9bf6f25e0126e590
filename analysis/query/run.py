"""One question being answered: the first page at once, the rest behind it, stopped at any time.

Made by `QueryEngine.start`. The answer is produced by exactly one execution, in a thread of its own, and every
page comes from it: pages fit together even where the SQL leaves the order open. Knows nothing of guards or
catalogues.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

import pyarrow as pa

from analysis.query.catalogue import Identity
from analysis.query.deadline import WHAT, too_late
from analysis.query.places import engine_says
from analysis.query.prepare import Statement
from analysis.query.result_file import BLOCK_ROWS, ResultFile, ResultWriter
from core.errors import BestandError, CancelledError, QueryFailedError
from core.i18n import _
from core.ids import new_id
from core.telemetry import log_error, metrics
from storage.duck import Connection

State: TypeAlias = Literal["running", "done", "failed", "cancelled"]

_PRESS_S: Final = 0.02
"""How often a stop is repeated until the engine has heard it; between two statements it cannot."""
_PRESS_FOR_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended, for the history and the cache. `rows` is None unless it is done."""

    state: State
    rows: int | None
    duration_ms: float
    error: BestandError | None


OnEnd: TypeAlias = Callable[[Ended, ResultFile | None], None]


class QueryRun:
    """One question and its answer; all methods may be called from any thread.

    `columns` is known once the first page is. `error` is set when `state` is failed or cancelled. `identity` says
    what the answer depends on; None where that is no question of a person's.
    """

    def __init__(self, sql: str, *, page_rows: int) -> None:
        self.id = new_id()
        self.sql = sql
        self.page_rows = page_rows
        self.state: State = "running"
        self.error: BestandError | None = None
        self.identity: Identity | None = None
        self._file: ResultFile | None = None
        self._changed = threading.Condition()
        self._ended = threading.Event()
        self._stopping: BestandError | None = None
        self._connection: Connection | None = None
        self._begun = time.perf_counter()
        self._duration_s: float | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the answer's columns, unique; empty until the first rows are there."""
        return tuple(self._file.schema.names) if self._file else ()

    @property
    def row_count(self) -> int | None:
        """How many rows the answer has; None while they are counted."""
        return self._file.rows if self._file and self.state == "done" else None

    @property
    def rows_so_far(self) -> int:
        """How many rows can be read by now."""
        return self._file.rows if self._file else 0

    @property
    def share(self) -> float | None:
        """How much of the work before the first rows the engine has done (0..1); None when it cannot tell."""
        with self._changed:
            connection = self._connection
            told = connection.query_progress() if connection is not None else -1.0
        return min(told / 100, 1.0) if told >= 0 else None

    @property
    def elapsed_s(self) -> float:
        """Seconds the question took, or has taken by now."""
        return self._duration_s if self._duration_s is not None else time.perf_counter() - self._begun

    def first_page(self) -> pa.Table:
        """Return the first page as soon as it is there; see `page`."""
        return self.page(0, self.page_rows)

    def page(self, offset: int, limit: int) -> pa.Table:
        """Return rows `offset` to `offset + limit`, waiting until they are there; fewer at the answer's end.

        Raises:
            BestandError: the run's `error`, when it failed or was cancelled.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.state != "running" or self.rows_so_far >= offset + limit)
        return self._answer().read(offset, limit)

    def batches(self) -> Iterator[pa.RecordBatch]:
        """Yield the whole answer front to back, as it is produced.

        Raises:
            BestandError: the run's `error`, when it failed or was cancelled.
        """
        number = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self.state != "running" or self._blocks() > number)  # noqa: B023
            file = self._answer()
            if number >= file.block_count:
                return
            yield file.block(number)
            number += 1

    def schema(self) -> pa.Schema:
        """Return the answer's schema as soon as it is known.

        Raises:
            BestandError: the run's `error`, when it failed or was cancelled.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.state != "running" or self._file is not None)
        return self._answer().schema

    def wait(self, timeout_s: float | None = None) -> State:
        """Return how the run ended, once it has and its history is written; "running" when time is up first."""
        self._ended.wait(timeout_s)
        return self.state

    def cancel(self) -> bool:
        """Stop the run and return whether there was something to stop; takes some milliseconds."""
        return self.stop(CancelledError(_(WHAT)))

    def stop(self, reason: BestandError) -> bool:
        """Stop the run for a reason, which becomes its `error`."""
        with self._changed:
            if self.state != "running":
                return False
            self._stopping = self._stopping or reason
        deadline = time.monotonic() + _PRESS_FOR_S
        while time.monotonic() < deadline:
            with self._changed:
                if not self._is_running():
                    break
                if self._connection is not None:
                    self._connection.interrupt()
                self._changed.wait(_PRESS_S)
        return True

    @property
    def file(self) -> ResultFile | None:
        """Where the answer lies; None unless the run is done."""
        return self._file if self.state == "done" else None

    # ---- the working side; see Execution ------------------------------------------------------------------

    @property
    def stopping(self) -> BestandError | None:
        """Why the run is being stopped, if it is."""
        return self._stopping

    def attach(self, connection: Connection) -> None:
        """Name the connection a stop has to interrupt."""
        with self._changed:
            self._connection = connection

    def heed(self) -> None:
        """Raise the reason for which the run is being stopped, if it is."""
        if self._stopping is not None:
            raise self._stopping

    def grow(self, file: ResultFile) -> None:
        """Tell those who wait that there is more to read."""
        with self._changed:
            self._file = file
            self._changed.notify_all()

    def end(self, error: BestandError | None) -> None:
        """Set how the run ended; the connection is not interrupted any more."""
        with self._changed:
            self._connection = None
            self._duration_s = time.perf_counter() - self._begun
            self.error = error
            self.state = state_after(error)
            self._changed.notify_all()

    def let_go(self) -> None:
        """Let those go who wait for the end."""
        self._ended.set()

    def _is_running(self) -> bool:
        return self.state == "running"

    def _answer(self) -> ResultFile:
        if self.error is not None:
            raise self.error
        if self._file is None:
            raise RuntimeError("a run without an error has an answer")
        return self._file

    def _blocks(self) -> int:
        return self._file.block_count if self._file else 0


class Execution:
    """The working side of a run: one statement on one connection, written to one file.

    Args:
        run: The side that is handed out.
        opened: Holds what must be closed when the run ends, the connection first of all.
        connection: A locked connection on which everything is ready to run `statement`.
        statement: What to execute, and where the person's own text stands in it.
        path: The file to write.
        timeout_s: After this the run is stopped.
        on_end: Called on the run's thread with how it ended, before `wait` returns; the file is None unless done.
    """

    def __init__(
        self,
        run: QueryRun,
        *,
        opened: ExitStack,
        connection: Connection,
        statement: Statement,
        path: Path,
        timeout_s: float,
        on_end: OnEnd,
    ) -> None:
        self._run = run
        self._opened = opened
        self._connection = connection
        self._statement = statement
        self._path = path
        self._timeout_s = timeout_s
        self._on_end = on_end

    def begin(self) -> None:
        """Start working in a thread that carries the caller's trace."""
        self._run.attach(self._connection)
        in_background(self._work, f"query-{self._run.id}")

    def _work(self) -> None:
        late = too_late(self._timeout_s)
        alarm = threading.Timer(self._timeout_s, lambda: self._run.stop(late))
        alarm.daemon = True
        alarm.start()
        error: BestandError | None = None
        try:
            with metrics().timed("query:run"):
                self._answer()
        except BestandError as known:
            error = self._run.stopping or known
        except Exception as bug:
            log_error(bug)
            error = QueryFailedError(
                _("{what} ended by a fault in Bestand: {bug}").format(what=_(WHAT), bug=bug),
                hint=_(BestandError.default_hint),
            )
        finally:
            alarm.cancel()
        self._run.end(error)
        self._opened.close()
        finish(self._run, self._on_end)

    def _answer(self) -> None:
        run = self._run
        with engine_says(run.sql, lines_before=self._statement.lines_before):
            run.heed()
            reader = self._connection.execute(self._statement.text).to_arrow_reader(BLOCK_ROWS)
            with ResultWriter(self._path, reader.schema) as writer:
                run.grow(writer.file)
                for batch in reader:
                    run.heed()
                    writer.append(batch)
                    run.grow(writer.file)
                writer.finish()


def state_after(error: BestandError | None) -> State:
    """Return the state in which an error, or none, leaves a question."""
    if error is None:
        return "done"
    return "cancelled" if isinstance(error, CancelledError) else "failed"


def finish(run: QueryRun, on_end: OnEnd) -> None:
    """Tell how a run ended and let those go who wait for it."""
    try:
        on_end(Ended(run.state, run.row_count, run.elapsed_s * 1000, run.error), run.file)
    except Exception as error:
        log_error(error)
    finally:
        run.let_go()


def in_background(work: Callable[[], None], name: str) -> None:
    """Run `work` in a thread that carries the caller's trace and does not keep the process alive."""
    context = copy_context()
    threading.Thread(target=lambda: context.run(work), name=name, daemon=True).start()
