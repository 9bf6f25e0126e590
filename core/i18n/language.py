"""Which language and which way of writing numbers hold at the moment.

One voice for the process, set once at the start from the setting `ui.language`; `speaking()` puts another one in
front for the current thread or task, which is how one server can later speak to several people. Before anything
is set, it is English. Used through `core.i18n`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, Literal, get_args

from core.i18n.system import system_locales

Language = Literal["auto", "en", "de"]
"""What a person can choose: `auto` is the machine's language, English where there are no texts for it."""

SOURCE: Final = "en"
"""The language the texts are written in."""
LANGUAGES: Final[dict[str, str]] = {"en": "English", "de": "Deutsch"}
"""The languages there are texts for, each by its own name."""


@dataclass(frozen=True, slots=True)
class Voice:
    """A language, and the locale (`de_AT`) whose numbers and dates go with it."""

    language: str = SOURCE
    locale: str = SOURCE


class _Process:
    """The process's own voice. The one thing here that changes, because threads do not inherit a context."""

    voice = Voice()


_person: ContextVar[Voice | None] = ContextVar("voice", default=None)


def set_language(language: Language | str) -> None:
    """Set the process's language.

    Args:
        language: One of `Language`; anything else is taken as `auto`, since a text in a language a person does
            not expect is better than none.
    """
    _Process.voice = voice_for(language)


@contextmanager
def speaking(language: Language | str) -> Iterator[None]:
    """Use another language for the block, in this thread or task only."""
    token = _person.set(voice_for(language))
    try:
        yield
    finally:
        _person.reset(token)


def current_voice() -> Voice:
    """Return the voice of the current thread or task, or else the process's."""
    return _person.get() or _Process.voice


def current_language() -> str:
    """Return the language texts are in now, a key of `LANGUAGES`."""
    return current_voice().language


def current_locale() -> str:
    """Return the locale numbers and dates are written by now: `en` is English of no particular country."""
    return current_voice().locale


def voice_for(language: str) -> Voice:
    """Return the voice for a choice; a locale of the machine is kept where it is of the same language."""
    wanted = language if language in get_args(Language) else "auto"
    for name in system_locales():
        spoken = name.partition("_")[0].lower()
        if spoken in LANGUAGES and wanted in ("auto", spoken):
            return Voice(spoken, name)
    return Voice() if wanted == "auto" else Voice(wanted, wanted)
