"""Tables whose rows can be paged: a version of a dataset, or the finished answer of a question.

Used by `rows` and `row_sums`, so that both are sorted, filtered, searched and added up by the same code. An answer
lies on disk in the order in which it came; the first wish for another order has it written once more in the form
the engine can search, in some seconds for ten million rows. Knows nothing of pages or grids.
"""

import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.query.result_file import ResultFile
from analysis.query.run import QueryRun
from core.errors import StorageIOError, UsageError
from core.i18n import _
from core.progress import Progress
from core.types import Column, Manifest
from storage.duck import DuckEngine, duck_errors, quote_literal
from storage.open import Storage

_ENDING: Final = ".parquet"
_PART: Final = ".parquet.part"


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows in one Parquet file that never changes.

    `columns` are in the file's order, by place; `id` and `version` name the rows in the cache, `tags` say what
    makes them go.
    """

    name: str
    id: str
    version: int
    file: Path
    columns: tuple[Column, ...]
    rows: int
    tags: tuple[str, ...] = ()


class RowTables:
    """Finds tables; thread-safe."""

    def __init__(self, storage: Storage) -> None:
        self._duck = storage.duck
        self._datasets = storage.datasets
        self._folder = storage.paths.cache / "results"
        self._writing = _OneAtATime()

    def of_dataset(self, manifest: Manifest) -> RowTable:
        """Return the rows of a version of a dataset."""
        return RowTable(
            manifest.name,
            manifest.dataset_id,
            manifest.version,
            self._datasets.data_file(manifest.dataset_id, manifest.version),
            manifest.columns,
            manifest.rows,
            (f"dataset:{manifest.dataset_id}",),
        )

    def of_answer(self, run: QueryRun, *, progress: Progress) -> RowTable:
        """Return the rows of a finished answer; written for it at the first call, and gone with the run.

        Raises:
            UsageError: the answer is not complete.
            DiskFullError: there is no room for it.
            CancelledError: the writing was stopped; the next call begins it anew.
        """
        answer = run.file
        if answer is None:
            raise UsageError(
                _("The answer is not complete yet."), hint=_("Wait until all rows are there, then try again.")
            )
        file = self._folder / f"{run.id}{_ENDING}"
        with self._writing.of(run.id):
            if not file.exists():
                _write(self._duck, answer, file, progress)
                weakref.finalize(run, _remove, file)
        return RowTable(_("the answer"), run.id, 0, file, _columns(self._duck, answer, file), answer.rows)


class _OneAtATime:
    """A lock for each name that is in use."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._locks: weakref.WeakValueDictionary[str, _Named] = weakref.WeakValueDictionary()

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        with self._lock:
            named = self._locks.setdefault(name, _Named())
        with named.lock:
            yield


class _Named:
    """A lock that can be referred to weakly."""

    def __init__(self) -> None:
        self.lock = threading.Lock()


def _write(duck: DuckEngine, answer: ResultFile, file: Path, progress: Progress) -> None:
    """Write the answer as the engine can search it; columns are named by their places, as nobody else is."""
    part = file.with_name(f"{file.stem}{_PART}")
    names = ", ".join(f"c{place}" for place in range(len(answer.schema)))
    try:
        with (
            duck_errors(_("Preparing the answer"), otherwise=StorageIOError),
            duck.trusted() as connection,
            progress.interruptible(connection.interrupt),
        ):
            progress.report(0.0)
            connection.register("answer", answer.reader())
            options = "format parquet, compression lz4_raw"
            connection.execute(f"copy (select * from answer t({names})) to {quote_literal(str(part))} ({options})")
        part.replace(file)
    finally:
        _remove(part)


def _columns(duck: DuckEngine, answer: ResultFile, file: Path) -> tuple[Column, ...]:
    with duck_errors(_("Reading the answer"), otherwise=StorageIOError), duck.trusted() as connection:
        told = connection.execute(f"describe select * from read_parquet({quote_literal(str(file))})").fetchall()
    return tuple(Column(name, name, str(row[1])) for name, row in zip(answer.schema.names, told, strict=True))


def _remove(path: Path) -> None:
    with suppress(OSError):
        path.unlink()
