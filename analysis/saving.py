"""The whole answer of a question becomes a dataset: published like an import, its source the question itself.

Used by the job that saves answers. The manifest keeps the SQL and which versions of which datasets were asked, so
that a number can be followed back. Nothing stays of what was stopped; a version no catalogue row knows is
collected later.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from analysis.export import Asked, Exporter
from analysis.importing import Imported, dataset_name, free_name
from analysis.query import QueryEngine
from analysis.readings.ledger_file import LedgerWriter
from analysis.values import Value
from core.clock import now_iso
from core.errors import RevisionConflictError
from core.fingerprint import file_digest
from core.i18n import N_, _
from core.ids import new_id
from core.progress import PartOfProgress, Progress
from core.types import AskedDataset, Column, FileFormat, Ledger, Manifest, QuestionRef, Reading, SourceRef
from core.version import app_version
from storage.datasets import Staging
from storage.duck import quote_literal

if TYPE_CHECKING:
    from analysis.query.catalogue import Identity
    from analysis.query.result_file import ResultFile
    from storage.open import Storage

_TRIES: Final = 3
"""How often the question is asked again because a dataset changed while it was answered."""


class Saver:
    """Saves answers; safe to use from several threads."""

    def __init__(self, storage: "Storage", queries: QueryEngine, exports: Exporter) -> None:
        self._storage, self._queries, self._exports = storage, queries, exports

    def save(
        self,
        sql: str,
        name: str,
        *,
        params: Mapping[str, Value] | None = None,
        typed: Mapping[str, str] | None = None,
        replace: bool = False,
        run_id: str | None = None,
        progress: Progress,
    ) -> Imported:
        """Publish the whole answer of a question as a dataset version; asked only where there is no complete one.

        Args:
            sql: One question.
            name: The dataset's name; one that is in use gets the ending "~2".
            params: A value for every `$name` in the question.
            typed: The same as a person typed it, to be kept with the dataset.
            replace: Make it the next version of the dataset of that name, if there is one.
            run_id: The run whose answer is meant; while it is held that very answer is saved, also when the
                datasets have changed since.
            progress: Told how far it is; may stop it, then nothing stays.

        Raises:
            BestandError: the question cannot be answered, or its answer cannot be kept.
            RevisionConflictError: the datasets it asks change faster than it is answered.
            CancelledError, DiskFullError: the work was stopped.
        """
        values = dict(params or {})
        kept = self._queries.finished(sql, params=values, run_id=run_id)
        if kept is not None:
            question = _question(sql, kept.identity, typed or {})
            with self._storage.datasets.stage() as staging:
                self._write(kept.file, staging, progress)
                return self._publish(staging, question, kept.identity, name, replace=replace)
        for _try in range(_TRIES):
            before = self._queries.identify(sql, params=values)
            with self._storage.datasets.stage() as staging:
                self._write(Asked(sql, values), staging, progress)
                if self._queries.identify(sql, params=values).fingerprint != before.fingerprint:
                    continue  # other versions may have been read than those that would be named
                question = _question(sql, before, typed or {})
                return self._publish(staging, question, before, name, replace=replace)
        raise RevisionConflictError(_("The datasets of the question changed while it was answered."))

    def _write(self, answer: "Asked | ResultFile", staging: Staging, progress: Progress) -> None:
        with staging.data_file.open("wb") as file:
            self._exports.write(answer, file, "parquet", progress=PartOfProgress(progress, 0.0, 0.95))
        with LedgerWriter(staging.folder):
            pass  # every record was loaded as it is
        progress.report(0.97, N_("Publishing"))

    def _publish(
        self, staging: Staging, question: QuestionRef, identity: "Identity", name: str, *, replace: bool
    ) -> Imported:
        manifest = self._manifest(staging, question, identity, dataset_name(name), replace=replace)
        self._storage.datasets.publish(staging, manifest)
        return Imported(manifest, release=lambda: None)

    def _manifest(
        self, staging: Staging, question: QuestionRef, identity: "Identity", wanted: str, *, replace: bool
    ) -> Manifest:
        columns, rows = self._columns(staging)
        with self._storage.database.read() as uow:
            existing = uow.datasets.by_name(wanted) if replace else None
            if existing is not None:
                name, dataset_id = existing.name, existing.id
                number = self._storage.datasets.next_version(dataset_id, existing.current_version)
            else:
                name = free_name(wanted, lambda other: uow.datasets.by_name(other) is not None)
                dataset_id, number = new_id(), 1
        return Manifest(
            dataset_id=dataset_id,
            version=number,
            name=name,
            rows=rows,
            columns=columns,
            digest=file_digest(staging.data_file),
            size_bytes=staging.data_file.stat().st_size,
            source=SourceRef(name, identity.fingerprint, len(question.sql.encode()), kept=False, path=""),
            reading=Reading(FileFormat.PARQUET),
            ledger=Ledger("record", rows, rows),
            created_at=now_iso(),
            app_version=app_version(),
            question=question,
        )

    def _columns(self, staging: Staging) -> tuple[tuple[Column, ...], int]:
        """Return the columns as the engine will read them, and the number of rows."""
        file = f"read_parquet({quote_literal(str(staging.data_file))})"
        with self._storage.duck.trusted() as connection:
            described = connection.execute(f"describe select * from {file}").fetchall()
            counted = connection.execute(f"select count(*) from {file}").fetchone()
        return tuple(Column(row[0], row[0], row[1]) for row in described), int(counted[0]) if counted else 0


def _question(sql: str, identity: "Identity", typed: Mapping[str, str]) -> QuestionRef:
    asked = tuple(AskedDataset(one.name, one.dataset_id, one.version) for one in identity.sources)
    return QuestionRef(sql, asked, dict(typed))
