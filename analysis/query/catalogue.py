"""Which datasets a question speaks of: from the names in its SQL to the files of their present versions.

Used by `QueryEngine` after the guard. A name that is no dataset ends here, whatever the engine would make of it:
a file, a link, a system table.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.query.guard import TableName
from analysis.query.places import where
from core.errors import BestandError, DatasetNotFoundError, QueryRefusedError
from core.i18n import _
from storage.database.database import Database
from storage.database.unit_of_work import UnitOfWork
from storage.datasets import DatasetStore

_LIKE_A_FILE: Final = re.compile(r"[/\\:*?]|\.\w{1,8}$")
_MANY: Final = 100_000
"""More datasets than a catalogue ever holds."""


@dataclass(frozen=True, slots=True)
class Source:
    """One dataset a question reads: its present version."""

    name: str
    dataset_id: str
    version: int
    digest: str


@dataclass(frozen=True, slots=True)
class Identity:
    """What an answer depends on. `fingerprint` is the same when the answer must be, if it is `repeatable`."""

    fingerprint: str
    sources: tuple[Source, ...]
    tags: tuple[str, ...]
    repeatable: bool


def sources_of(database: Database, tables: Sequence[TableName]) -> tuple[Source, ...]:
    """Return the dataset behind each table name, each once, in order of appearance.

    Names are compared without regard to the case of ASCII letters, as the engine does.

    Raises:
        DatasetNotFoundError: no dataset has that name; the nearest one is told.
        QueryRefusedError: the name is that of a file or of something inside the engine, or two datasets that
            differ only by case are asked for at once.
    """
    if not tables:
        return ()
    with database.read() as uow:
        found = [_source(uow, table) for table in tables]
    sources = {source.dataset_id: source for source in found}
    by_name: dict[str, Source] = {}
    for source in sources.values():
        other = by_name.setdefault(ascii_lower(source.name), source)
        if other is not source:
            raise QueryRefusedError(
                _("The names '{first}' and '{second}' are the same to SQL.").format(
                    first=other.name, second=source.name
                ),
                hint=_("Rename one of the two datasets."),
            )
    return tuple(sources.values())


def files_of(datasets: DatasetStore, sources: Iterable[Source]) -> dict[str, Path]:
    """Return the data file of each dataset by its name, as `DuckEngine.locked` takes them."""
    return {source.name: datasets.data_file(source.dataset_id, source.version) for source in sources}


def ascii_lower(name: str) -> str:
    """Return the name as the engine compares it: only the letters A to Z lose their case."""
    return "".join(letter.lower() if letter.isascii() else letter for letter in name)


def _source(uow: UnitOfWork, table: TableName) -> Source:
    row = None if table.qualifier else uow.datasets.by_name(table.name)
    if row is None:
        names = [dataset.name for dataset in uow.datasets.list_by_name(limit=_MANY)]
        same = [name for name in names if ascii_lower(name) == ascii_lower(table.name)]
        if table.qualifier or len(same) != 1:
            raise _unknown(table, names)
        row = uow.datasets.require_name(same[0])
    version = uow.versions.of(row.id, row.current_version)
    return Source(row.name, row.id, version.version, version.digest)


def _unknown(table: TableName, names: Sequence[str]) -> BestandError:
    whole = f"{table.qualifier}.{table.name}" if table.qualifier else table.name
    if whole in names:
        return QueryRefusedError(
            _("The name '{name}' needs quotes, because it holds a point.").format(name=whole),
            hint=_('Write "{name}" in double quotes.').format(name=whole),
            **where(table.place),
        )
    nearest = difflib.get_close_matches(whole, names, n=1, cutoff=0.5)
    if table.qualifier or _LIKE_A_FILE.search(table.name):
        told = _("'{name}' is no dataset, and a question reads nothing else.").format(name=whole)
        if nearest:
            told = _("{sentence} Did you mean the dataset '{nearest}'?").format(sentence=told, nearest=nearest[0])
        return QueryRefusedError(
            told,
            hint=_("Import the file first, then ask about its dataset by name."),
            nearest=nearest[0] if nearest else None,
            **where(table.place),
        )
    return DatasetNotFoundError(
        table.name, nearest=nearest[0] if nearest else None, wrong=table.name, **where(table.place)
    )
