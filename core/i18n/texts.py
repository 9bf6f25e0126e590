"""Texts out of the catalogue. Used through `core.i18n`.

`make texts` finds the calls in the sources, so what stands inside the brackets is always one plain string, never
an f-string and never a variable (but for what `N_` has marked elsewhere).
"""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final, Self

from core.i18n.language import SOURCE, current_language

LOCALES: Final = Path(__file__).resolve().parents[1] / "locales"
"""Where the catalogues are, in a checkout, a wheel and a bundle alike."""
DOMAIN: Final = "bestand"
_NO_WHOLE_NUMBER: Final = 2
"""1.5 rows: neither language counts that as one."""


class Text(str):
    """A translated text that remembers what it is in English, for logs, `--json` and everything that is stored."""

    __slots__ = ("english",)
    english: str

    def __new__(cls, shown: str, english: str) -> Self:
        """Make a text out of both its forms."""
        made = super().__new__(cls, shown)
        made.english = english
        return made

    def __reduce__(self) -> tuple[type["Text"], tuple[str, str]]:
        """Let copies keep both forms; Streamlit copies what it is given."""
        return Text, (str(self), self.english)

    def format(self, *args: object, **kwargs: object) -> "Text":
        """Fill in both forms; a value that is a translated text itself goes into each in its own form."""
        plain = {name: in_english(value) for name, value in kwargs.items()}
        return Text(super().format(*args, **kwargs), self.english.format(*map(in_english, args), **plain))

    def removesuffix(self, suffix: str, /) -> "Text":
        """Return both forms without this ending."""
        return Text(super().removesuffix(suffix), self.english.removesuffix(suffix))


def in_english(value: object) -> object:
    """Return the English form of a translated text; anything else as it is."""
    return value.english if isinstance(value, Text) else value


def _(text: str) -> str:
    """Return the text in the current language; the text itself where it has no translation.

    One that is also the form for one of a counted text is found there.
    """
    language = current_language()
    if language == SOURCE or not text:
        return text
    catalogue = _catalogue(language)
    told = catalogue.gettext(text)
    return Text(told if told != text else catalogue.ngettext(text, text, 1), text)


def ngettext(one: str, many: str, count: float) -> str:
    """Return the form of the text that goes with a count; fill in `{count}` by `.format(count=number(n))`."""
    whole = int(count) if count == int(count) else _NO_WHOLE_NUMBER
    english = one if whole == 1 else many
    language = current_language()
    return english if language == SOURCE else Text(_catalogue(language).ngettext(one, many, whole), english)


def pgettext(context: str, text: str) -> str:
    """Return the translation of a word that means different things in different places.

    Args:
        context: Which of them, such as "verb"; never shown.
        text: The word.
    """
    language = current_language()
    return text if language == SOURCE else Text(_catalogue(language).pgettext(context, text), text)


def N_(text: str) -> str:  # noqa: N802 - the name every tool around gettext knows
    """Mark a text for the catalogue and return it as it is; `_(CONSTANT)` translates it where it is shown."""
    return text


def templates(language: str) -> dict[str, str]:
    """Return every text of a language by its English form, but for those that depend on a count."""
    catalogue = _catalogue(language)
    return catalogue.templates() if isinstance(catalogue, _Catalogue) else {}


class _Catalogue(GNUTranslations):
    """The texts of one language."""

    _catalog: dict[str | tuple[str, int], str]  # as the base class keeps them

    def templates(self) -> dict[str, str]:
        """Return the texts by their English forms."""
        return {key: text for key, text in self._catalog.items() if isinstance(key, str) and key}


@cache
def _catalogue(language: str) -> NullTranslations:
    """Return the texts of a language. A missing or broken file means English, never a failed start."""
    if language == SOURCE:
        return NullTranslations()
    path = LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.mo"
    try:
        with path.open("rb") as file:
            return _Catalogue(file)
    except (OSError, ValueError, EOFError):
        return NullTranslations()
