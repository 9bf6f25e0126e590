"""Values of widgets as JSON and back, exactly.

Texts, numbers, truth values, lists and objects are themselves; what JSON has no word for is written as an object
with a sign. Used for everything the session keeps; a value nobody can write raises, it is never bent.
"""

import math
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Final

from core.types import Json

_SIGN: Final = "~"
"""Marks what is not itself: {"~": "date", "is": "2026-01-31"}."""
_IS: Final = "is"


def as_json(value: object) -> Json:
    """Return a value as JSON.

    Raises:
        TypeError: it is of a kind that is not kept.
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else _signed("float", repr(value))
    if isinstance(value, list):
        return [as_json(one) for one in value]
    if isinstance(value, dict):
        if all(isinstance(key, str) for key in value) and _SIGN not in value:
            return {key: as_json(one) for key, one in value.items()}
        return _signed("dict", [[as_json(key), as_json(one)] for key, one in value.items()])
    if isinstance(value, tuple):
        return _signed("tuple", [as_json(one) for one in value])
    return _exact(value)


def _exact(value: object) -> Json:
    if isinstance(value, datetime):
        return _signed("datetime", value.isoformat())
    if isinstance(value, date):
        return _signed("date", value.isoformat())
    if isinstance(value, time):
        return _signed("time", value.isoformat())
    if isinstance(value, timedelta):
        return _signed("timedelta", [value.days, value.seconds, value.microseconds])
    if isinstance(value, Decimal):
        return _signed("decimal", str(value))
    raise TypeError(f"a value of the kind '{type(value).__name__}' is not kept")


def from_json(given: Json) -> Any:  # noqa: ANN401 - whatever was written
    """Return what `as_json` wrote.

    Raises:
        ValueError: nothing `as_json` writes looks like this.
    """
    if isinstance(given, list):
        return [from_json(one) for one in given]
    if not isinstance(given, dict):
        return given
    if _SIGN not in given:
        return {key: from_json(one) for key, one in given.items()}
    kind, content = given.get(_SIGN), given.get(_IS)
    try:
        return _READERS[str(kind)](content)
    except (KeyError, TypeError, ArithmeticError, OverflowError) as error:
        raise ValueError(f"a kept value of the kind '{kind}' cannot be read") from error


def _signed(kind: str, content: Json) -> Json:
    return {_SIGN: kind, _IS: content}


_READERS: Final[dict[str, Any]] = {
    "float": float,
    "dict": lambda pairs: {from_json(key): from_json(one) for key, one in pairs},
    "tuple": lambda items: tuple(from_json(one) for one in items),
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "time": time.fromisoformat,
    "timedelta": lambda parts: timedelta(*parts),
    "decimal": Decimal,
}
