"""The rows of a ledger: lines of a file that were not simply loaded, with what was done, why, and their text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from app.components.grid.source import Block, Can, RowSource, numbered
from core.i18n import N_, _, pgettext, retold
from core.progress import Progress
from core.types import Column, LineAction, Manifest
from core.words import done_word
from storage.duck import duck_errors, quote_literal

if TYPE_CHECKING:
    from analysis.rows import RowQuery
    from app.context import AppContext

ALL: Final = "all"
ACTIONS: Final = tuple(action.value for action in LineAction)
TEXT_CHARACTERS: Final = 5_000
"""Of a longer line only the beginning is shown."""
_NAMES: Final = ("line", "done", "why", "text")
_WHY: Final = {
    "extra_field": N_("too many cells; none was dropped"),
    "short_record": N_("too few cells; the missing ones are empty"),
    "quote_repaired": N_("the quotes do not match; the likeliest cells were taken"),
    "unclosed_quote": N_("a quote is never closed; it was read as an ordinary character"),
    "missing_delimiter": N_("a delimiter is missing beside a quote; the cells were told apart"),
    "other_delimiter": N_("another delimiter stands between the cells"),
    "bad_bytes": N_("some bytes are no UTF-8; they were read as windows-1252"),
    "header": N_("the names of the columns"),
}  # fmt: skip


def ledger_rows(manifest: Manifest, *, only: str = "") -> str:
    """Return the name of a ledger's lines, for `grid`; `only` those with one of these actions, joined by "+"."""
    return f"ledger:{manifest.dataset_id}:{manifest.version}:{only}"


class LedgerSource(RowSource):
    """The lines of a dataset's source that were not simply loaded."""

    can: ClassVar[tuple[Can, ...]] = ()
    as_found: ClassVar[bool] = True

    def __init__(self, ctx: "AppContext", manifest: Manifest, only: str) -> None:
        self._duck, self._manifest = ctx.storage.duck, manifest
        self._file = ctx.storage.datasets.ledger_file(manifest.dataset_id, manifest.version)
        self._only = [action for action in only.split("+") if action in ACTIONS]

    @property
    def columns(self) -> Sequence[Column]:
        """Line, what was done, why, and the line's text."""
        unit = pgettext("of a file", "Line") if self._manifest.ledger.unit == "line" else _("Record")
        titles = (unit, pgettext("to a line", "Done"), _("Why"), _("Raw text"))
        return [
            Column(title, name, "BIGINT" if name == "line" else "VARCHAR")
            for title, name in zip(titles, _NAMES, strict=True)
        ]

    def block(self, query: "RowQuery", *, begin: bool, progress: Progress) -> Block | None:
        """Return some lines of the ledger, in the file's order."""
        import pyarrow as pa

        del begin
        wanted = ", ".join(map(quote_literal, self._only))
        where = f" where action in ({wanted})" if self._only else ""
        source = f"from read_parquet({quote_literal(str(self._file))}){where}"
        with (
            self._duck.trusted() as connection,
            progress.interruptible(connection.interrupt),
            duck_errors(_("Reading the ledger")),
        ):
            count = connection.execute(f"select count(*) {source}").fetchone()
            lines = connection.execute(
                f"select line, action, reason, raw {source} limit {int(query.limit)} offset {int(query.offset)}"
            ).fetchall()
        flags = {flag.line: flag.message for flag in self._manifest.flags if flag.line is not None}
        encoding = self._manifest.reading.encoding
        told = {
            "line": [str(line) for line, *_rest in lines],
            "done": [done_word(action) for _line, action, *_rest in lines],
            "why": [why(reason, flags.get(line)) for line, _action, reason, _raw in lines],
            "text": [decoded(raw, encoding)[:TEXT_CHARACTERS] for *_rest, raw in lines],
        }
        titles = {column.name: told[column.source_name] for column in self.columns}
        names = list(query.columns or titles)
        table = pa.table({name: pa.array(titles[name], pa.string()) for name in names})
        total = int(count[0]) if count else 0
        return Block(numbered(table, query.offset), total, total)


def why(reason: str, message: str | None) -> str:
    """Return why something was done to a line: what its flag says, or the reason's code in words."""
    if message:
        return retold(message)
    known = [_(_WHY[code]) if code in _WHY else retold(code) for code in reason.split(", ")]
    return "; ".join(known)


def decoded(raw: bytes, encoding: str | None) -> str:
    """Return a line's text; bytes without a meaning stay visible as signs of their own."""
    try:
        return raw.decode(encoding or "utf-8", errors="replace")
    except LookupError:
        return raw.decode("utf-8", errors="replace")
