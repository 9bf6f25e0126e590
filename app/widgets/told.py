"""Flags and ledger lines as one table: where, what was done, why, and the raw text."""

from typing import TYPE_CHECKING, Final

from app.catalogue import ledger_lines
from app.widgets.words import done_word
from core.i18n import _, pgettext, retold
from core.types import Flag, LineAction, Manifest

if TYPE_CHECKING:
    import pyarrow as pa

    from app.context import AppContext

TOLD_ACTIONS: Final = (LineAction.REPAIRED.value, LineAction.REJECTED.value)
_RAW_SHOWN: Final = 2_000
"""Longer raw lines are cut on the screen; the ledger keeps them whole."""


def told_table(ctx: "AppContext", manifest: Manifest) -> "pa.Table":
    """Return one row per flag, and per repaired or rejected line that no flag names, in order of the lines."""
    import pyarrow as pa

    flagged = {flag.line for flag in manifest.flags if flag.line is not None}
    kept = ledger_lines(ctx, manifest.name, actions=TOLD_ACTIONS, lines=flagged).to_pylist()
    raw = {line["line"]: _text(line["raw"], manifest.reading.encoding) for line in kept}
    silent = [Flag("", line["action"], line["reason"], line=line["line"]) for line in kept]
    told = [*manifest.flags, *(flag for flag in silent if flag.line not in flagged)]
    told.sort(key=lambda flag: (flag.line is None, flag.line or 0))
    text = pa.string()
    columns = {
        pgettext("of a file", "Line"): pa.array([flag.line for flag in told], pa.int64()),
        _("Column"): pa.array([flag.column for flag in told], text),
        pgettext("to a line", "Done"): pa.array([done_word(flag.action) for flag in told], text),
        _("Why"): pa.array([retold(flag.message) for flag in told], text),
        _("Raw text"): pa.array([raw.get(flag.line) for flag in told], text),
    }
    return pa.table({name: cells for name, cells in columns.items() if cells.null_count < len(told) or not told})


def _text(raw: bytes | str | None, encoding: str | None) -> str | None:
    if raw is None or isinstance(raw, str):
        return raw
    try:
        text = raw.decode(encoding or "utf-8", errors="replace")
    except LookupError:
        text = raw.decode("utf-8", errors="replace")
    text = text.rstrip("\r\n")
    return text if len(text) <= _RAW_SHOWN else text[:_RAW_SHOWN] + "…"
