"""Questions in SQL: looked at, run, kept, remembered.

Used by the SQL page, by `bestand query` and by exports of answers. Both walls stand before every statement: the
guard here and the engine's lock below. Nothing a person types can write, and nothing but datasets can be read.
"""

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TypeVar

import pyarrow as pa

from analysis.query.catalogue import Identity, files_of, sources_of
from analysis.query.deadline import stopped_after
from analysis.query.guard import Guard
from analysis.query.prepare import (
    Ready,
    Shape,
    Statement,
    answer_columns,
    check_parameters,
    prepare,
    prepare_shaped,
    stream,
    tabulate,
)
from analysis.query.result_file import ResultFile
from analysis.query.results import Results
from analysis.query.run import Ended, Execution, QueryRun, finish, in_background, state_after
from analysis.values import Value, literal
from core.errors import BestandError
from core.fingerprint import fingerprint
from core.logging import get_logger
from core.progress import Progress, SilentProgress
from core.telemetry import log_error, metrics
from core.types import Column
from storage.database.models import QueryRow
from storage.database.unit_of_work import UnitOfWork
from storage.duck import Connection
from storage.open import Storage

T = TypeVar("T")

Consumer = Callable[[pa.Schema, Iterator[pa.RecordBatch]], T]

_CLOSING_S = 5.0


@dataclass(frozen=True, slots=True)
class CheckedQuery:
    """A question that may be asked. `datasets` are the names it reads, `parameters` those it wants values for."""

    sql: str
    datasets: tuple[str, ...]
    parameters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """A complete answer that lies on disk, and what it was made from."""

    file: ResultFile
    identity: Identity


