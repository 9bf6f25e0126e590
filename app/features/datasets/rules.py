"""What the words of a reading must be: one rule for the field as it is typed in, the form, and the act. Pure."""

import codecs
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field as Limits

from app.features.datasets import texts
from app.forms.spec import Values
from core.i18n import _
from core.rules import Rule

ENCODINGS: Final = (
    "utf-8", "windows-1252", "iso8859-15", "cp1250", "cp1251", "cp437", "cp850", "utf-16-le", "utf-16-be",
    "shift_jis", "gb18030", "big5", "koi8-r",
)  # fmt: skip
"""Those a person is offered; any other that is known may be typed."""


def encoding_name(typed: str) -> str:
    """Return the name an encoding goes by here, which must be known."""
    name = typed.strip().lower()
    return name if name in ENCODINGS else codecs.lookup(name).name


def widths_of(typed: str) -> tuple[int, ...]:
    """Return the widths of columns, typed as numbers, which they must be."""
    return tuple(map(int, typed.replace(",", " ").split()))


def _no_encoding(typed: str) -> str | None:
    try:
        encoding_name(typed)
    except (LookupError, ValueError):
        return f"{_(texts.NO_ENCODING).format(name=typed)} {_(texts.NO_ENCODING_HINT)}"
    return None


def _no_widths(typed: str) -> str | None:
    parts = typed.replace(",", " ").split()
    if parts and all(part.isdecimal() and int(part) > 0 for part in parts):
        return None
    return f"{_(texts.NO_WIDTHS).format(text=typed)} {_(texts.NO_WIDTHS_HINT)}"


ENCODING: Final[Rule[str]] = Rule(str, _no_encoding)
WIDTHS: Final[Rule[str]] = Rule(str, _no_widths)
LINE: Final[Rule[int]] = Rule(Annotated[int, Limits(ge=1)])


def signs_differ(values: Values) -> Mapping[str, str]:
    """Refuse one sign for two things that must be told apart."""
    if values.get("delimiter") and values.get("delimiter") == values.get("quote"):
        return {"quote": _(texts.SAME_SIGN)}
    return {}
