"""Values for the `$name`s of a question, as typed on a command line. Imports no engine."""

import re
from collections.abc import Iterable
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from core.errors import UsageError

ParameterValue = str | int | bool | Decimal | date | datetime | None

_WORDS: Final[dict[str, ParameterValue]] = {"true": True, "false": False, "null": None}
_WHOLE: Final = re.compile(r"-?(0|[1-9]\d*)")
_DECIMAL: Final = re.compile(r"-?(0|[1-9]\d*)\.\d+")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d.*)?")


def parse_parameters(given: Iterable[str]) -> dict[str, ParameterValue]:
    """Return name and value of each `name=value`.

    Raises:
        UsageError: one has no `=` or no name, or a name comes twice.
    """
    values: dict[str, ParameterValue] = {}
    for text in given:
        name, sign, value = text.partition("=")
        name = name.strip().removeprefix("$")
        if not sign or not name:
            raise UsageError(f"'{text}' is no parameter.", hint="Write --param name=value.")
        if name in values:
            raise UsageError(f"The parameter '{name}' is given twice.", hint="Give each name one value.")
        values[name] = parse_value(value)
    return values


def parse_value(text: str) -> ParameterValue:
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
