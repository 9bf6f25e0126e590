"""Texts out of the catalogue. Used through `core.i18n`.

`make texts` finds the calls in the sources, so what stands inside the brackets is always one plain string, never
an f-string and never a variable (but for what `N_` has marked elsewhere).
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

from core.i18n.language import SOURCE, current_language

LOCALES: Final = Path(__file__).resolve().parents[1] / "locales"
"""Where the catalogues are, in a checkout, a wheel and a bundle alike."""
DOMAIN: Final = "bestand"


def _(text: str) -> str:
    """Return the text in the current language; the text itself where it has no translation."""
    return _catalogue(current_language()).gettext(text) if text else ""


def ngettext(one: str, many: str, count: float) -> str:
    """Return the form of the text that goes with a count; fill in `{count}` by `.format(count=number(n))`."""
    return _catalogue(current_language()).ngettext(one, many, count if count == int(count) else 2)  # type: ignore[arg-type]


def pgettext(context: str, text: str) -> str:
    """Return the translation of a word that means different things in different places.

    Args:
        context: Which of them, such as "verb"; never shown.
        text: The word.
    """
    return _catalogue(current_language()).pgettext(context, text)


def N_(text: str) -> str:  # noqa: N802 - the name every tool around gettext knows
    """Mark a text for the catalogue and return it as it is; `_(CONSTANT)` translates it where it is shown."""
    return text


@cache
def _catalogue(language: str) -> NullTranslations:
    """Return the texts of a language. A missing or broken file means English, never a failed start."""
    if language == SOURCE:
        return NullTranslations()
    path = LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    try:
        with path.open("rb") as file:
            return GNUTranslations(file)
    except (OSError, ValueError, EOFError):
        return NullTranslations()
