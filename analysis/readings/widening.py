"""Which type holds the values of two types, each of them exactly.

Used where several files become one table. What no type holds exactly is text.
"""

import re
from typing import Final

TEXT: Final = "VARCHAR"
_DECIMAL: Final = re.compile(r"DECIMAL\((\d+),(\d+)\)")
_SIGNED: Final = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT")
_UNSIGNED: Final = ("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT")
_DIGITS: Final = dict(zip((*_SIGNED, *_UNSIGNED), (3, 5, 10, 19, 3, 5, 10, 20), strict=True))
"""Most digits of a whole number of each type."""
_EXACT_IN_DOUBLE: Final = frozenset(
    {"TINYINT", "SMALLINT", "INTEGER", "UTINYINT", "USMALLINT", "UINTEGER", "FLOAT"}
)
_MOMENTS: Final = ("DATE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP")
_MOST_DIGITS: Final = 38


def widened(one: str, other: str) -> str:
    """Return the narrowest type that holds every value of both as it is; text where there is none.

    Args:
        one: An SQL type, as the engine writes it.
        other: Another.
    """
    if one == other:
        return one
    for order in (_SIGNED, _UNSIGNED, _MOMENTS):
        if one in order and other in order:
            return max(one, other, key=order.index)
    if one in _DIGITS and other in _DIGITS:
        return _signed_and_unsigned(*((one, other) if one in _SIGNED else (other, one)))
    if "DOUBLE" in (one, other) and {one, other} - {"DOUBLE"} <= _EXACT_IN_DOUBLE:
        return "DOUBLE"
    return _decimals(one, other)


def _signed_and_unsigned(signed: str, unsigned: str) -> str:
    """Return the signed type that is wide enough for both."""
    wanted = max(_SIGNED.index(signed), _UNSIGNED.index(unsigned) + 1)
    return _SIGNED[wanted] if wanted < len(_SIGNED) else f"DECIMAL({_DIGITS['UBIGINT']},0)"


def _decimals(one: str, other: str) -> str:
    parts = [_digits(one), _digits(other)]
    if None in parts:
        return TEXT
    whole = max(digits - scale for digits, scale in filter(None, parts))
    scale = max(scale for _, scale in filter(None, parts))
    return f"DECIMAL({whole + scale},{scale})" if whole + scale <= _MOST_DIGITS else TEXT


def _digits(kind: str) -> tuple[int, int] | None:
    if kind in _DIGITS:
        return _DIGITS[kind], 0
    found = _DECIMAL.fullmatch(kind)
    return (int(found[1]), int(found[2])) if found else None
