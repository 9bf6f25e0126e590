"""What a cell says when a person asks for a type: a text the engine can cast, and what it does not say any more.

Used for types that are offered and for types that were accepted; a type nobody was asked about never goes this
way, see `forms`. Knows signs, groups, currencies, words and dates of several languages. Decides nothing about
columns.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Final, TypeAlias

DMY: Final = "dmy"
MDY: Final = "mdy"
YMD: Final = "ymd"
ORDERS: Final = (DMY, MDY, YMD)
"""In which order a date is written in figures: day first, month first, year first."""

CENTURY: Final = 70
"""A year of two digits from here on is of the last century."""
_REMEMBERED: Final = 1 << 15


@dataclass(frozen=True, slots=True)
class Said:
    """A cell as a value: `text` is what the engine casts, `why` names what that does not say any more."""

    text: str
    why: str = ""


Convert: TypeAlias = Callable[[str], "Said | None"]
"""From a cell to what it says; None where it says nothing of this type."""

# ---- numbers ----------------------------------------------------------------------------------------------

BLANKS: Final = " \u00a0\u202f\u2009"
GROUP_SIGNS: Final = f"{BLANKS}'\u2019"
"""Signs between groups of digits that are never decimal marks."""
_MINUS: Final = "-\u2212\u2013"
_SIGNS: Final = "$€£¥₹₽₩₺฿₴₫₪₱"
_CODES: Final = (
    "EUR|USD|GBP|CHF|JPY|CNY|RMB|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|RUB|UAH|AUD|CAD|NZD|INR|BRL|MXN|ZAR|SGD|HKD|"
    "KRW|kr|zł|Kč|Fr"
)
_CURRENCY: Final = rf"(?:[{_SIGNS}]|(?:{_CODES})\.?|US\$|R\$)"
_AROUND = re.compile(
    rf"(?P<before>{_CURRENCY})?[{BLANKS}]*(?P<body>.*?)[{BLANKS}]*(?P<after>{_CURRENCY})?(?P<share>[{BLANKS}]*[%‰])?",
    re.DOTALL,
)


@lru_cache(maxsize=64)
def _body_of(decimal: str) -> re.Pattern[str]:
    groups = f"[{re.escape(GROUP_SIGNS)}{'.' if decimal == ',' else ','}]"
    whole = rf"(?P<whole>[0-9]{{1,3}}(?P<group>{groups})[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*|[0-9]+)"
    return re.compile(
        rf"{whole}?(?P<mark>{re.escape(decimal)}(?P<fraction>[0-9]*))?(?:[eE](?P<exponent>[-+]?[0-9]{{1,3}}))?"
    )


def number(cell: str, decimal: str) -> Said | None:
    """Return the number a cell says, with a point as its mark and without groups; None if it says none."""
    text = cell.strip()
    negative, text, why = _signed(text, "blanks" if text != cell else "")
    around = _AROUND.fullmatch(text)
    if around is None:
        return None
    if around["before"] or around["after"]:
        why = "currency"
    if around["share"]:
        why = "percent"
    inner_negative, inner, _odd = _signed(around["body"], "") if why == "currency" else (False, around["body"], "")
    body = _body_of(decimal).fullmatch(inner)
    if body is None or not (body["whole"] or body["fraction"]):
        return None
    whole = re.sub(r"[^0-9]", "", body["whole"] or "")
    plain = whole.lstrip("0") or "0"
    fraction = body["fraction"] or ""
    if not why:
        why = _odd_figures(body, whole, fraction)
    value = f"{plain}.{fraction}" if fraction else plain
    if body["exponent"]:
        value = _without_exponent(value, body["exponent"])
    return Said(f"-{value}" if negative or inner_negative else value, why)


def _signed(text: str, why: str) -> tuple[bool, str, str]:
    """Take a sign away: return whether there was a minus, the rest, and what was odd about it."""
    if text[:1] == "(" and text[-1:] == ")" and len(text) > 2:
        return True, text[1:-1].strip(), "parentheses"
    if text[:1] in _MINUS and len(text) > 1:
        return True, text[1:].lstrip(BLANKS), why or ("" if text[0] == "-" and text[1] not in BLANKS else "sign")
    if text[-1:] in _MINUS and len(text) > 1 and text[-1:]:
        return True, text[:-1].rstrip(BLANKS), "sign"
    if text[:1] == "+":
        return False, text[1:].lstrip(BLANKS), "sign"
    return False, text, why


def _odd_figures(body: re.Match[str], whole: str, fraction: str) -> str:
    if len(whole) > 1 and whole[0] == "0":
        return "leading_zeros"
    if body["exponent"]:
        return "exponent"
    if not whole or (body["mark"] and not fraction):
        return "incomplete"
    return ""


def _without_exponent(value: str, exponent: str) -> str:
    try:
        return format(Decimal(f"{value}e{exponent}"), "f")
    except InvalidOperation:
        return value


def number_parts(text: str) -> tuple[int, int]:
    """Return how many digits a canonical number has before and after its point, zeros at its end left out."""
    whole, _, fraction = text.lstrip("-").partition(".")
    return len(whole), len(fraction.rstrip("0"))


def _whole_number(decimal: str) -> Convert:
    def convert(cell: str) -> Said | None:
        said = number(cell, decimal)
        if said is None or number_parts(said.text)[1]:
            return None
        text = said.text.partition(".")[0]
        return Said(text, said.why) if -(2**63) <= int(text) < 2**63 else None

    return convert


def _decimal_number(decimal: str, digits: int, scale: int) -> Convert:
    def convert(cell: str) -> Said | None:
        said = number(cell, decimal)
        if said is None:
            return None
        before, after = number_parts(said.text)
        return said if before <= digits - scale and after <= scale else None

    return convert


def _double(decimal: str) -> Convert:
    def convert(cell: str) -> Said | None:
        said = number(cell, decimal)
        return said if said is not None and abs(float(said.text)) < float("inf") else None

    return convert


# ---- truth ------------------------------------------------------------------------------------------------

TRUE_WORDS: Final = frozenset(
    ("true", "t", "yes", "y", "ja", "j", "wahr", "oui", "o", "vrai", "si", "sí", "sì", "verdadero", "vero", "tak",
     "on", "an", "ein", "да", "x", "1")
)  # fmt: skip
FALSE_WORDS: Final = frozenset(
    (
        "false",
        "f",
        "no",
        "n",
        "nein",
        "falsch",
        "non",
        "faux",
        "falso",
        "nee",
        "nej",
        "nie",
        "off",
        "aus",
        "нет",
        "0",
    )
)


def truth(cell: str) -> Said | None:
    """Return the truth a word says."""
    word = cell.strip().casefold()
    if word in TRUE_WORDS:
        return Said("true")
    return Said("false") if word in FALSE_WORDS else None


# ---- dates ------------------------------------------------------------------------------------------------

_MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan january januar jänner janvier jän", "feb february februar fév février febr",
            "mar march märz mär mrz mars", "apr april avr avril", "may mai", "jun june juni juin",
            "jul july juli juil juillet", "aug august août",
            "sep september sept septembre", "oct october okt oktober octobre", "nov november novembre",
            "dec december dez dezember déc décembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NUMERIC = re.compile(r"([0-9]{1,4})([-./])([0-9]{1,2})\2([0-9]{1,4})")
_NAMED = re.compile(r"([0-9]{1,2})\.?[- ]([^\W\d_]{3,9})\.?[-, ]{1,2}([0-9]{4}|[0-9][0-9])")
_NAMED_US = re.compile(r"([^\W\d_]{3,9})\.? ([0-9]{1,2}),? ([0-9]{4})")
_COMPACT = re.compile(r"([0-9]{4})([0-9][0-9])([0-9][0-9])")
_TIME = re.compile(
    r"([0-9]{1,2}):([0-9][0-9])(?::([0-9][0-9])(?:[.,]([0-9]{1,6}))?)?(?: ?([ap])\.?m\.?)?", re.IGNORECASE
)
_ZONE = re.compile(r" ?(?:(Z|UTC|GMT)|([-+])([0-9][0-9])(?::?([0-9][0-9]))?)$", re.IGNORECASE)


def date(cell: str, order: str) -> Said | None:
    """Return the day a cell says, ISO 8601."""
    text = cell.strip()
    named = _NAMED.fullmatch(text)
    if named:
        return _day(named[3], _MONTHS.get(named[2].casefold()), named[1])
    american = _NAMED_US.fullmatch(text)
    if american:
        return _day(american[3], _MONTHS.get(american[1].casefold()), american[2])
    compact = _COMPACT.fullmatch(text)
    if compact:
        return _day(compact[1], int(compact[2]), compact[3])
    found = _NUMERIC.fullmatch(text)
    if found is None:
        return None
    one, sign, two, three = found.groups()
    if len(one) >= 3:
        return _day(one, int(two), three) if len(three) <= 2 else None
    if len(three) == 3 or (order == YMD and len(three) == 4):
        return None
    if order == YMD:
        return _day(one, int(two), three)
    if order == MDY and sign != ".":
        return _day(three, int(one), two)
    return _day(three, int(two), one)


def _day(year: str, month: int | None, day: str) -> Said | None:
    if month is None:
        return None
    short = len(year) <= 2
    full = int(year) + ((1900 if int(year) >= CENTURY else 2000) if short else 0)
    try:
        return Said(dt.date(full, month, int(day)).isoformat(), "two_digit_year" if short else "")
    except ValueError:
        return None


def time(cell: str) -> Said | None:
    """Return the time of day a cell says, ISO 8601."""
    found = _TIME.fullmatch(cell.strip())
    if found is None:
        return None
    hour, minute, second, fraction, half = found.groups()
    clock = int(hour)
    if half:
        if not 1 <= clock <= 12:
            return None
        clock = clock % 12 + (12 if half.lower() == "p" else 0)
    try:
        value = dt.time(clock, int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
    except ValueError:
        return None
    return Said(value.isoformat())


def moment(cell: str, order: str) -> Said | None:
    """Return the moment a cell says, without a zone; a day alone is its first moment."""
    text = cell.strip()
    day_text, sign, time_text = text.partition("T") if "T" in text[8:11] else _split_moment(text)
    day = date(day_text.rstrip(","), order)
    if day is None:
        return None
    if not sign:
        return Said(f"{day.text} 00:00:00", day.why or "no_time")
    clock = time(time_text)
    return Said(f"{day.text} {clock.text}", day.why) if clock else None


def _split_moment(text: str) -> tuple[str, str, str]:
    """Split at the blank before the time; a date with the month's name has blanks of its own."""
    colon = text.find(":")
    at = text.rfind(" ", 0, colon) if colon > 0 else -1
    return (text[:at], " ", text[at + 1 :]) if at > 0 else (text, "", "")


