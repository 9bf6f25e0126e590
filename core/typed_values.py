"""Values for the `$name`s of a question, as a person types them; the same on the command line and on the page."""

import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Final, TypeAlias

TypedValue: TypeAlias = str | int | bool | Decimal | date | datetime | None

_WORDS: Final[dict[str, TypedValue]] = {"true": True, "false": False, "null": None}
_WHOLE: Final = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL: Final = re.compile(r"-?(0|[1-9]\d*)\.\d+")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


def typed_value(text: str) -> TypedValue:
    """Return a number, truth value, date or nothing where the text is plainly one; else the text.

    Leading zeros make a text (they are part of it), and so do quotes around it: `'1'` is the text 1.
    """
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    if text.lower() in _WORDS:
        return _WORDS[text.lower()]
    if _WHOLE.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    if _MOMENT.fullmatch(text):
        with suppress(ValueError):
            return datetime.fromisoformat(text) if len(text) > len("2026-01-31") else date.fromisoformat(text)
    return text
