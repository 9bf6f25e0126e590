"""The reading in words, each word a control: a change is tried at once on the file that is open."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.boundary import escaped
from app.features.datasets import texts
from app.features.datasets.options import choose_reading
from app.features.datasets.rules import ENCODING, ENCODINGS, LINE, WIDTHS, encoding_name, widths_of
from app.features.datasets.state import OpenFile
from app.router import redraw_view
from app.widgets import field_key, s_multiselect, s_number, s_select, s_text
from core.i18n import _, retold
from core.rules import Rule
from core.types import FileFormat, Reading

if TYPE_CHECKING:
    from analysis.readings import Candidate
    from app.context import AppContext

VIEW: Final = "import"
_DELIMITERS: Final = (",", ";", "\t", "|", ":", " ", "^", "~")
_QUOTES: Final = ('"', "'", "")
_ESCAPES: Final = ("", "\\")
_COMMENTS: Final = ("", "#", "//", "--", "%", ";")
_DECIMALS: Final = (".", ",")
_THOUSANDS: Final = ("", ".", ",", " ", "'", "\u00a0")
_NULLS: Final = ("NULL", "null", "NA", "N/A", "n/a", "#N/A", "nan", "None", "-", "?")
_DATES: Final = ("", "dmy", "mdy")
_HEADER_ROWS: Final = tuple(range(7))


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a reading and the choice behind it.

    Attributes:
        field: Of the reading.
        word: What is shown.
        label: What is chosen.
        options: What can be; empty for a text that is typed.
        told: An option as people call it.
        more: Whether anything else may be typed.
        several: Whether several may be chosen.
        quiet: Whether it says that there is nothing; such words stand behind one control.
        rule: What it must be, where anything may be typed.
        read: Makes the reading's value of what was chosen or typed.
    """

    field: str
    word: str
    label: str
    options: Sequence[Any] = ()
    told: Callable[[Any], str] = texts.sign_word
    more: bool = False
    several: bool = False
    quiet: bool = False
    rule: Rule[Any] | None = None
    read: Callable[[Any], Any] = lambda chosen: chosen


def words_of(reading: Reading) -> list[Word]:
    """Return the words of a reading of delimited text, most important first."""
    return [*_of_cells(reading), *_of_lines(reading), *_of_values(reading)]


def _of_cells(reading: Reading) -> list[Word]:
    quoted = _("quoted by {quote}").format(quote=reading.quote) if reading.quote else _("no quotes")
    escaped_by = _("escaped by {sign}").format(sign=reading.escape) if reading.escape else _("no escape sign")
    return [
        Word("encoding", texts.encoding_word(reading.encoding or "utf-8"), texts.ENCODING, ENCODINGS,
             texts.encoding_word, more=True, rule=ENCODING, read=encoding_name),
        *_of_widths(reading),
        Word("delimiter", texts.sign_word(reading.delimiter), texts.DELIMITER, _DELIMITERS, more=True,
             quiet=bool(reading.widths)),
        Word("quote", quoted, texts.QUOTE, _QUOTES, quiet=bool(reading.widths)),
        Word("escape", escaped_by, texts.ESCAPE, _ESCAPES, quiet=not reading.escape),
    ]  # fmt: skip


def _of_widths(reading: Reading) -> list[Word]:
    told = _("columns of fixed width")
    return [Word("widths", told, texts.WIDTHS, rule=WIDTHS, read=widths_of)] if reading.widths else []


def _of_lines(reading: Reading) -> list[Word]:
    comment = _("comments begin with {sign}").format(sign=reading.comment) if reading.comment else _("no comments")
    return [
        Word("header_rows", texts.header_word(reading.header_rows, reading.first_line), texts.HEADER_ROWS,
             _HEADER_ROWS, str),
        Word("first_line", texts.before_word(reading.first_line), texts.FIRST_LINE, quiet=reading.first_line <= 1,
             rule=LINE),
        Word("comment", comment, texts.COMMENT, _COMMENTS, more=True, quiet=not reading.comment),
    ]  # fmt: skip