def zoned(cell: str, order: str) -> Said | None:
    """Return the moment a cell says with its offset from UTC; a cell without one says no moment."""
    text = cell.strip()
    found = _ZONE.search(text)
    plain = moment(text[: found.start()], order) if found else None
    if found is None or plain is None or plain.why == "no_time":
        return None
    if found[1]:
        return Said(f"{plain.text}+00:00", plain.why)
    hours, minutes = int(found[3]), int(found[4] or 0)
    if hours > 14 or minutes > 59:
        return None
    why = plain.why or ("zone" if hours or minutes else "")
    return Said(f"{plain.text}{found[2]}{hours:02}:{minutes:02}", why)


def _midnight(order: str) -> Convert:
    """Dates, and moments that are the first of their day."""

    def convert(cell: str) -> Said | None:
        day = date(cell, order)
        if day is not None:
            return day
        full = moment(cell, order)
        if full is None or not full.text.endswith(" 00:00:00"):
            return None
        return Said(full.text[:10], full.why)

    return convert


# ---- any type ---------------------------------------------------------------------------------------------


def converter(sql_type: str, *, decimal: str = ".", order: str = DMY) -> Convert | None:
    """Return what turns cells into values of a type; None for a type nobody can ask for.

    Args:
        sql_type: Of the engine: BIGINT, DECIMAL(p,s), DOUBLE, BOOLEAN, DATE, TIME, TIMESTAMP or
            TIMESTAMP WITH TIME ZONE.
        decimal: The decimal mark.
        order: In which order figures make a date.
    """
    found = re.fullmatch(r"DECIMAL\(([0-9]+),\s*([0-9]+)\)", sql_type)
    if found:
        digits, scale = int(found[1]), int(found[2])
        fits = 0 < digits <= 38 and scale <= digits
        return _remembering(_decimal_number(decimal, digits, scale)) if fits else None
    known: dict[str, Convert] = {
        "BIGINT": _whole_number(decimal),
        "DOUBLE": _double(decimal),
        "BOOLEAN": truth,
        "DATE": _midnight(order),
        "TIME": time,
        "TIMESTAMP": lambda cell: moment(cell, order),
        ZONED: lambda cell: zoned(cell, order),
    }
    found_one = known.get(sql_type)
    return _remembering(found_one) if found_one else None


