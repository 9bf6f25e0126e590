"""What the text of a spreadsheet cell stands for: number, day, time, truth, error.

Used by the spreadsheet reader. A spreadsheet keeps days as numbers and only the cell's format tells; a number
itself is a double, so its shortest text is its value.
"""

import re
import struct
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from analysis.readings.records.kinds import Cell, DateText, DateTimeText, FloatText, IntText, TimeText

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_WHOLE: Final = re.compile(r"-?(?:0|[1-9]\d*)")
_SHORT_FRACTION: Final = re.compile(r"-?(?:0\.(?!000)|[1-9][0-9]{0,8}\.)[0-9]{0,5}[1-9]")
"""Of at most 15 digits, so the shortest text of the double is this text."""
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ISO_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_ISO_MOMENT: Final = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)")
_ISO_TIME: Final = re.compile(r"\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?")

_NOT_LETTERS: Final = re.compile(r'"[^"]*"|\\.|_.|\*.|AM/PM|A/P|General', re.IGNORECASE)
_ELAPSED: Final = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
_BRACKETS: Final = re.compile(r"\[[^\]]*\]")

_DAY_MS: Final = 86_400_000
_LAST_SERIAL: Final = 2_958_466
"""The day after 9999-12-31."""
_EXACT: Final = 10**15
ERRORS: Final[Mapping[int, str]] = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip
"""What the binary formats store for an error."""


class NumberFormat(StrEnum):
    """What a cell's format makes of its number."""

    PLAIN = "plain"
    DAY = "day"
    MOMENT = "moment"
    TIME = "time"
    ELAPSED = "elapsed"


_BUILT_IN: Final[Mapping[int, NumberFormat]] = {
    **dict.fromkeys((14, 15, 16, 17, *range(27, 32), 34, 35, 36, *range(50, 59)), NumberFormat.DAY),
    **dict.fromkeys((18, 19, 20, 21, 32, 33, 45, 47), NumberFormat.TIME),
    22: NumberFormat.MOMENT,
    46: NumberFormat.ELAPSED,
}
"""Formats a file refers to by number only.

Source:
    ECMA-376 part 1, 18.8.30 (numFmt), with the numbers East Asian versions use for days and times.
"""


def format_of(number: int, custom: Mapping[int, str]) -> NumberFormat:
    """Return what a format makes of a number.

    Args:
        number: The format's number.
        custom: The formats the file defines itself, by number.
    """
    code = custom.get(number)
    if code is None:
        return _BUILT_IN.get(number, NumberFormat.PLAIN)
    letters = _NOT_LETTERS.sub("", code).split(";")[0]
    if _ELAPSED.search(letters):
        return NumberFormat.ELAPSED
    letters = _BRACKETS.sub("", letters).lower()
    clock = "h" in letters or "s" in letters
    day = "y" in letters or "d" in letters or ("m" in letters and not clock)
    if day:
        return NumberFormat.MOMENT if clock else NumberFormat.DAY
    return NumberFormat.TIME if clock else NumberFormat.PLAIN


def number_cell(text: str) -> Cell:
    """Return a number as the spreadsheet means it; what is no number stays text."""
    if _SHORT_FRACTION.fullmatch(text):
        return FloatText(text)
    text = text.strip()
    if not text:
        return None
    if _WHOLE.fullmatch(text) and text != "-0":
        return IntText(text)
    if not _NUMBER.fullmatch(text):
        return text
    value = float(text)
    if value in (float("inf"), float("-inf")):
        return text
    if value.is_integer() and abs(value) < _EXACT:
        return IntText(str(int(value)))
    return FloatText(repr(value))


