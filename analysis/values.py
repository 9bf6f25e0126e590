"""Python values as literals of the engine's SQL.

Used wherever this project builds SQL around a value a person gave: filters, searches, parameters, paths. A
literal is used instead of a bound parameter because binding loads pandas (a second at first use), and because it
carries its type. It decides nothing about columns; see `row_sql`.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final, TypeAlias

from core.errors import UsageError
from core.i18n import _
from storage.duck import quote_identifier, quote_literal

Value: TypeAlias = "str | int | float | bool | Decimal | date | datetime | time | bytes | Sequence[Value] | None"
"""What a person's value can be."""

_HUGE: Final = 2**127
"""The engine's largest whole number lies below this."""


def text_literal(text: str) -> str:
    """Return any text as a VARCHAR expression.

    Raises:
        UsageError: the text holds half of a surrogate pair, which no data can hold.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise UsageError(
            _("{text} is no valid text.").format(text=ascii(text)),
            hint=_("Type the value again; it holds half a character."),
        ) from error
    # The engine's parser ends at a zero character, so such text is put together from its parts.
    parts = [quote_literal(part) for part in text.split("\0")]
    return parts[0] if len(parts) == 1 else f"({' || chr(0) || '.join(parts)})"


def literal(value: Value) -> str:
    """Return the value as an SQL expression of its own type; a sequence becomes a list.

    Raises:
        UsageError: the value is of a kind the engine does not know.
    """
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return text_literal(value)
    if isinstance(value, int | float | Decimal):
        return _number_literal(value)
    if isinstance(value, date | time):
        return _time_literal(value)
    if isinstance(value, bytes):
        return f"from_hex('{value.hex()}')"
    if isinstance(value, Sequence):
        return f"[{', '.join(literal(part) for part in value)}]"
    raise UsageError(
        _("{value} is no value the engine knows.").format(value=repr(value)),
        hint=_("Give a text, a number, a date or a list."),
    )


def arguments(values: Mapping[str, Value]) -> str:
    """Return the values as the named arguments of a prepared statement: `(a := 1, b := 'x')`, or nothing."""
    if not values:
        return ""
    return f"({', '.join(f'{quote_identifier(name)} := {literal(value)}' for name, value in values.items())})"


def _number_literal(value: float | Decimal) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"({value})" if -_HUGE < value < _HUGE else f"('{value}'::DOUBLE)"
    if isinstance(value, float) or not value.is_finite():
        return f"'{value}'::DOUBLE"
    return f"({value:f})"


def _time_literal(value: date | time) -> str:
    if isinstance(value, datetime):
        return f"'{value.isoformat(sep=' ')}'::{'TIMESTAMPTZ' if value.tzinfo else 'TIMESTAMP'}"
    return f"'{value.isoformat()}'::{'DATE' if isinstance(value, date) else 'TIME'}"