def _of_values(reading: Reading) -> list[Word]:
    thousands = _("thousands: {sign}").format(sign=texts.sign_word(reading.thousands))
    return [
        Word("decimal", texts.decimal_word(reading.decimal), texts.DECIMAL, _DECIMALS,
             quiet=reading.decimal != ","),
        Word("thousands", thousands, texts.THOUSANDS, _THOUSANDS, quiet=not reading.thousands),
        Word("date_order", texts.date_word(reading.date_order), texts.DATES, _DATES, texts.date_word,
             quiet=not reading.date_order),
        Word("null_words", texts.nulls_word(reading.null_words), texts.NULLS, _NULLS, str, more=True,
             several=True, quiet=not any(reading.null_words), read=lambda chosen: ("", *chosen)),
    ]  # fmt: skip


def draw_words(ctx: "AppContext", file: OpenFile, candidate: "Candidate") -> None:
    """Draw a reading in words; of delimited text each word can be changed."""
    reading = candidate.reading
    if reading.format is not FileFormat.DELIMITED:
        st.markdown(f"**{escaped(retold(candidate.why))}**", width="content")
        return
    words = words_of(reading)
    with st.container(key="import_words", horizontal=True, gap=None):
        for word in words:
            if not word.quiet:
                with st.popover(escaped(word.word), key=field_key(VIEW, "word", f"{word.field}_{_turn(file)}")):
                    _draw_choice(ctx, file, reading, word)
        with st.popover(_(texts.MORE), key=field_key(VIEW, "word", f"more_{_turn(file)}")):
            for word in words:
                if word.quiet:
                    _draw_choice(ctx, file, reading, word)


def _turn(file: OpenFile) -> str:
    """Return what is another one for each reading that is shown, so that its controls begin with its values."""
    return f"{file.id.lower()}_{file.chosen}_{file.tries}"


def _draw_choice(ctx: "AppContext", file: OpenFile, reading: Reading, word: Word) -> None:
    now = getattr(reading, word.field)
    now = "" if now is None else now
    turn, label = _turn(file), _(word.label)

    def changed(given: Any) -> None:  # noqa: ANN401 - whatever the widget gives
        _change(ctx, file, reading, word, given)

    if word.several:
        chosen = [one for one in now if one]
        s_multiselect(
            ctx, VIEW, word.field, instance=turn, label=label, options=[*dict.fromkeys([*word.options, *chosen])],
            shows=chosen, more=word.more, on_change=changed,
        )  # fmt: skip
    elif word.options:
        options = list(dict.fromkeys([*word.options, *([] if now in word.options else [now])]))
        s_select(
            ctx, VIEW, word.field, instance=turn, label=label, options=options, naming=word.told, shows=now,
            more=word.more, rule=word.rule, on_change=changed,
        )  # fmt: skip
    elif word.rule is LINE:
        s_number(ctx, VIEW, word.field, instance=turn, label=label, rule=LINE, shows=now, on_change=changed)
    else:
        s_text(
            ctx, VIEW, word.field, instance=turn, label=label, rule=word.rule, shows=", ".join(map(str, now)),
            on_change=changed,
        )  # fmt: skip


def _change(ctx: "AppContext", file: OpenFile, reading: Reading, word: Word, given: Any) -> None:  # noqa: ANN401
    chosen = word.read(given)
    chosen = None if chosen == "" else chosen
    if chosen == getattr(reading, word.field):
        return
    changes: dict[str, Any] = {word.field: chosen, "column_types": ()}
    if word.field in ("delimiter", "quote"):
        changes["widths"] = None  # cells are told apart by signs from now on
    choose_reading(ctx, file, replace(reading, **changes), word.label)
    redraw_view(VIEW)