class QueryEngine:
    """Answers questions; thread-safe."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._guard = Guard(storage.duck)
        self._results = Results(
            storage.paths.cache / "results",
            storage.cache,
            limit_mib=storage.config.cache.disk_mib,
            held=self._held,
        )
        self._runs: weakref.WeakSet[QueryRun] = weakref.WeakSet()
        self._lock = threading.Lock()

    def check(self, sql: str) -> CheckedQuery:
        """Look at a question without running it.

        Raises:
            QueryRefusedError: it is more than a question about the datasets.
            QueryFailedError: it is no SQL.
            DatasetNotFoundError: it names a dataset that is not there.
        """
        question = self._guard.inspect(sql)
        sources = sources_of(self._storage.database, question.tables)
        return CheckedQuery(sql, tuple(source.name for source in sources), question.parameters)

    def start(
        self, sql: str, *, page_rows: int | None = None, params: Mapping[str, Value] | None = None
    ) -> QueryRun:
        """Ask a question; this returns at once, the answer comes behind it.

        The same question about the same data is answered from the cache, unless it depends on time or chance.

        Args:
            sql: One statement.
            page_rows: Rows of the first page; the setting if not given.
            params: A value for every `$name` in the statement.

        Raises:
            QueryRefusedError: it is more than a question about the datasets.
            QueryFailedError: the engine does not understand it, or a parameter is missing.
            DatasetNotFoundError: it names a dataset that is not there.
        """
        begun = time.perf_counter()
        run = QueryRun(sql, page_rows=page_rows or self._storage.config.query.page_rows)
        try:
            ready = self._ready(sql, params or {})
            run.identity = ready.identity
            kept = self._kept(ready)
            if kept is not None:
                self._from_cache(run, ready, kept)
            else:
                self._execute(run, ready)
        except BestandError as error:
            self._remember(sql, "", Ended("failed", None, (time.perf_counter() - begun) * 1000, error))
            raise
        with self._lock:
            self._runs.add(run)
        return run

    def run_to(
        self,
        sql: str,
        consume: Consumer[T],
        *,
        shape: Shape | None = None,
        params: Mapping[str, Value] | None = None,
        progress: Progress | None = None,
    ) -> T:
        """Ask a question and hand its whole answer to `consume`, nothing kept in between.

        Args:
            sql: One statement.
            consume: Gets the schema and the batches, front to back; names are unique.
            shape: Gets the answer's schema and returns the select list, over columns `c0`, `c1`, …, that is
                handed to `consume` in its place. It is SQL of our own and must not hold a person's text unquoted.
            params: A value for every `$name`.
            progress: Hears a cancel.

        Returns:
            What `consume` returned.

        Raises:
            BestandError: as `start`, or what became of the run.
        """
        begun = time.perf_counter()
        counted = [0]
        error: BestandError | None = None
        mark = ""
        try:
            ready = self._ready(sql, params or {})
            mark = ready.fingerprint
            watch = progress or SilentProgress()
            with (
                self._opened(ready) as (connection, statement),
                watch.interruptible(connection.interrupt),
                metrics().timed("query:run_to"),
            ):
                chosen = prepare_shaped(connection, ready, shape) if shape else statement
                return consume(*stream(connection, chosen, sql, counted))
        except BestandError as raised:
            error = raised
            raise
        finally:
            took = (time.perf_counter() - begun) * 1000
            self._remember(sql, mark, Ended(state_after(error), None if error else counted[0], took, error))

    def identify(self, sql: str, *, params: Mapping[str, Value] | None = None) -> Identity:
        """Tell what the answer of a question depends on, without asking it.

        Raises:
            BestandError: as `check`.
        """
        return self._ready(sql, params or {}).identity

    def finished(
        self, sql: str, *, params: Mapping[str, Value] | None = None, run_id: str | None = None
    ) -> Finished | None:
        """Return a complete answer, so that it need not be asked for again, or None if there is none.

        Args:
            sql: The question.
            params: A value for every `$name`.
            run_id: A run of this question: its answer, if it is still held; else one to the present data.

        Raises:
            BestandError: as `check`.
        """
        run = self.find(run_id) if run_id else None
        file = run.file if run is not None and run.sql == sql else None
        if run is not None and run.identity is not None and file is not None and file.path.exists():
            return Finished(file, run.identity)
        ready = self._ready(sql, params or {})
        file = self._kept(ready)
        return Finished(file, ready.identity) if file is not None else None

    def columns(self, sql: str) -> tuple[Column, ...]:
        """Return the columns the answer of a question will have, with unique names, without asking it.

        Raises:
            BestandError: as `start`; plans have no columns.
        """
        ready = self._ready(sql, {})
        with self._opened(ready) as (connection, _):
            return answer_columns(connection, ready)

    @contextmanager
    def tabulated(
        self, sql: str, picked: Sequence[int], *, progress: Progress | None = None
    ) -> Iterator[Connection]:
        """Ask a question into a temporary table `answer` and lend the connection, for SQL of our own over it.

        The table has the columns of the numbers `picked`, called `c<number>`; nothing is remembered. The question
        and the block together have as long as any question.

        Raises:
            BestandError: as `start`, or what became of the run.
        """
        ready = self._ready(sql, {})
        watch = progress or SilentProgress()
        timeout_s = self._storage.config.query.timeout_s
        with (
            self._opened(ready) as (connection, _),
            watch.interruptible(connection.interrupt),
            stopped_after(timeout_s, connection),
        ):
            tabulate(connection, ready, picked)
            yield connection

    def find(self, run_id: str) -> QueryRun | None:
        """Return a question asked here by its id, as long as somebody holds it."""
        with self._lock:
            return next((run for run in self._runs if run.id == run_id), None)

    def close(self) -> None:
        """Stop every running question and wait for their threads."""
        with self._lock:
            runs = [run for run in self._runs if run.state == "running"]
        for run in runs:
            run.cancel()
            run.wait(_CLOSING_S)

    def _ready(self, sql: str, params: Mapping[str, Value]) -> Ready:
        question = self._guard.inspect(sql)
        check_parameters(question, params)
        sources = sources_of(self._storage.database, question.tables)
        mark = fingerprint(
            {
                "sql": sql.strip(),
                "params": {name: literal(value) for name, value in params.items()},
                "sources": [[source.name, source.dataset_id, source.version, source.digest] for source in sources],
                "engine": self._storage.duck.version(),
            }
        )
        return Ready(question, sources, params, mark)

    @contextmanager
    def _opened(self, ready: Ready) -> Iterator[tuple[Connection, Statement]]:
        """Open a locked connection on which the question is prepared, and what executes it."""
        with self._storage.duck.locked(files_of(self._storage.datasets, ready.sources)) as connection:
            yield connection, prepare(connection, ready)

    def _execute(self, run: QueryRun, ready: Ready) -> None:
        with ExitStack() as opened:
            connection, statement = opened.enter_context(self._opened(ready))
            path = self._results.new_path(run.id)
            execution = Execution(
                run,
                opened=opened.pop_all(),
                connection=connection,
                statement=statement,
                path=path,
                timeout_s=self._storage.config.query.timeout_s,
                on_end=lambda ended, file: self._ended(run, ready, ended, file),
            )
        execution.begin()

    def _kept(self, ready: Ready) -> ResultFile | None:
        return self._results.find(ready.key, ready.tags) if ready.question.repeatable else None

    def _held(self) -> set[str]:
        """Return the names of the files somebody still looks at: those of the answers that are held."""
        with self._lock:
            files = [run.file for run in self._runs]
            return {*(run.id for run in self._runs), *(file.path.stem for file in files if file is not None)}

    def _ended(self, run: QueryRun, ready: Ready, ended: Ended, file: ResultFile | None) -> None:
        repeatable = ready.question.repeatable
        if file is not None and not (repeatable and self._results.keep(ready.key, ready.tags, file)):
            self._results.drop_with(run, file)
        self._remember(run.sql, ready.fingerprint, ended)

    def _from_cache(self, run: QueryRun, ready: Ready, file: ResultFile) -> None:
        run.grow(file)
        run.end(None)
        on_end = self._remembering(run.sql, ready.fingerprint)
        in_background(lambda: finish(run, on_end), f"query-{run.id}")

    def _remembering(self, sql: str, mark: str) -> Callable[[Ended, ResultFile | None], None]:
        return lambda ended, _: self._remember(sql, mark, ended)

    def _remember(self, sql: str, mark: str, ended: Ended) -> None:
        """Write the history; a history that cannot be written does not undo an answer."""
        took = round(ended.duration_ms, 1)
        get_logger("query").info("question answered", state=ended.state, rows=ended.rows, duration_ms=took)
        keep = self._storage.config.query.history_keep
        error = str(ended.error) if ended.error else None

        def write(uow: UnitOfWork) -> None:
            row = QueryRow(
                sql=sql, fingerprint=mark, state=ended.state, rows=ended.rows, duration_ms=took, error=error
            )
            uow.queries.add(row)
            uow.queries.trim(keep)

        try:
            self._storage.database.run_tx(write, label="query-history")
        except BestandError as refused:
            log_error(refused)
