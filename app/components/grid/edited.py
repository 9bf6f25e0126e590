"""The rows of another source with a person's edits on top: what `s_table` shows.

The edits are a field of a form, so each one is a step that can be taken back; the source itself never changes. The
name holds the form and the field, so that the rows are found again after a restart. Used by the routes.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from app.components.grid.source import Block, RowSource
from app.forms.history import FormHistory
from app.forms.spec import TYPED
from core.errors import UsageError
from core.i18n import _
from core.progress import Progress
from core.types import Column

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.rows import RowQuery
    from app.context import AppContext

KIND: Final = "edited"
Edits = Mapping[str, Mapping[str, Any]]
"""What was typed, by the row's number from 1 as text, then by the column's name."""


def edited_rows(base: str, form: str, field: str, version: int) -> str:
    """Return the name of rows with edits, for `grid`.

    Args:
        base: The name of the rows below.
        form: The form that has the edits, and
        field: the field of it.
        version: Changes whenever the edits do, so that the rows are asked for again.
    """
    named = base64.urlsafe_b64encode(json.dumps([base, form, field]).encode()).decode("ascii")
    return f"{KIND}:{named}@{version}"


def parts_of(rest: str) -> tuple[str, str, str]:
    """Return base, form and field of a name, without its kind.

    Raises:
        UsageError: no name looks like this.
    """
    try:
        base, form, field = json.loads(base64.urlsafe_b64decode(rest.partition("@")[0].encode("ascii")))
    except (ValueError, binascii.Error, TypeError) as error:
        raise UsageError(_("This is no source of rows.")) from error
    if not all(isinstance(one, str) for one in (base, form, field)):
        raise UsageError(_("This is no source of rows."))
    return base, form, field


class EditedSource(RowSource):
    """Rows with edits. They keep their order; a column with a text that is none of its values is shown as text."""

    def __init__(self, ctx: "AppContext", base: RowSource, form: str, field: str) -> None:
        self._base = base
        held = FormHistory(ctx.storage.database).standing(form, {}).data.get(field)
        rows = held if isinstance(held, dict) else {}
        self._edits: Edits = {row: cells for row, cells in rows.items() if isinstance(cells, dict)}
        self._texts = self._columns_of_text()

    @property
    def columns(self) -> Sequence[Column]:
        """The columns below; one that no longer holds values of its type is text."""
        return [replace(one, type="VARCHAR") if one.name in self._texts else one for one in self._base.columns]

    def block(self, query: "RowQuery", *, begin: bool, progress: Progress) -> Block | None:
        """Return some rows with their edits, and which cells are edited."""
        found = self._base.block(query, begin=begin, progress=progress)
        if found is None:
            return None
        numbers = found.table.column(0).to_pylist()
        edited = [
            (place, self._edits[str(number)]) for place, number in enumerate(numbers) if str(number) in self._edits
        ]
        table, marked = found.table, dict(found.marked)
        for index in range(1, table.num_columns):
            name = table.column_names[index]
            cells = {place: cell_text(edits[name]) for place, edits in edited if name in edits}
            if cells or name in self._texts:
                table = table.set_column(index, name, self._patched(table.column(index), cells, name))
            if cells:
                marked[name] = sorted({*marked.get(name, ()), *cells})
        return replace(found, table=table, marked=marked)

    def _patched(self, column: "pa.ChunkedArray", cells: Mapping[int, str | None], name: str) -> "pa.Array":
        import pyarrow as pa

        kind = column.type
        if name in self._texts:
            values = [None if one is None else str(one) for one in column.to_pylist()]
            kind = pa.string()
        else:
            values = column.to_pylist()
        for place, text in cells.items():
            values[place] = None if text is None else as_type(text, kind)
        return pa.array(values, kind)

    def _columns_of_text(self) -> frozenset[str]:
        """Return the columns with an edit that is no value of their type."""
        typed: dict[str, list[str]] = {}
        for cells in self._edits.values():
            for name, value in cells.items():
                text = cell_text(value)
                if text is not None:
                    typed.setdefault(name, []).append(text)
        found = set()
        for one in self._base.columns:
            kind = arrow_type(one.type)
            if any(not _fits(text, kind) for text in typed.get(one.name, ())):
                found.add(one.name)
        return frozenset(found)


def cell_text(value: object) -> str | None:
    """Return what an edit shows; nothing typed is no value."""
    if isinstance(value, dict) and TYPED in value:
        value = value[TYPED]
    text = "" if value is None else str(value)
    return text if text != "" else None


def _fits(text: str, kind: "pa.DataType | None") -> bool:
    try:
        return kind is not None and as_type(text, kind) is not None
    except (ValueError, TypeError, ArithmeticError):
        return False


def as_type(text: str, kind: "pa.DataType") -> Any:  # noqa: ANN401 - a value of that type
    """Return a text as a value of a type; raises what Arrow raises if it is none."""
    import pyarrow as pa

    return pa.scalar(text, pa.string()).cast(kind).as_py()


def arrow_type(sql: str) -> "pa.DataType | None":
    """Return the Arrow type of a simple SQL type; None where an edit always makes the column text."""
    import pyarrow as pa

    known = {
        "VARCHAR": pa.string(), "BIGINT": pa.int64(), "INTEGER": pa.int32(), "DOUBLE": pa.float64(),
        "BOOLEAN": pa.bool_(), "DATE": pa.date32(),
    }  # fmt: skip
    if sql.startswith("DECIMAL("):
        precision, scale = sql.removeprefix("DECIMAL(").removesuffix(")").split(",")
        return pa.decimal128(int(precision), int(scale))
    return known.get(sql)
