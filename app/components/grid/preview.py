"""The rows of a file that is looked at before its import: the table a reading would make of it, cells as found.

Its records come from the file itself, at any place, as soon as the scan has come there; of a format without lines
from the first records only. Cells in which the reading differs from the best one are marked.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Final

from app.components.grid.source import Block, RowSource, numbered
from app.looks import Look, Looks, View
from core.errors import UsageError
from core.i18n import _, percent
from core.progress import Progress
from core.types import Column
from core.words import type_word

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.readings import Candidate
    from analysis.readings.raw_lines import RawFile, RawRecord
    from analysis.rows import RowQuery

WAIT_S: Final = 0.4
"""How long a block waits for the scan to reach it; then it comes later."""


def look_rows(look: Look, view: View, *, only: str | None = None, beside: View | None = None) -> str:
    """Return the name of the rows of a file that is looked at, for `grid`.

    Args:
        look: The file.
        view: How it is read.
        only: Of the records only those whose lines become this, such as "repaired".
        beside: The reading whose cells are compared with these.
    """
    return f"look:{look.id}:{view.key}:{only or ''}:{beside.key if beside else ''}"


class LookSource(RowSource):
    """The records of one file under one reading."""

    as_found: ClassVar[bool] = True

    def __init__(self, view: View, candidate: "Candidate", only: str | None, beside: View | None) -> None:
        self._view, self._candidate = view, candidate
        self._only, self._beside = only, beside

    @classmethod
    def named(cls, looks: Looks, rest: str) -> "LookSource":
        """Return the source of a name, without its kind.

        Raises:
            NotFoundError: the file is no longer looked at.
            UsageError: this was never the name of a source.
        """
        look_id, key, only, beside = [*rest.split(":"), "", "", ""][:4]
        look = looks.find(look_id)
        view = look.find(key)
        if view.candidate is None:
            raise UsageError(_("This is no source of rows."))
        return cls(view, view.candidate, only or None, look.find(beside) if beside else None)

    @property
    def columns(self) -> Sequence[Column]:
        """The columns with the types the sample suggests."""
        return self._candidate.columns

    @property
    def notes(self) -> Sequence[tuple[str, str]]:
        """The guessed type of each column and how sure it is; a sign where some cells do not fit."""
        guesses = {guess.column: guess for guess in self._candidate.guesses}
        told = []
        for column in self._candidate.columns:
            word, sure = type_word(column.type), percent(column.confidence)
            guess = guesses.get(column.name)
            odd = bool(guess and (guess.counterexamples or guess.offered))
            line = f"{word} · {sure}{' ⚑' if odd else ''}"
            aloud = _("{type}, {share} sure").format(type=word, share=sure)
            told.append((line, f"{aloud}, {_('some cells do not fit')}" if odd else aloud))
        return told

    def block(self, query: "RowQuery", *, begin: bool, progress: Progress) -> Block | None:
        """Return some records; those the scan has not reached yet are left out, so nobody waits."""
        del begin
        progress.report(0.0)
        raw = self._raw
        if raw is None:
            return self._first_ones(query)
        raw.wait_for_records(query.offset + query.limit, WAIT_S)
        found = raw.records(query.offset, query.limit, action=self._only)
        names = list(query.columns or [])
        numbers = [record.number for record in found.records]
        table = self._table([record.cells for record in found.records], names)
        marked = self._marked(found.records, names)
        return Block(_with_numbers(table, numbers), found.total, found.so_far, marked)

    @cached_property
    def _raw(self) -> "RawFile | None":
        raw = self._view.raw(_PATIENCE_S)
        return raw if raw is not None and raw.understanding is not None else None

    def _first_ones(self, query: "RowQuery") -> Block:
        preview = self._candidate.preview
        rows = preview[query.offset : query.offset + query.limit]
        return Block(
            numbered(self._table(rows, list(query.columns or [])), query.offset), len(preview), len(preview)
        )

    def _table(self, rows: "Sequence[Sequence[str | None]]", names: Sequence[str]) -> "pa.Table":
        import pyarrow as pa

        places = {column.name: place for place, column in enumerate(self._candidate.columns)}
        cells = [
            pa.array(
                [(row[places[name]] or None) if places[name] < len(row) else None for row in rows], pa.string()
            )
            for name in names
        ]
        return pa.Table.from_arrays(cells, names=list(names))

    def _marked(self, records: "Sequence[RawRecord]", names: Sequence[str]) -> Mapping[str, Sequence[int]]:
        """Return which cells the other reading has not, or has otherwise, in the same lines."""
        other = self._beside.raw(_PATIENCE_S) if self._beside else None
        if other is None:
            return {}
        theirs = other.records_at(record.line for record in records)
        marked: dict[str, list[int]] = {}
        places = {column.name: place for place, column in enumerate(self._candidate.columns)}
        for at, record in enumerate(records):
            cells = theirs.get(record.line, ())
            for name in names:
                place = places[name]
                if place >= len(cells) or cells[place] != record.cells[place]:
                    marked.setdefault(name, []).append(at)
        return marked


_PATIENCE_S: Final = 20.0
"""A sample is read much sooner; whoever waits longer is told that nothing came."""


def _with_numbers(table: "pa.Table", numbers: Sequence[int]) -> "pa.Table":
    import pyarrow as pa

    return numbered(table, 0).set_column(0, numbered(table, 0).column_names[0], pa.array(numbers, pa.int64()))
