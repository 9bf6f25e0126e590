"""Sentences that were stored in English, told in the current language.

Flags, ledger reasons, steps and errors of jobs are kept as English sentences with their values filled in. To show
one, the template it was made from is looked for among all texts of the catalogue: exact where there is no
placeholder, by pattern otherwise. What nothing matches stays English. Used through `core.i18n`.
"""

import re
from functools import cache, lru_cache
from typing import Final

from core.i18n.language import SOURCE, current_language
from core.i18n.texts import Text, templates

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_ENOUGH_LETTERS: Final = 8
"""A template with fewer letters of its own matches too much to be believed by itself."""
_DEPTH: Final = 3
JOINT: Final = " · "
"""Between facts that stand side by side; each of them is a text of its own."""


def retold(sentence: str) -> str:
    """Return an English sentence in the current language, as far as it is known."""
    language = current_language()
    if language == SOURCE or not sentence:
        return sentence
    parts = sentence.split(JOINT)
    told = [_retold(part, language, _DEPTH) or part for part in parts]
    return Text(_retold(sentence, language, _DEPTH) or JOINT.join(told), sentence)


@lru_cache(maxsize=4_096)
def _retold(sentence: str, language: str, depth: int) -> str | None:
    exact = templates(language).get(sentence)
    if exact is not None:
        return exact
    if depth == 0:
        return None
    for pattern, template, letters in _patterns(language):
        match = pattern.fullmatch(sentence)
        if match:
            values = match.groupdict()
            told = {name: _retold(value, language, depth - 1) for name, value in values.items()}
            if letters >= _ENOUGH_LETTERS or any(value is not None for value in told.values()):
                return template.format(**{name: told[name] or value for name, value in values.items()})
    return None


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str, int], ...]:
    """Return pattern, translation and own letters of each template, the most telling first."""
    found = [(_pattern(text), shown, _letters(text)) for text, shown in templates(language).items() if "{" in text]
    return tuple(sorted(((p, s, n) for p, s, n in found if p is not None), key=lambda entry: -entry[2]))


def _pattern(template: str) -> re.Pattern[str] | None:
    """Return the pattern of a template; None if it has a placeholder that is more than a name."""
    written = ""
    seen: set[str] = set()
    for number, piece in enumerate(_PLACEHOLDER.split(template)):
        if number % 2 == 0:
            if "{" in piece or "}" in piece:
                return None
            written += re.escape(piece)
        elif piece in seen:
            written += f"(?P={piece})"
        else:
            seen.add(piece)
            written += f"(?P<{piece}>.+?)"
    return re.compile(written, re.DOTALL)


def _letters(template: str) -> int:
    return sum(sign.isalpha() for sign in _PLACEHOLDER.sub("", template))