def moment_cell(text: str, meaning: NumberFormat, *, from_1904: bool) -> Cell:
    """Return a number whose format shows a day or a time; if it can be none, it stays a number.

    Args:
        text: The number.
        meaning: What the format shows.
        from_1904: Days are counted from 1904-01-01 instead of the end of 1899.
    """
    if not _NUMBER.fullmatch(text.strip()):
        return number_cell(text)
    serial = float(text)
    if not 0 <= serial < _LAST_SERIAL:
        return number_cell(text)
    total_ms = round(serial * _DAY_MS)
    if meaning is NumberFormat.ELAPSED:
        return _elapsed(total_ms)
    days, rest_ms = divmod(total_ms, _DAY_MS)
    clock = _clock(rest_ms)
    if days == 0 and not from_1904:
        return number_cell(text) if meaning is NumberFormat.DAY and not rest_ms else TimeText(clock)
    if days == 0 and meaning is NumberFormat.TIME:
        return TimeText(clock)
    day = _day(days, from_1904=from_1904)
    if day is None:
        return number_cell(text)
    if rest_ms == 0 and meaning is NumberFormat.DAY:
        return DateText(day)
    return DateTimeText(f"{day} {clock}")


def double_cell(value: float, meaning: NumberFormat, *, from_1904: bool) -> Cell:
    """Return a number that is stored as one, not as text; see `number_cell` and `moment_cell`."""
    text = repr(value)
    if meaning is NumberFormat.PLAIN:
        return number_cell(text)
    return moment_cell(text, meaning, from_1904=from_1904)


def rk_number(data: bytes) -> float:
    """Return a number in four bytes: a whole one, or the upper half of a double; one bit says it is hundredths.

    Source:
        [MS-XLS] 2.5.217 RkNumber; the same in [MS-XLSB].
    """
    bits = int.from_bytes(data, "little", signed=True)
    if bits & 2:
        value = float(bits >> 2)
    else:
        value = float(struct.unpack("<d", bytes(4) + struct.pack("<i", bits & ~3))[0])
    return value / 100 if bits & 1 else value


def reference(row: int, column: int) -> str:
    """Return a cell's reference, such as "AB12", by its row (from 1) and column (from 0)."""
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def iso_cell(text: str) -> Cell:
    """Return the value of a cell that holds ISO 8601 text (`t="d"`); anything unusual stays text."""
    if _ISO_DAY.fullmatch(text):
        return DateText(text)
    if _ISO_TIME.fullmatch(text):
        return TimeText(text)
    found = _ISO_MOMENT.fullmatch(text)
    return DateTimeText(f"{found[1]} {found[2]}") if found else text


def unescape(text: str) -> str:
    """Return the text without the escapes `_xHHHH_` that stand for characters XML cannot hold."""
    if "_x" not in text:
        return text
    return _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def column_of(reference: str) -> int:
    """Return the column (from 0) of a cell reference like "AB12"; -1 if there is none in it."""
    column = 0
    for char in reference:
        if not "A" <= char <= "Z":
            break
        column = column * 26 + ord(char) - 64
    return column - 1


def range_of(reference: str) -> tuple[int, int]:
    """Return first and last row (from 1) of a reference like "B3:C5"; (0, 0) if it is none."""
    rows = [int(digits) for digits in re.findall(r"[A-Z]+(\d{1,7})", reference)]
    return (min(rows), max(rows)) if rows else (0, 0)


def shown(cells: Sequence[Cell]) -> bytes:
    """Return the cells of a row as one line of text, for the ledger."""
    texts = ("" if cell is None else str(cell) for cell in cells)
    return "\t".join(texts).encode("utf-8", "backslashreplace")


def _day(days: int, *, from_1904: bool) -> str | None:
    """Return the day of a serial number; None for 1900-02-29, which only a spreadsheet knows."""
    if from_1904:
        start = datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet has no zones
    elif days == 60:
        return None
    else:
        start = datetime(1899, 12, 31) if days < 60 else datetime(1899, 12, 30)  # noqa: DTZ001
    try:
        return (start + timedelta(days=days)).date().isoformat()
    except OverflowError:
        return None


def _clock(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{ms:03}" if ms else text


def _elapsed(ms: int) -> str:
    seconds, ms = divmod(ms, 1000)
    text = f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{ms:03}" if ms else text
