"""Numbers, sizes, times and dates as the current locale writes them. Used through `core.i18n`.

Babel is imported when the first number is written, so that `--help` does without it. English of no particular
country (locale `en`) writes dates as 2026-11-23 and the clock as 14:05:09, which everybody reads the same way.
"""

import datetime as dt
import math
from copy import copy
from decimal import Context, Decimal, localcontext
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Final

from core.i18n.language import SOURCE, current_locale
from core.i18n.texts import N_, Text, _, ngettext

if TYPE_CHECKING:
    from babel import Locale
    from babel.numbers import NumberPattern

Number = int | float | Decimal
Moment = str | float | dt.datetime
"""ISO text, seconds since 1970, or a datetime; without a zone it is UTC."""

NONE: Final = "–"
"""What stands where there is no date."""

_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_SIZES: Final = (N_("kB"), N_("MB"), N_("GB"), N_("TB"))
_STEP: Final = 1_000
_ONE_DECIMAL_BELOW: Final = 9.95
_EVERY_DIGIT: Final = Context(prec=400)
"""Enough for the longest number a column can hold, 1.8e308 written out."""
_PLAIN_FROM: Final = 1e-4
_PLAIN_TO: Final = 1e15
"""Between these a number is written out, outside of them with a power of ten."""


def number(value: Number) -> str:
    """Return a number with its thousands separated and all of its decimals: 2,004 or 0.25."""
    return _written(value) if _is_number(value) else str(value)


def decimal(value: Number, digits: int = 2) -> str:
    """Return a number with exactly this many decimals: 1,234.50."""
    return _written(value, digits) if _is_number(value) else str(value)


def rounded(value: Number, figures: int = 6) -> str:
    """Return a number with at most this many significant figures; a power of ten where it is tiny or huge."""
    if not _is_number(value):
        return str(value)
    short = f"{value:.{figures}g}"
    amount = abs(float(short))
    if amount and not _PLAIN_FROM <= amount < _PLAIN_TO:
        mantissa, _sign, power = f"{value:.{figures - 1}e}".partition("e")
        return f"{_written(Decimal(mantissa).normalize())}e{int(power)}"
    return _written(Decimal(short))


def percent(share: float, digits: int = 0) -> str:
    """Return a share as a percentage: 0.125 with one digit is 12.5%."""
    if not _is_number(share):
        return str(share)
    return _told("percent", digits, share)


def size(size_bytes: float) -> str:
    """Return a size as people say it: 812 bytes, 4.1 kB, 76 MB."""
    if size_bytes < _STEP:
        return ngettext("{count} byte", "{count} bytes", size_bytes).format(count=number(size_bytes))
    step = next((i for i in range(1, len(_SIZES)) if size_bytes < (_STEP - 0.5) * _STEP**i), len(_SIZES))
    amount = size_bytes / _STEP**step
    written = decimal(amount, 1 if amount < _ONE_DECIMAL_BELOW else 0)
    return _("{amount} {unit}").format(amount=written, unit=_(_SIZES[step - 1]))


def duration(seconds: float) -> str:
    """Return a duration: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min."""
    if seconds < _ONE_DECIMAL_BELOW:
        return _("{seconds} s").format(seconds=decimal(seconds, 1))
    whole = round(seconds)
    if whole < _MINUTE_S:
        return _("{seconds} s").format(seconds=whole)
    if whole < _HOUR_S:
        return _("{minutes} min {seconds} s").format(minutes=whole // _MINUTE_S, seconds=whole % _MINUTE_S)
    return _("{hours} h {minutes} min").format(
        hours=number(whole // _HOUR_S), minutes=whole % _HOUR_S // _MINUTE_S
    )


def when(moment: Moment | None, *, now: dt.datetime | None = None) -> str:
    """Return a moment in local time: the clock alone today, with the day otherwise; a dash if there is none."""
    if moment is None:
        return NONE
    local = _local(moment)
    today = (now or dt.datetime.now(dt.UTC)).astimezone().date()
    name = current_locale()
    if local.date() == today:
        return f"{local:%H:%M:%S}" if name == SOURCE else _clock(local, "medium", name)
    if name == SOURCE:
        return f"{local:%Y-%m-%d %H:%M}"
    return _("{day}, {clock}").format(day=_day(local.date(), name), clock=_clock(local, "short", name))


def date(moment: Moment | dt.date | None) -> str:
    """Return the day, of a moment in local time: 2026-11-23, 23.11.2026, Nov 23, 2026."""
    if moment is None:
        return NONE
    day = moment if isinstance(moment, dt.date) and not isinstance(moment, dt.datetime) else _local(moment).date()
    return _day(day, current_locale())


def _day(day: dt.date, name: str) -> str:
    return day.isoformat() if name == SOURCE else str(_dates().format_date(day, "medium", locale=locale_of(name)))


def _clock(moment: dt.datetime, length: str, name: str) -> str:
    return str(_dates().format_time(moment, length, locale=locale_of(name)))


def _local(moment: Moment | dt.date) -> dt.datetime:
    if isinstance(moment, str):
        moment = dt.datetime.fromisoformat(moment)
    elif isinstance(moment, int | float):
        moment = dt.datetime.fromtimestamp(moment, dt.UTC)
    elif not isinstance(moment, dt.datetime):
        return dt.datetime.combine(moment, dt.time())
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone()


def _is_number(value: Number) -> bool:
    return math.isfinite(value)


def _written(value: Number, digits: int | None = None) -> str:
    return _told("decimal", digits, value)


def _told(kind: str, digits: int | None, value: Number) -> str:
    """Write a number for the person, and beside it for what is kept in English."""
    name = current_locale()
    shown = _applied(name, kind, digits, value)
    return shown if name == SOURCE else Text(shown, _applied(SOURCE, kind, digits, value))


def _applied(name: str, kind: str, digits: int | None, value: Number) -> str:
    """Write a number by a pattern; Babel alone would keep only the first 28 digits of a long one."""
    exact = digits is None
    with localcontext(_EVERY_DIGIT):
        return str(_pattern(name, kind, digits).apply(value, locale_of(name), decimal_quantization=not exact))


@cache
def _pattern(name: str, kind: str, digits: int | None) -> "NumberPattern":
    """Return how a locale writes numbers ("decimal") or shares ("percent"), with this many decimals."""
    locale = locale_of(name)
    formats = locale.percent_formats if kind == "percent" else locale.decimal_formats
    found: NumberPattern = copy(formats[None])
    if digits is not None:
        found.frac_prec = (digits, digits)
    return found


@cache
def locale_of(name: str) -> "Locale":
    """Return what is known about a locale, or about its language where the country is unknown."""
    from babel import Locale, UnknownLocaleError

    for known in (name, name.partition("_")[0]):
        try:
            return Locale.parse(known)
        except (UnknownLocaleError, ValueError):
            continue
    return Locale.parse(SOURCE)


@cache
def _dates() -> ModuleType:
    """Return Babel's module for dates, which also loads the zones."""
    from babel import dates

    return dates
