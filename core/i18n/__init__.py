"""Texts in the person's language, numbers and dates in the person's way of writing.

The one door for everything a person reads: `_("There is no dataset '{name}'.").format(name=name)`. English is
the source and the key; the translations are `core/locales/<language>/LC_MESSAGES/bestand.mo`, written by
`make texts`. What machines read (`--json`, log events, codes, SQL) never comes through here.
"""

from core.i18n.axes import axis_words
from core.i18n.formats import date, decimal, duration, number, percent, rounded, size, when
from core.i18n.language import (
    LANGUAGES,
    SOURCE,
    Language,
    current_language,
    current_locale,
    set_language,
    speaking,
)
from core.i18n.retold import retold
from core.i18n.setting import LANGUAGE_VARIABLE, language_setting
from core.i18n.texts import N_, _, in_english, ngettext, pgettext
from core.i18n.typed import typed_date, typed_number

__all__ = [
    "LANGUAGES",
    "LANGUAGE_VARIABLE",
    "N_",
    "SOURCE",
    "Language",
    "_",
    "axis_words",
    "current_language",
    "current_locale",
    "date",
    "decimal",
    "duration",
    "in_english",
    "language_setting",
    "ngettext",
    "number",
    "percent",
    "pgettext",
    "retold",
    "rounded",
    "set_language",
    "size",
    "speaking",
    "typed_date",
    "typed_number",
    "when",
]