ZONED: Final = "TIMESTAMP WITH TIME ZONE"
TEXT: Final = "VARCHAR"
_TYPE_WORDS: Final[Mapping[str, str]] = {
    "text": TEXT, "varchar": TEXT, "string": TEXT, "bigint": "BIGINT", "integer": "BIGINT", "int": "BIGINT",
    "number": "DOUBLE", "double": "DOUBLE", "float": "DOUBLE", "decimal": "DECIMAL(18,2)", "boolean": "BOOLEAN",
    "bool": "BOOLEAN", "date": "DATE", "time": "TIME", "timestamp": "TIMESTAMP", "datetime": "TIMESTAMP",
    "timestamptz": ZONED, "timestamp with time zone": ZONED,
}  # fmt: skip
TYPE_NAMES: Final = (
    "text",
    "integer",
    "decimal(p,s)",
    "double",
    "boolean",
    "date",
    "time",
    "timestamp",
    "timestamptz",
)
"""Types a person can ask for, as they are called on the command line."""


def sql_type_of(word: str) -> str | None:
    """Return the engine's type for what a person calls it; None if there is no such type."""
    plain = " ".join(word.split()).lower()
    found = re.fullmatch(r"(?:decimal|numeric)\(([0-9]{1,2})[,;] ?([0-9]{1,2})\)", plain)
    if found:
        digits, scale = int(found[1]), int(found[2])
        return f"DECIMAL({digits},{scale})" if scale <= digits <= 38 and digits else None
    return _TYPE_WORDS.get(plain)


def _remembering(convert: Convert) -> Convert:
    """Cells repeat themselves."""
    return lru_cache(maxsize=_REMEMBERED)(convert)
