"""The rows of a ledger: lines of a file that were not simply loaded, with what was done, why, and their text."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Final

from app.components.grid.source import Block, RowSource, numbered
from core.i18n import N_, _, pgettext, retold
from core.progress import Progress
from core.types import Column, LineAction, Manifest
from core.words import done_word

if TYPE_CHECKING:
    from analysis.rows import RowQuery
    from app.context import AppContext

ACTIONS: Final = tuple(action.value for action in LineAction)
TEXT_CHARACTERS: Final = 5_000
"""Of a longer line only the beginning is shown."""
_NAMES: Final = ("line", "done", "why", "text")
_OF_SET: Final = ("file", *_NAMES)
_WHY: Final = {
    "extra_field": N_("too many cells; none was dropped"),
    "short_record": N_("too few cells; the missing ones are empty"),
    "quote_repaired": N_("the quotes do not match; the likeliest cells were taken"),
    "unclosed_quote": N_("a quote is never closed; it was read as an ordinary character"),
    "missing_delimiter": N_("a delimiter is missing beside a quote; the cells were told apart"),
    "other_delimiter": N_("another delimiter stands between the cells"),
    "bad_bytes": N_("some bytes are not UTF-8; they were read as windows-1252"),
    "header": N_("the names of the columns"),
}  # fmt: skip


def ledger_rows(manifest: Manifest, *, only: str = "") -> str:
    """Return the name of a ledger's lines, for `grid`; `only` those with one of these actions, joined by "+"."""
    return f"ledger:{manifest.dataset_id}:{manifest.version}:{only}"


class LedgerSource(RowSource):
    """The lines of a dataset's source that were not simply loaded."""

    as_found: ClassVar[bool] = True

    def __init__(self, ctx: "AppContext", manifest: Manifest, only: str) -> None:
        self._ledgers, self._manifest = ctx.analysis.ledgers, manifest
        self._only = tuple(action for action in only.split("+") if action in ACTIONS)

    @property
    def columns(self) -> Sequence[Column]:
        """Line, what was done, why, and the line's text; before them the file, where there are several."""
        unit = pgettext("of a file", "Line") if self._manifest.ledger.unit == "line" else _("Record")
        titles = (unit, pgettext("to a line", "Done"), _("Why"), _("Raw text"))
        named = zip(titles, _NAMES, strict=True)
        if self._manifest.files:
            named = zip((_("File"), *titles), _OF_SET, strict=True)
        return [Column(title, name, "BIGINT" if name == "line" else "VARCHAR") for title, name in named]

    def block(self, query: "RowQuery", *, begin: bool, progress: Progress) -> Block | None:
        """Return some lines of the ledger, in the file's order."""
        import pyarrow as pa

        from analysis.ledgers import LedgerQuery

        del begin
        progress.report(0.0)
        page = self._ledgers.page(
            self._manifest, LedgerQuery(actions=self._only, offset=query.offset, limit=query.limit)
        )
        told = {
            "file": [one.file for one in page.entries],
            "line": [str(one.line) for one in page.entries],
            "done": [done_word(one.action) for one in page.entries],
            "why": [why(one.reason, one.messages) for one in page.entries],
            "text": [one.text[:TEXT_CHARACTERS] for one in page.entries],
        }
        titles = {column.name: told[column.source_name] for column in self.columns}
        names = list(query.columns or titles)
        table = pa.table({name: pa.array(titles[name], pa.string()) for name in names})
        return Block(numbered(table, query.offset), page.total, page.total)


def why(reason: str, messages: Sequence[str] = ()) -> str:
    """Return why something was done to a line: what its flags say, or the reason's codes in words."""
    if messages:
        return " ".join(map(retold, messages))
    return "; ".join(_(_WHY[code]) if code in _WHY else retold(code) for code in reason.split(", "))
