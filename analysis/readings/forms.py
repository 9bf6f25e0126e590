"""The written forms of values that can become a type without changing anything.

Used by the judge (on sampled cells) and by the loader (on every cell, in SQL). A form turns a text into a value
and tells whether the value still says exactly what the text says. It can also write the value down again; an exact
form gives every text back as it was, of any other the texts that come out differently ("3.5" beside "3.50") are
kept beside the table. What fits no form stays text: leading zeros, plus signs, numbers too long for any type,
units. An empty cell is null in every form.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

TEXT_TYPE = "VARCHAR"


@dataclass(frozen=True, slots=True)
class Form:
    """One written form of one type.

    Attributes:
        key: Its name, which stays with the dataset.
        sql_type: The engine's type of its values.
        looks: What a sample cell must look like, as a regular expression.
        value: SQL for the value, with `{c}` for the text; null when it has none.
        faithful: SQL that is true when the value `{v}` says what the text `{c}` says, or both are null;
            otherwise it is false or null.
        text: SQL that writes the value `{v}` down in this form.
        exact: Whether `faithful` means that `text` gives the cell back as it was.
        needs: Columns beside the text's that `value` and `faithful` name.
        marks: The decimal mark and the one between groups, of decimal fractions.
    """

    key: str
    sql_type: str
    looks: str
    value: str
    faithful: str
    text: str
    exact: bool = True
    needs: tuple[str, ...] = ()
    marks: tuple[str, str | None] = (".", None)

    @property
    def pattern(self) -> re.Pattern[str]:
        """What a sample cell must match; most forms are never asked, so it is compiled by the first who does."""
        return _compiled(self.looks)

    def value_sql(self, text: str) -> str:
        """Return SQL for the value of a text expression."""
        return self.value.format(c=text)

    def faithful_sql(self, text: str, value: str) -> str:
        """Return SQL that is true when a value says what its text says, or both are null; else false or null."""
        return f"({self.faithful.format(c=text, v=value)})"

    def text_sql(self, value: str) -> str:
        """Return SQL for the text of a value expression."""
        return f"({self.text.format(v=value)})"


@cache
def _compiled(looks: str) -> re.Pattern[str]:
    return re.compile(looks)


OR_NULL = " or {c} is null"


def form(
    key: str, sql_type: str, pattern: str, value: str, faithful: str, text: str, *, exact: bool = True
) -> Form:
    """Return a form whose pattern is written out."""
    return Form(key, sql_type, pattern, value, faithful, text, exact)


def same_text(text: str) -> str:
    """Return the check that a value, written down, is the cell it came from, or that both are null.

    Said so, it costs the engine half of what an equation costs with another question after it for nulls.
    """
    return f"{text} is not distinct from {{c}}"


TEXT = form("text", TEXT_TYPE, r"(?s:.*)", "{c}", "true", "{v}")

_PLAIN = "{v}::varchar"
_FRACTION = r"-?(?:0|[1-9]\d*)(?:\.\d+)?"

INTEGER = form("integer", "BIGINT", r"0|-?[1-9][0-9]{0,18}", "try_cast({c} as bigint)", same_text(_PLAIN), _PLAIN)
_DOUBLE_VALUE = "try_cast({c} as double)"
_DOUBLE_PATTERN = rf"{_FRACTION}(?:e[-+]\d+)?"
DOUBLE = form(
    "double", "DOUBLE", _DOUBLE_PATTERN, _DOUBLE_VALUE,
    "isfinite({v}) and ({v}::varchar = {c} or {v}::varchar = {c} || '.0')" + OR_NULL, _PLAIN, exact=False,
)  # fmt: skip
DOUBLE_EXACT = form(
    "double_exact", "DOUBLE", _DOUBLE_PATTERN, _DOUBLE_VALUE,
    "isfinite({v}) and {v}::varchar = {c}" + OR_NULL, _PLAIN,
)  # fmt: skip
MAX_DIGITS = 38


FIXED, SHORT, POINT_ZERO, FREE = "exact", "short", "point", ""
"""How many digits fractions have: all of the scale; as many as they need; so, but at least one; any number."""
_FEW: dict[str, str] = {
    SHORT: "(not contains({c}, '.') or not (ends_with({c}, '0') or ends_with({c}, '.')))",
    POINT_ZERO: "strlen({c}) > strlen({v}::varchar) - SCALE"
    " and (not ends_with({c}, '0') or strlen({c}) = strlen({v}::varchar) - SCALE + 1)",
}
"""That a text with which the value begins has no digit too many; faster to see than to write it down again, and by
lengths faster than by looking for the point. SCALE is how many digits the value has after it."""
_ALL_DIGITS = "{v}::varchar = {c} and not ends_with({c}, '0')"
"""Most fractions have every digit of the scale; they need no closer look."""


def decimal_form(
    digits: int, scale: int, *, decimal: str = ".", thousands: str | None = None, zeros: str = FREE
) -> Form | None:
    """Return the form of decimal fractions, or None when no type holds them.

    Args:
        digits: Most digits before the mark.
        scale: Most digits after it.
        decimal: The decimal mark.
        thousands: The mark between groups of three digits, if there is one.
        zeros: How many digits the fractions have; with `FREE` groups may also lack their mark.
    """
    precision = 18 if digits + scale <= 18 else MAX_DIGITS
    if digits + scale > precision:
        return None
    sql_type = f"DECIMAL({precision},{scale})"
    key = f"decimal{f'_{zeros}' if zeros else ''}_{precision}_{scale}{decimal}{thousands or ''}"
    pattern, text = mark_pattern(decimal, thousands), _written(decimal, thousands, zeros)
    plain = f"replace({{c}}, '{decimal}', '.')" if decimal != "." else "{c}"
    if thousands:
        plain = plain.replace("{c}", f"replace({{c}}, {_quoted(thousands)}, '')")
    if plain == "{c}" and zeros in _FEW:
        few = _FEW[zeros].replace("SCALE", str(scale))
        faithful = f"{_ALL_DIGITS} or starts_with({{v}}::varchar, {{c}}) and {few}{OR_NULL}"
    elif zeros:
        faithful = same_text(text)
    elif plain == "{c}":
        faithful = "starts_with({v}::varchar, {c})" + OR_NULL
    else:
        matches = f"regexp_full_match({{c}}, '{_sql(pattern)}')"
        faithful = f"starts_with({{v}}::varchar, {plain}) and {matches}{OR_NULL}"
    # Straight from text to a wide decimal, the engine needs three hundred times as long as by way of an integer.
    value = f"try_cast({plain} as HUGEINT)" if precision == MAX_DIGITS and scale == 0 else plain
    value = f"try_cast({value} as {sql_type})"
    made = form(key, sql_type, pattern, value, faithful, text, exact=bool(zeros))
    return replace(made, marks=(decimal, thousands))


def _written(decimal: str, thousands: str | None, zeros: str) -> str:
    """Return SQL that writes a decimal value `{v}` down with these marks."""
    plain = _PLAIN
    if zeros in (SHORT, POINT_ZERO):
        plain = "rtrim({v}::varchar, '0')"
        plain = f"rtrim({plain}, '.')" if zeros == SHORT else f"regexp_replace({plain}, '[.]$', '.0')"
    if decimal == "." and thousands is None:
        return plain
    if thousands is None:
        return f"replace({plain}, '.', '{decimal}')"
    whole, fraction = f"split_part({plain}, '.', 1)", f"split_part({plain}, '.', 2)"
    sign = "case when starts_with({v}::varchar, '-') then '-' else '' end"
    grouped = (
        f"regexp_replace(reverse(ltrim({whole}, '-')), '([0-9]{{{{3}}}})', '\\1' || {_quoted(thousands)}, 'g')"
    )
    whole = f"({sign} || reverse(rtrim({grouped}, {_quoted(thousands)})))"
    return f"({whole} || case when contains({plain}, '.') then '{decimal}' || {fraction} else '' end)"


def mark_pattern(decimal: str, thousands: str | None) -> str:
    """Return the pattern of numbers with these marks: groups complete or absent, no leading zero."""
    fraction = rf"(?:{re.escape(decimal)}[0-9]+)?"
    if not thousands:
        return rf"-?(?:0|[1-9][0-9]*){fraction}"
    return rf"-?(?:0|[1-9][0-9]{{0,2}}(?:{re.escape(thousands)}[0-9]{{3}})*|[1-9][0-9]*){fraction}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _sql(pattern: str) -> str:
    """Return the pattern within an SQL string that is filled by `str.format` later."""
    return pattern.replace("'", "''").replace("{", "{{").replace("}", "}}")


def asked_form(said: str, sql_type: str) -> Form:
    """Return the form of a column whose type a person chose.

    Args:
        said: The column that holds what each cell says of the type, as text the engine can cast.
        sql_type: The type.
    """
    everything = r"(?s:.*)"
    value, faithful = f"try_cast({said} as {sql_type})", f"{{v}} is not null or {said} is null"
    return Form("asked", sql_type, everything, value, faithful, _PLAIN, exact=False, needs=(said,))


# ---- words, dates, times ----------------------------------------------------------------------------------

TRUTHS = (
    ("true", "false"), ("yes", "no"), ("ja", "nein"), ("wahr", "falsch"), ("oui", "non"), ("vrai", "faux"),
    ("sí", "no"), ("sì", "no"), ("verdadero", "falso"), ("vero", "falso"), ("ja", "nee"), ("ja", "nej"),
    ("tak", "nie"),
)  # fmt: skip
"""Words for yes and no."""


def _truths() -> Iterator[Form]:
    for yes, no in TRUTHS:
        for word in (str.lower, str.capitalize, str.upper):
            one, other = word(yes), word(no)
            value = f"case {{c}} when '{one}' then true when '{other}' then false end"
            text = f"case when {{v}} then '{one}' when not {{v}} then '{other}' end"
            yield form(
                f"truth_{one}_{other}", "BOOLEAN", f"{one}|{other}", value, "{v} is not null" + OR_NULL, text
            )


_PARTS = {
    "%Y": "[0-9]{4}", "%m": "[0-9]{2}", "%d": "[0-9]{2}", "%-m": "[1-9][0-9]?", "%-d": "[1-9][0-9]?",
    "%H": "[0-9]{2}", "%-H": "[0-9]{1,2}", "%M": "[0-9]{2}", "%S": "[0-9]{2}", "%g": "[0-9]{3}", "%f": "[0-9]{6}",
    "%I": "[0-9]{2}", "%-I": "[1-9][0-9]?", "%p": "[AP]M", "%b": "[A-Z][a-z]{2}", "%B": "[A-Z][a-z]{2,8}",
}  # fmt: skip
_ONE_PART = re.compile("|".join(map(re.escape, sorted(_PARTS, key=len, reverse=True))))

DAY_FIRST = tuple(f"{d}{s}{m}{s}%Y" for s in "./-" for d, m in (("%d", "%m"), ("%-d", "%-m")))
MONTH_FIRST = tuple(f"{m}{s}{d}{s}%Y" for s in "/-" for d, m in (("%d", "%m"), ("%-d", "%-m")))
_CLEAR_DATES = (
    "%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y-%-m-%-d", "%Y/%-m/%-d",
    "%d %b %Y", "%-d %b %Y", "%d-%b-%Y", "%-d-%b-%Y", "%b %d, %Y", "%b %-d, %Y", "%d %B %Y", "%-d %B %Y",
    "%B %d, %Y", "%B %-d, %Y",
)  # fmt: skip
_TIMES = ("%H:%M:%S", "%H:%M", "%-H:%M:%S", "%-H:%M", "%H:%M:%S.%g", "%H:%M:%S.%f", "%I:%M:%S %p", "%-I:%M:%S %p",
          "%I:%M %p", "%-I:%M %p")  # fmt: skip


def dated(style: str, *, clock: str = "", between: str = "") -> Form:
    """Return the form of days, or with a clock of moments, written in one style of `strftime`."""
    whole = f"{style}{between}{clock}"
    pattern = _pattern_of(whole)
    cast = "" if clock else "::date"
    # The name's last letters are looked at by nobody: only a text that comes out as it went in is faithful.
    return form(
        f"{'moment' if clock else 'date'}:{whole}",
        "TIMESTAMP" if clock else "DATE",
        pattern,
        f"try_strptime({{c}}, '{whole}'){cast}",
        same_text(f"strftime({{v}}, '{whole}')"),
        f"strftime({{v}}, '{whole}')",
    )


def _pattern_of(style: str) -> str:
    parts, at = [], 0
    for found in _ONE_PART.finditer(style):
        parts += [re.escape(style[at : found.start()]), _PARTS[found[0]]]
        at = found.end()
    return "".join([*parts, re.escape(style[at:])])


_DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
_CLOCK = r"[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{0,5}[1-9])?"
_UTC = "({v} at time zone 'UTC')::varchar"


def _iso() -> Iterator[Form]:
    """The forms the engine reads and writes by itself, which is faster; they come first."""
    day, moment = "try_cast({c} as date)", "try_cast({c} as timestamp)"
    finite = "{c} is distinct from 'infinity' and {c} is distinct from '-infinity' and "
    yield form("date", "DATE", _DAY, day, finite + same_text(_PLAIN), _PLAIN)
    yield form("moment", "TIMESTAMP", f"{_DAY} {_CLOCK}", moment, finite + same_text(_PLAIN), _PLAIN)
    with_t = "replace({v}::varchar, ' ', 'T')"
    yield form("moment_t", "TIMESTAMP", f"{_DAY}T{_CLOCK}", moment, finite + same_text(with_t), with_t)
    for name, between in (("", " "), ("_t", "T")):
        for zone in ("Z", "+00:00", "+00"):
            utc = f"replace({_UTC}, ' ', '{between}') || '{zone}'"
            yield form(
                f"utc{name}:{zone}", "TIMESTAMP WITH TIME ZONE", f"{_DAY}{between}{_CLOCK}{re.escape(zone)}",
                "try_cast({c} as timestamptz)", finite + same_text(utc), utc,
            )  # fmt: skip
    yield form("time", "TIME", _CLOCK, "try_cast({c} as time)", same_text(_PLAIN), _PLAIN)
    short = "left({v}::varchar, 5)"
    yield form("time_short", "TIME", "[0-9]{2}:[0-9]{2}", "try_cast({c} as time)", same_text(short), short)


CLEAR: tuple[Form, ...] = (
    *_truths(),
    *_iso(),
    *(dated(style) for style in _CLEAR_DATES[1:]),
    *(
        dated(s, clock=c, between=b)
        for s in _CLEAR_DATES
        for c in _TIMES
        for b in " T"
        if b == " " or s == "%Y-%m-%d"
    ),
)
"""Forms that can be read in one way only; the first that fits is taken."""


def _with_times(styles: tuple[str, ...]) -> tuple[Form, ...]:
    days = tuple(dated(style) for style in styles)
    return (*days, *(dated(style, clock=clock, between=" ") for style in styles for clock in _TIMES))


BY_ORDER: dict[str, tuple[Form, ...]] = {"dmy": _with_times(DAY_FIRST), "mdy": _with_times(MONTH_FIRST)}
"""Forms that need to be told, or to show, whether the day or the month is first; points mean the day."""


_KNOWN: dict[str, Form] = {
    known.key: known for known in (TEXT, INTEGER, DOUBLE, DOUBLE_EXACT, *CLEAR, *BY_ORDER["dmy"], *BY_ORDER["mdy"])
}
_DECIMAL_KEY = re.compile(r"decimal(?:_(exact|short|point))?_(\d+)_(\d+)([.,])(.?)", re.DOTALL)


def form_of(key: str) -> Form | None:
    """Return the form of a name that stays with a dataset; None for one that writes values down plainly."""
    found = _DECIMAL_KEY.fullmatch(key)
    if found is None:
        return _KNOWN.get(key)
    digits, scale = int(found[2]) - int(found[3]), int(found[3])
    return decimal_form(digits, scale, decimal=found[4], thousands=found[5] or None, zeros=found[1] or FREE)
