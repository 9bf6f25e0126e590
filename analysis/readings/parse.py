"""The exact parser: every line of a delimited text becomes a record, or is accounted for.

Used for small files, for whatever the engine's own reader refuses, and for `data read`. Takes lines in batches,
gives records of one width in batches, and tells the ledger about every line that was not simply loaded. Decides
nothing about types.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from analysis.readings.asked import Asked, misfits
from analysis.readings.dialect import Dialect, Outcome
from analysis.readings.events import KEPT, LedgerBook, Note
from analysis.readings.fixed import crosses
from analysis.readings.footers import is_footer, is_total, worth_a_look
from analysis.readings.lines import Lines
from analysis.readings.misfits import MISSING, Misfits
from analysis.readings.repair import Mended, mend
from analysis.readings.shapes import RecordLook
from analysis.readings.structure import grouped_names, has_nested_groups, is_remark
from core.i18n import N_
from core.types import LineAction

MAX_OPEN_LINES = 20_000
MAX_OPEN_CHARS = 64 << 20
"""A quoted cell that is longer was not meant to be one."""
MAX_MORE_LINES = 5
"""How far a record with broken quotes is followed."""
MAX_MORE_PRICE = 2.0
MAX_FOOTER = 12
"""More lines than this at the end of a file are no footer."""
FOOTER_WIDTH = 3
"""In a narrower table a line with one cell is a short record rather than a footer."""

_REMARK = Note(
    "comment", N_("This line has as many cells as a record, but looks like a comment; it was not loaded.")
)
TOTAL = Note("total", N_("This record looks like a total of others; it was loaded."))
REPEATED = Note("repeated_header", N_("This record repeats the header; it was loaded."))
_CROSSES = Note("crosses_border", N_("Text of this line runs over the border of two columns; it was cut there."))
_UNCLOSED = Note(
    "unclosed_quote", N_("A quote opens a cell that is never closed; it was read as an ordinary character.")
)

_CORRECTED = Note("corrected", N_("This line was set right by hand."))
_LEFT_OUT = Note("left_out", N_("This line was left out by hand."))


@dataclass(frozen=True, slots=True)
class Plan:
    """What the parser must know.

    Attributes:
        dialect: How cells are marked.
        width: Cells per record.
        first_line: Line of the header, or of the first record.
        header_rows: Records that are header.
        comment: A line that begins with it and is no record is a comment.
        look: How records look, if known; places surplus cells.
        borders: Places between columns of fixed width that text does not run over.
        asked: Columns whose type a person chose.
    """

    dialect: Dialect
    width: int
    first_line: int = 1
    header_rows: int = 0
    comment: str | None = None
    look: RecordLook | None = None
    borders: tuple[int, ...] = ()
    asked: tuple[Asked, ...] = ()


Heard: TypeAlias = Callable[[int, int, list[str]], None]
"""Hears of each record: its first line, how many lines it spans, its cells; header comes first."""


class Parser:
    """Turns lines into records; `header` holds the header's records once they were read; `lines` and `rows`
    count what was read and given; `taken_lines` are the first lines of the records that were given last.

    Give it all batches by `push`, in order, then call `finish` once. `heard` is told of each record, in order of
    the lines.
    """

    def __init__(self, plan: Plan, book: LedgerBook, heard: Heard | None = None) -> None:
        self.plan, self.book, self._heard = plan, book, heard
        self._misfits = Misfits(plan.dialect, plan.width, plan.look)
        self.header: list[list[str]] = []
        self.lines = self.rows = 0
        self.finished = False
        self._open: Lines | None = None
        self._held: list[tuple[int, list[str], bytes]] = []
        self._after_blank = False
        self._out: list[list[str]] = []
        self._out_lines: list[int] = []
        self.taken_lines: list[int] = []
        self._batch = Lines(1, [], [], "utf-8")
        self._final = False

    @property
    def settled(self) -> bool:
        """Whether it stands between two records, and nothing before bears on what comes."""
        return self._open is None and not self._held and not self._after_blank

    def push(self, batch: Lines) -> list[list[str]]:
        """Return the records that end in this batch."""
        self.lines += len(batch.texts)
        self._batch = self._open.joined(batch) if self._open else batch
        self._open = None
        return self._run()

    def finish(self) -> list[list[str]]:
        """Return the last records; what is still open is closed."""
        self.finished = self._final = True
        self._batch, self._open = self._open or Lines(self.lines + 1, [], [], "utf-8"), None
        records = self._run()
        for line, _, raw in self._held:
            self.book.put(line, LineAction.FOOTER, N_("set aside after the last record"), raw)
            self.book.flag(
                Note("footer", N_("This line after the last record was not loaded.")), "set_aside", line
            )
        self._held.clear()
        return records

    # ---- one batch ----------------------------------------------------------------------------------------

    def _run(self) -> list[list[str]]:
        plan, batch = self.plan, self._batch
        simple = not (batch.special or plan.comment or plan.dialect.escape or plan.asked)
        at = 0
        while at < len(batch.texts):
            if simple and not self._held and len(self.header) >= plan.header_rows:
                at = self._plain_records(at)
                if at == len(batch.texts):
                    break
            used = self._line(at)
            if used == 0:
                self._open = batch.tail(at)
                break
            at += used
        return self._taken()

    def _plain_records(self, at: int) -> int:
        """Take records without quotes from here on; return the index of the first line that is something else."""
        plan, texts = self.plan, self._batch.texts
        if self._batch.first + at < plan.first_line or plan.dialect.widths:
            return at
        width, delimiter, quote = plan.width, plan.dialect.delimiter, plan.dialect.quote or "\n"
        split = None if plan.dialect.is_bare else plan.dialect.split_plain
        out, heard = self._out, self._heard
        header = self.header[-1] if self.header else None
        end = at
        for end in range(at, len(texts)):
            text = texts[end]
            if quote in text or not text or (width > 1 and not text.strip(" \t") and not delimiter.isspace()):
                break
            cells = split(text) if split else text.split(delimiter)
            if len(cells) != width or cells == header or worth_a_look(text, cells):
                break
            out.append(cells)
            if heard is not None:
                heard(self._batch.first + end, 1, cells)
        else:
            end = len(texts)
        self.book.loaded(end - at)
        self._out_lines.extend(range(self._batch.first + at, self._batch.first + end))
        return end

    def _taken(self) -> list[list[str]]:
        out, self._out = self._out, []
        self.taken_lines, self._out_lines = self._out_lines, []
        self.rows += len(out)
        return out

    def _line(self, at: int) -> int:
        """Deal with the line at this index in any state; return how many lines that used, 0 if more are needed."""
        text, number = self._batch.texts[at], self._batch.first + at
        if number < self.plan.first_line:
            return self._before_table(at, text, number)
        if not text.strip(" \t") and not (text and self._is_record_of_blanks(text)):
            return self._aside(at, LineAction.BLANK, N_("empty line"))
        if self.plan.comment and text.startswith(self.plan.comment):
            if not self._is_record(text):
                return self._aside(at, LineAction.COMMENT, N_("comment"))
            if is_remark(text, self.plan.comment):
                self.book.flag(_REMARK, "set_aside", number)
                return self._aside(at, LineAction.COMMENT, N_("comment"))
        return self._record(at)

    def _before_table(self, at: int, text: str, number: int) -> int:
        if not text.strip():
            return self._aside(at, LineAction.BLANK, N_("empty line"))
        if self.plan.comment and text.startswith(self.plan.comment):
            return self._aside(at, LineAction.COMMENT, "comment")
        self.book.flag(Note("preamble", N_("This line before the table was not loaded.")), "set_aside", number)
        return self._aside(at, LineAction.PREAMBLE, N_("before the table"))

    def _aside(self, at: int, action: LineAction, reason: str) -> int:
        self._after_blank = action is LineAction.BLANK
        number = self._batch.first + at
        if at in self._batch.corrected and action is LineAction.BLANK:
            action, reason = LineAction.REJECTED, _LEFT_OUT.code
            self.book.flag(_LEFT_OUT, action.value, number)
        self.book.put(number, action, reason, self._batch.raw(at))
        return 1

    def _is_record_of_blanks(self, text: str) -> bool:
        """Tell whether a text of nothing but blanks is a record: its delimiter is a blank, or it is one cell."""
        plan = self.plan
        if plan.width == 1 or plan.dialect.widths:
            return plan.width == 1
        return plan.dialect.delimiter.isspace() and self._is_record(text)

    def _is_record(self, text: str) -> bool:
        split = self.plan.dialect.split(text)
        return split.outcome is Outcome.GOOD and len(split.cells) == self.plan.width

    # ---- one record ---------------------------------------------------------------------------------------

    def _record(self, at: int) -> int:
        """Read the record that begins at this line."""
        dialect, texts = self.plan.dialect, self._batch.texts
        if dialect.widths:
            return self._fixed_record(at)
        split, used = dialect.split(texts[at]), 1
        if split.outcome is Outcome.OPEN:
            used = self._reach(at)
            if used == 0:
                return 0
            split = dialect.split(self._text(at, used))
        notes: list[Note] = []
        cells = split.cells
        if split.outcome is not Outcome.GOOD or (
            len(cells) != self.plan.width and dialect.quote and dialect.quote in texts[at]
        ):
            cells, used = self._mended(at, used, split.outcome, cells, notes)
        elif len(cells) < self.plan.width or split.stray:
            cells, used = self._apart(at, used, cells, notes)
        if split.stray and not notes:
            notes.append(
                Note("stray_quote", N_("A quote stands within a cell without quotes; it was kept as it is."))
            )
        self._take(at, used, cells, notes)
        return used

    def _fixed_record(self, at: int) -> int:
        """Read a line in columns of fixed width; blanks at its end may be missing, text may not."""
        text, dialect, look = self._batch.texts[at], self.plan.dialect, self.plan.look
        cells = dialect.split_plain(text)
        notes = [_CROSSES] if any(crosses(text, start) for start in self.plan.borders) else []
        missing = look.columns[len(cells) :] if look is not None else []
        if len(cells) > 1 and all(column.empty for column in missing):
            cells += [""] * (self.plan.width - len(cells))
        self._take(at, 1, cells, notes)
        return 1

    def _reach(self, at: int) -> int:
        """Return how many lines the record open at this line spans; 0 if lines to come may belong to it.

        A record that is never closed spans one line.
        """
        dialect, texts = self.plan.dialect, self._batch.texts
        guarded = dialect.ends_escaped(texts[at])
        quoted = not guarded
        chars, used = len(texts[at]), 1
        while at + used < len(texts):
            text = texts[at + used]
            chars += len(text)
            used += 1
            quoted ^= dialect.quotes_in(text) % 2 == 1
            guarded = dialect.ends_escaped(text)
            if not quoted and not guarded and dialect.split(self._text(at, used)).outcome is not Outcome.OPEN:
                return used
            if used > MAX_OPEN_LINES or chars > MAX_OPEN_CHARS:
                return 1
        return 1 if self._final else 0

    def _text(self, at: int, used: int) -> str:
        texts, ends = self._batch.texts, self._batch.ends
        parts = [texts[i] + ends[i] for i in range(at, at + used - 1)]
        return "".join([*parts, texts[at + used - 1]])

    def _mended(
        self, at: int, used: int, outcome: Outcome, cells: list[str], notes: list[Note]
    ) -> tuple[list[str], int]:
        """Return the likeliest cells of a record the strict rules do not fit, and how many lines it spans."""
        dialect, width = self.plan.dialect, self.plan.width
        alone = mend(self._batch.texts[at], width, dialect)
        if outcome is Outcome.GOOD and (len(alone.cells) != width or (used == 1 and alone.price > 1)):
            return self._apart(at, used, cells, notes)
        best, lines = alone, 1
        if len(alone.cells) != width:
            best, lines = self._mended_with_next(at, used, alone)
        if best.price or outcome is Outcome.BROKEN:
            notes.append(
                Note(
                    "quote_repaired", N_("The quotes of this record do not match; the likeliest cells were taken.")
                )
            )
        elif outcome is Outcome.OPEN:
            notes.append(_UNCLOSED)
        return best.cells, lines

    def _apart(self, at: int, used: int, cells: list[str], notes: list[Note]) -> tuple[list[str], int]:
        """Return the cells of a well-formed record, with a border where a delimiter is missing."""
        found = self._misfits.apart(self._text(at, used), cells)
        if found is None:
            return cells, used
        notes.append(MISSING)
        return found, used

    def _mended_with_next(self, at: int, used: int, alone: Mended) -> tuple[Mended, int]:
        """Return the cells of a broken record that goes on in the next lines, if that gives the right width."""
        quote = self.plan.dialect.quote or ""
        limit = min(max(used, 1) + MAX_MORE_LINES, len(self._batch.texts) - at)
        for lines in range(2, limit + 1):
            if quote not in self._batch.texts[at + lines - 1]:
                continue
            together = mend(self._text(at, lines), self.plan.width, self.plan.dialect)
            if len(together.cells) == self.plan.width and together.price <= MAX_MORE_PRICE:
                return together, lines
        return alone, 1

    def _take(self, at: int, used: int, cells: list[str], notes: list[Note]) -> None:
        """Bring a record to its width, and put it where it belongs with all there is to tell."""
        number, width = self._batch.first + at, self.plan.width
        is_header = len(self.header) < self.plan.header_rows
        if len(cells) != width:
            other = None if is_header else self._misfits.by_other_delimiter(self._text(at, used))
            if other is not None:
                cells, note = other
                notes.append(note)
            elif self._may_be_footer(cells, used, is_header):
                self._hold(at, cells)
                return
            else:
                cells = self._to_width(cells, notes, is_header)
        elif used == 1 and not notes and not is_header and self._ends_table(cells):
            self._hold(at, cells)
            return
        self._release()
        self._after_blank = False
        self._note_bytes(at, used, notes)
        if is_header:
            self.header.append(cells)
        else:
            notes += misfits(self.plan.asked, cells)
            if self.header and repeats_header(cells, self.header[-1]):
                self.book.flag(REPEATED, KEPT, number)
            self._out.append(cells)
            self._out_lines.append(number)
        if self._heard is not None:
            self._heard(number, used, cells)
        self._account(at, used, notes, is_header)

    def _to_width(self, cells: list[str], notes: list[Note], is_header: bool) -> list[str]:
        width = self.plan.width
        what = N_("header") if is_header else N_("record")
        if len(cells) < width:
            code = "short_header" if is_header else "short_record"
            notes.append(
                Note(
                    code,
                    N_("This {what} has {count} of {width} cells; the others are empty.").format(
                        what=what, count=len(cells), width=width
                    ),
                )
            )
            return [*cells, *[""] * (width - len(cells))]
        code = "long_header" if is_header else "extra_field"
        notes.append(
            Note(
                code,
                N_("This {what} has {count} cells instead of {width}; none was dropped.").format(
                    what=what, count=len(cells), width=width
                ),
            )
        )
        if is_header:
            return _narrow_header(cells, width, self.plan.dialect.delimiter)
        look = self.plan.look or RecordLook([], width)
        return look.narrow(cells, self.plan.dialect.delimiter)

    # ---- lines that may turn out to be a footer -----------------------------------------------------------

    def _may_be_footer(self, cells: list[str], used: int, is_header: bool) -> bool:
        """Tell whether a short record may be a line below the table: one cell, or few after a gap."""
        width = self.plan.width
        if is_header or used > 1 or width < FOOTER_WIDTH:
            return False
        apart = self._after_blank or bool(self._held)
        apart = apart or bool(self.plan.dialect.widths)
        return len(cells) == 1 or (apart and len(cells) <= width // 2)

    def _ends_table(self, cells: list[str]) -> bool:
        """Tell whether a record of full width may be a total or a note below the table."""
        return self.plan.look is not None and is_footer(cells, self.plan.look)

    def _hold(self, at: int, cells: list[str]) -> None:
        self._held.append((self._batch.first + at, cells, self._batch.raw(at)))
        if len(self._held) > MAX_FOOTER:
            self._release()

    def _release(self) -> None:
        """Records came after these lines, so they were records too."""
        for number, cells, raw in self._held:
            notes: list[Note] = []
            whole = cells if len(cells) == self.plan.width else self._to_width(cells, notes, is_header=False)
            notes += misfits(self.plan.asked, whole)
            self._out.append(whole)
            self._out_lines.append(number)
            if self._heard is not None:
                self._heard(number, 1, whole)
            if notes:
                self.book.flag(notes[0], LineAction.REPAIRED.value, number)
                self.book.put(number, LineAction.REPAIRED, notes[0].code, raw)
                continue
            self.book.loaded(1)
            if self.plan.look is not None and is_total(whole, self.plan.look):
                self.book.flag(TOTAL, KEPT, number)
        self._held.clear()

    # ---- accounts -----------------------------------------------------------------------------------------

    def _note_bytes(self, at: int, used: int, notes: list[Note]) -> None:
        """Tell about lines set right by hand, and about bytes a text should not hold."""
        batch = self._batch
        if any(i in batch.corrected for i in range(at, at + used)):
            notes.append(_CORRECTED)
        if any(i in batch.damaged for i in range(at, at + used)):
            notes.append(Note("bad_bytes", N_("Some bytes are not UTF-8; they were read as windows-1252.")))
        if any("\0" in batch.texts[i] for i in range(at, at + used)):
            notes.append(Note("control_character", N_("A cell holds a NUL character; it was kept.")))
        quote = self.plan.dialect.quote
        unquoted = used == 1 and not (quote and quote in batch.texts[at])
        if batch.odd and unquoted and any(half in batch.texts[at] for half in "\r\n"):
            notes.append(
                Note("stray_line_end", N_("A cell holds half a line end outside of quotes; it was kept."))
            )

    def _account(self, at: int, used: int, notes: list[Note], is_header: bool) -> None:
        changed = [note for note in notes if note.code not in _KEPT_CODES]
        for note in notes:
            action = LineAction.REPAIRED.value if note in changed else KEPT
            self.book.flag(note, action, self._batch.first + at)
        if not is_header and not changed:
            self.book.loaded(used)
            return
        action = LineAction.HEADER if is_header else LineAction.REPAIRED
        reason = ", ".join(note.code for note in changed) or "header"
        for i in range(at, at + used):
            self.book.put(self._batch.first + i, action, reason, self._batch.raw(i))


_KEPT_CODES = frozenset({"stray_quote", "control_character", "stray_line_end"})
"""Notes about lines whose cells are exactly as in the file."""


def repeats_header(cells: Sequence[str], header: Sequence[str]) -> bool:
    """Tell whether a record is the header once more, and neither too narrow nor too odd to be sure of it."""
    if len(cells) < FOOTER_WIDTH or list(cells) != list(header):
        return False
    return all(cells) and len(set(cells)) == len(cells) and not any(c[0].isdigit() for c in cells)


def _narrow_header(cells: list[str], width: int, delimiter: str) -> list[str]:
    filled = [cell for cell in cells if cell.strip()]
    if len(filled) <= width:
        while len(cells) > width:
            empty = next(i for i in range(len(cells) - 1, -1, -1) if not cells[i].strip())
            cells = [*cells[:empty], *cells[empty + 1 :]]
        return cells
    return [*cells[: width - 1], delimiter.join(cells[width - 1 :])]


def header_names(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Return what the header says of each column: the cells of its rows, joined by spaces.

    Where all rows but the last name groups of columns, each of their names goes with all columns of its group.
    """
    if not rows:
        return [""] * width
    if len(rows) > 1 and has_nested_groups(rows):
        return [*grouped_names(rows), *[""] * width][:width]
    names = []
    for i in range(width):
        parts = [row[i] for row in rows if i < len(row) and row[i].strip()]
        names.append(" ".join(parts) if len(rows) > 1 else rows[0][i] if i < len(rows[0]) else "")
    return names
