"""Numbers and dates as a person types them, read by the current locale. Used through `core.i18n`.

The counterpart of `formats`: what that writes, this reads. Where a text can mean only one number it is taken, even
with the other locale's sign (`0.5` typed in German); where the locale decides (`1.234`), the locale does. Anything
else is refused, never guessed. Loads Babel only for the signs of a locale other than English.
"""

import datetime as dt
import re
from decimal import Decimal
from functools import cache
from typing import Final

from core.i18n.language import SOURCE, current_locale

NUMBER_LIMIT: Final = 400
"""Longest text taken for a number."""
_SPACES: Final = re.compile(r"[\s\u00a0\u202f\u2009'’]")
"""What parts groups of three in some country, and never means anything else."""
_MINUS: Final = str.maketrans({"\u2212": "-", "\u2013": "-"})
_SHAPE: Final = re.compile(r"([+-]?)([\d.,]*)((?:[eE][+-]?\d{1,3})?)")
_GROUPED: Final = re.compile(r"[1-9]\d{0,2}(?:[.,]\d{3})+")
_ISO: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}")
_DAY: Final = re.compile(r"(\d{1,4})[./\- ]+(\d{1,2})[./\- ]+(\d{1,4})")
_CENTURY: Final = 100
_PIVOT: Final = 70
"""Two digits below this are of this century."""


def typed_number(text: str) -> Decimal:
    """Return the number a text means in the current locale.

    Raises:
        ValueError: it is no number, or only half of one (`77.5e`).
    """
    plain = _SPACES.sub("", text.strip()).translate(_MINUS)
    match = _SHAPE.fullmatch(plain) if len(plain) <= NUMBER_LIMIT else None
    if match is None or not any(sign.isdigit() for sign in match[2]):
        raise ValueError(f"{text!r} is no number")
    return Decimal(f"{match[1]}{_digits(match[2], *_signs(current_locale()))}{match[3]}")


def _digits(body: str, point: str, group: str) -> str:
    """Return digits with a full stop before the decimals, or refuse."""
    commas, stops = body.count(","), body.count(".")
    if not commas and not stops:
        return body
    if commas and stops:  # the last kind of sign is the decimal one, the other parts groups
        point = max(",", ".", key=body.rfind)
        group = "." if point == "," else ","
    elif commas + stops > 1:
        point, group = "", "," if commas else "."
    elif group in body and not _GROUPED.fullmatch(body):
        point, group = group, ""
    whole, _sign, decimals = body.partition(point) if point else (body, "", "")
    if group and group in whole:
        if not _GROUPED.fullmatch(whole):
            raise ValueError(f"{body!r} is grouped like no number")
        whole = whole.replace(group, "")
    if not (whole or decimals) or not (whole + decimals).isdecimal():
        raise ValueError(f"{body!r} is no number")
    return f"{whole or '0'}.{decimals or '0'}"


def typed_date(text: str) -> dt.date:
    """Return the day a text means: 2026-11-23 everywhere, else in the order of the current locale.

    Raises:
        ValueError: it is no day.
    """
    plain = text.strip()
    if _ISO.fullmatch(plain):
        year, month, day = map(int, plain.split("-"))
        return dt.date(year, month, day)
    match = _DAY.fullmatch(plain)
    if match is None:
        raise ValueError(f"{text!r} is no day")
    parts = dict(zip(_order(current_locale()), match.groups(), strict=True))
    year = int(parts["y"])
    if len(parts["y"]) <= len("99"):
        year += 2000 if year < _PIVOT else 1900
    elif year < _CENTURY:
        raise ValueError(f"{text!r} is no day")
    return dt.date(year, int(parts["m"]), int(parts["d"]))


@cache
def _signs(name: str) -> tuple[str, str]:
    """Return the locale's decimal sign and the one between groups; for parsing, each is a comma or a full stop."""
    if name.partition("_")[0] == SOURCE:
        return ".", ","
    from babel.numbers import get_decimal_symbol

    from core.i18n.formats import locale_of

    point = "," if get_decimal_symbol(locale_of(name)) == "," else "."
    return point, "." if point == "," else ","


@cache
def _order(name: str) -> str:
    """Return the order of day, month and year in the locale: "dmy", "mdy" or "ymd"."""
    if name == SOURCE:
        return "dmy"
    from babel.dates import get_date_format

    from core.i18n.formats import locale_of

    pattern = get_date_format("short", locale=locale_of(name)).pattern.lower()
    return "".join(sorted("dmy", key=pattern.find))
