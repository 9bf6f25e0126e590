"""The reading in words, each word a control: a change is tried at once on the file that is open."""

import codecs
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.boundary import escaped
from app.features.datasets import actions, texts
from app.features.datasets.remembered import remember
from app.features.datasets.state import OpenFile
from app.router import redraw_view
from app.session import value
from app.widgets import field_key, s_multiselect, s_select, s_text
from core.errors import UsageError
from core.i18n import _, retold
from core.types import FileFormat, Reading

if TYPE_CHECKING:
    from analysis.readings import Candidate
    from app.context import AppContext

VIEW: Final = "import"
_ENCODINGS: Final = (
    "utf-8", "windows-1252", "iso8859-15", "cp1250", "cp1251", "cp437", "cp850", "utf-16-le", "utf-16-be",
    "shift_jis", "gb18030", "big5", "koi8-r",
)  # fmt: skip
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
    read: Callable[[Any], Any] = lambda chosen: chosen


def words_of(reading: Reading) -> list[Word]:
    """Return the words of a reading of delimited text, most important first."""
    return [*_of_cells(reading), *_of_lines(reading), *_of_values(reading)]


def _of_cells(reading: Reading) -> list[Word]:
    quoted = _("quoted by {quote}").format(quote=reading.quote) if reading.quote else _("no quotes")
    escaped_by = _("escaped by {sign}").format(sign=reading.escape) if reading.escape else _("no escape sign")
    return [
        Word("encoding", texts.encoding_word(reading.encoding or "utf-8"), texts.ENCODING, _ENCODINGS,
             texts.encoding_word, more=True, read=_encoding),
        *([Word("widths", _("columns of fixed width"), texts.WIDTHS, read=_widths)] if reading.widths else []),
        Word("delimiter", texts.sign_word(reading.delimiter), texts.DELIMITER, _DELIMITERS, more=True,
             quiet=bool(reading.widths)),
        Word("quote", quoted, texts.QUOTE, _QUOTES, quiet=bool(reading.widths)),
        Word("escape", escaped_by, texts.ESCAPE, _ESCAPES, quiet=not reading.escape),
    ]  # fmt: skip


def _of_lines(reading: Reading) -> list[Word]:
    comment = _("comments begin with {sign}").format(sign=reading.comment) if reading.comment else _("no comments")
    return [
        Word("header_rows", texts.header_word(reading.header_rows, reading.first_line), texts.HEADER_ROWS,
             _HEADER_ROWS, str),
        Word("first_line", texts.before_word(reading.first_line), texts.FIRST_LINE, quiet=reading.first_line <= 1,
             read=_line),
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
    key = field_key(VIEW, word.field, _turn(file))
    now = getattr(reading, word.field)
    now = "" if now is None else now
    turn, label = _turn(file), _(word.label)

    def changed(_value: object) -> None:
        _change(ctx, file, reading, word, key)

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
            more=word.more, on_change=changed,
        )  # fmt: skip
    else:
        s_text(ctx, VIEW, word.field, instance=turn, label=label, shows=_typed(now), on_change=changed)


def _change(ctx: "AppContext", file: OpenFile, reading: Reading, word: Word, key: str) -> None:
    chosen = word.read(value(key, None))
    chosen = None if chosen == "" else chosen
    if chosen == getattr(reading, word.field):
        return
    told = {**reading.to_manifest(), word.field: chosen, "column_types": ()}
    if word.field in ("delimiter", "quote"):
        told["widths"] = None  # cells are told apart by signs from now on
    try_out(ctx, file, Reading.from_manifest(told))


def try_out(ctx: "AppContext", file: OpenFile, reading: Reading) -> None:
    """Within a callback: try a reading on the open file, and show what it makes of it.

    Raises:
        BestandError: it cannot be read so; what was shown stays.
    """
    file.try_out(actions.try_reading(ctx, file.path, reading))
    remember()
    redraw_view(VIEW)


def _line(typed: Any) -> int:  # noqa: ANN401 - whatever the widget gives
    text = str(typed or "").strip()
    if not text.isdecimal() or int(text) < 1:
        raise UsageError(_(texts.NO_LINE).format(text=text), hint=_(texts.NO_LINE_HINT))
    return int(text)


def _typed(now: Any) -> str:  # noqa: ANN401
    return ", ".join(map(str, now)) if isinstance(now, tuple) else str(now)


def _widths(typed: Any) -> tuple[int, ...]:  # noqa: ANN401
    parts = str(typed or "").replace(",", " ").split()
    if not parts or not all(part.isdecimal() and int(part) > 0 for part in parts):
        raise UsageError(_(texts.NO_WIDTHS).format(text=typed), hint=_(texts.NO_WIDTHS_HINT))
    return tuple(map(int, parts))


def _encoding(chosen: Any) -> str:  # noqa: ANN401
    name = str(chosen or "").strip().lower()
    if name in _ENCODINGS:
        return name
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise UsageError(_(texts.NO_ENCODING).format(name=name), hint=_(texts.NO_ENCODING_HINT)) from error
