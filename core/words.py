"""Facts about a dataset as a person says them: counted things, the ledger as a sum, where a flag points.

Used by the pages and the command line, so that both say the same. Takes plain values; prints nothing.
"""

from collections.abc import Callable, Mapping
from typing import Final

from core.i18n import N_, _, ngettext, number, pgettext
from core.types import Ledger, LineAction

_ALWAYS: Final = ("loaded", "repaired", "rejected")
_PARTS: Final = (*_ALWAYS, "header", "preamble", "comment", "blank", "footer")

COUNTED: Final[Mapping[str, Callable[[int], str]]] = {
    "attempt": lambda n: ngettext("{count} attempt", "{count} attempts", n),
    "column": lambda n: ngettext("{count} column", "{count} columns", n),
    "dataset": lambda n: ngettext("{count} dataset", "{count} datasets", n),
    "different value": lambda n: ngettext("{count} different value", "{count} different values", n),
    "file": lambda n: ngettext("{count} file", "{count} files", n),
    "header row": lambda n: ngettext("{count} header row", "{count} header rows", n),
    "job": lambda n: ngettext("{count} job", "{count} jobs", n),
    "line": lambda n: ngettext("{count} line", "{count} lines", n),
    "other reading": lambda n: ngettext("{count} other reading", "{count} other readings", n),
    "record": lambda n: ngettext("{count} record", "{count} records", n),
    "row": lambda n: ngettext("{count} row", "{count} rows", n),
    "version": lambda n: ngettext("{count} version", "{count} versions", n),
}
"""What can be counted, by its English singular."""
_ACTIONS: Final[Mapping[str, str]] = {
    "loaded": N_("loaded"),
    LineAction.REPAIRED: N_("repaired"),
    LineAction.REJECTED: N_("rejected"),
    LineAction.HEADER: N_("header"),
    LineAction.PREAMBLE: N_("preamble"),
    LineAction.COMMENT: N_("comment"),
    LineAction.BLANK: N_("blank"),
    LineAction.FOOTER: N_("footer"),
    "escaped": N_("escaped"),
    "kept": N_("kept"),
    "kept_as_text": N_("kept as text"),
    "left_empty": N_("left empty"),
    "renamed": N_("renamed"),
    "rounded": N_("rounded"),
    "set_aside": N_("set aside"),
}
_STATES: Final[Mapping[str, str]] = {
    "queued": N_("queued"),
    "running": N_("running"),
    "retry": N_("tried again"),
    "done": N_("done"),
    "failed": N_("failed"),
    "cancelled": N_("cancelled"),
    "interrupted": N_("interrupted"),
    "dead": N_("given up"),
}


def counted(count: int, thing: str) -> str:
    """Return a number with its noun: `1 row`, `2,004 rows`.

    Args:
        count: How many.
        thing: One of `COUNTED`, in the singular.
    """
    return COUNTED[thing](count).format(count=number(count))


def done_word(action: str) -> str:
    """Return in one word what became of a line or a column: `repaired`, `kept as text`."""
    known = _ACTIONS.get(action)
    return _(known) if known else action.replace("_", " ")


def state_word(state: str) -> str:
    """Return the state of a job or a question as a word."""
    known = _STATES.get(state)
    return _(known) if known else state


def ledger_parts(ledger: Ledger) -> list[tuple[str, int]]:
    """Return the parts of the ledger that are shown: the three that matter always, the others if there are any."""
    values = [(name, int(getattr(ledger, name))) for name in _PARTS]
    return [(name, value) for name, value in values if value or name in _ALWAYS]


def ledger_line(ledger: Ledger) -> str:
    """Return the ledger as a sum: 2,004 lines = 1,998 loaded + 2 repaired + 0 rejected + 1 header."""
    parts = " + ".join(f"{number(value)} {done_word(name)}" for name, value in ledger_parts(ledger))
    return f"{counted(ledger.total, ledger.unit)} = {parts}"


def place_words(line: int | None, column: str | None, file: str | None = None) -> str:
    """Return where a flag points: `line 704, column 'Betrag'`; of several files, with the file before it."""
    parts = (
        file or "",
        "" if line is None else _("line {line}").format(line=number(line)),
        "" if column is None else _("column '{column}'").format(column=column),
    )
    return ", ".join(part for part in parts if part)


def yes_or_no(value: bool) -> str:
    """Return a truth value as a word."""
    return pgettext("answer", "yes") if value else pgettext("answer", "no")


_TYPES: Final = (
    ("DECIMAL", N_("decimal")), ("BIGINT", N_("whole number")), ("INTEGER", N_("whole number")),
    ("HUGEINT", N_("whole number")), ("DOUBLE", N_("number")), ("FLOAT", N_("number")),
    ("TIMESTAMP", N_("date and time")), ("DATE", N_("date")), ("TIME", N_("time")), ("BOOLEAN", N_("yes or no")),
    ("VARCHAR", N_("text")),
)  # fmt: skip


def type_word(sql_type: str) -> str:
    """Return what an analyst calls an SQL type; one that has no such name stays as it is."""
    return next((_(word) for name, word in _TYPES if sql_type.startswith(name)), sql_type.lower())
