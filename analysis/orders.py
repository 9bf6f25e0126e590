"""Sorted or filtered rows of a large dataset, written out once, so that any place of them is a moment away.

Used by `rows`. The first page of an order comes from the engine directly; meanwhile the whole order is written to
a file behind it, and pages come from there as soon as it reaches far enough. Files lie in the cache folder: losing
one costs only time.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection
from contextlib import ExitStack
from typing import Final

import pyarrow as pa

from analysis.query.prepare import Statement
from analysis.query.result_file import ResultFile
from analysis.query.results import Results
from analysis.query.run import Execution, QueryRun
from core.errors import BestandError
from storage.duck import DuckEngine

AT_ONCE: Final = 2
"""Orders being written at the same time; one more stops the oldest."""

_TIMEOUT_S: Final = 3_600.0
_TELLS_ITS_PROGRESS: Final = "set enable_progress_bar = true; set enable_progress_bar_print = false"
_CLOSING_S: Final = 5.0


class Orders:
    """The orders of all datasets; thread-safe."""

    def __init__(self, duck: DuckEngine, results: Results) -> None:
        self._duck = duck
        self._results = results
        self._running: OrderedDict[str, QueryRun] = OrderedDict()
        self._lock = threading.Lock()

    def page(self, key: str, tags: Collection[str], offset: int, limit: int, *, wait: bool) -> pa.Table | None:
        """Return rows of an order; None when it is not written that far.

        Args:
            key: What was given to `begin`.
            tags: What the order depends on.
            offset: Where the page begins.
            limit: Its rows.
            wait: Wait for an order that is being written until it reaches far enough.
        """
        run = self.running(key)
        if run is None:
            kept = self._results.find(key, tags)
            return kept.read(offset, limit) if kept else None
        if not wait and run.rows_so_far < offset + limit:
            return None
        try:
            return run.page(offset, limit)
        except BestandError:  # stopped, or no room: the engine answers without a file
            return None

    def begin(self, key: str, tags: Collection[str], statement: str) -> None:
        """Start writing an order, unless it is being written or there already."""
        with self._lock:
            if key in self._running or self._results.find(key, tags):
                return
            surplus = list(self._running.values())[: max(len(self._running) - AT_ONCE + 1, 0)]
            run = self._running[key] = QueryRun(statement, page_rows=1)
        for old in surplus:
            old.cancel()
        try:
            self._execution(run, key, tags, statement).begin()
        except BaseException:
            with self._lock:
                self._running.pop(key, None)
            raise

    def running(self, key: str) -> QueryRun | None:
        """Return the run that writes this order now, or None."""
        with self._lock:
            return self._running.get(key)

    def close(self) -> None:
        """Stop writing and wait for the threads."""
        with self._lock:
            runs = list(self._running.values())
        for run in runs:
            run.cancel()
            run.wait(_CLOSING_S)

    def _execution(self, run: QueryRun, key: str, tags: Collection[str], statement: str) -> Execution:
        with ExitStack() as opened:
            connection = opened.enter_context(self._duck.trusted())
            connection.execute(_TELLS_ITS_PROGRESS)

            def ended(_: object, file: ResultFile | None) -> None:
                if file is not None and not self._results.keep(key, tags, file):
                    self._results.drop_with(run, file)
                with self._lock:
                    self._running.pop(key, None)

            return Execution(
                run,
                opened=opened.pop_all(),
                connection=connection,
                statement=Statement(statement, lines_before=0),
                path=self._results.new_path(run.id),
                timeout_s=_TIMEOUT_S,
                on_end=ended,
            )
