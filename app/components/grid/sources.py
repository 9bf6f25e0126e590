"""Finds the rows of a grid by the name of their source.

Used by the routes. What a name can be: rows of a dataset, of an answer, of a file that is looked at, of a
ledger, or any of these with edits on top.
"""

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from app.components.grid.answer import AnswerSource
from app.components.grid.edited import KIND, EditedSource, parts_of
from app.components.grid.ledger import LedgerSource
from app.components.grid.preview import LookSource
from app.components.grid.source import DatasetSource, RowSource
from core.errors import DatasetNotFoundError, UsageError
from core.i18n import _
from core.types import Manifest

if TYPE_CHECKING:
    from app.context import AppContext

_KNOWN: Final = 32


class Sources:
    """Finds sources by their names; thread-safe."""

    def __init__(self, ctx: "AppContext") -> None:
        self._ctx = ctx
        # A published version never changes, and reading what it says of 5,000 columns takes longer than a block.
        self._manifest = lru_cache(maxsize=_KNOWN)(ctx.storage.datasets.manifest)

    def find(self, name: str) -> RowSource:
        """Return the source of a name.

        Raises:
            NotFoundError: it is gone.
            UsageError: it was never the name of a source.
        """
        kind, _sign, rest = name.partition(":")
        if kind == "run" and rest:
            return AnswerSource(self._ctx, rest)
        dataset_id, _sign, version = rest.partition(":")
        if kind == "dataset" and dataset_id and version.isdecimal():
            self._require(dataset_id)
            return DatasetSource(self._ctx, self._described(dataset_id, int(version)))
        if kind == KIND:
            base, form, field = parts_of(rest)
            return EditedSource(self._ctx, self.find(base), form, field)
        if kind == "look":
            return LookSource.named(self._ctx.looks, rest)
        version, _sign, only = version.partition(":")
        if kind == "ledger" and dataset_id and version.isdecimal():
            self._require(dataset_id)
            return LedgerSource(self._ctx, self._described(dataset_id, int(version)), only)
        raise UsageError(_("This is no source of rows."))

    def _described(self, dataset_id: str, version: int) -> Manifest:
        """Return what a version says of itself; if its files were taken away, the store tells so."""
        datasets = self._ctx.storage.datasets
        if not datasets.data_file(dataset_id, version).exists():
            return datasets.manifest(dataset_id, version)
        return self._manifest(dataset_id, version)

    def _require(self, dataset_id: str) -> None:
        """Check that a dataset is still in the list; a deleted one has nothing to show any more."""
        with self._ctx.storage.database.read() as uow:
            row = uow.datasets.get(dataset_id, deleted=True)
        if row is None or row.deleted_at is not None:
            raise DatasetNotFoundError(row.name if row else dataset_id)
