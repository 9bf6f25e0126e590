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
TEXTS_INSIDE: Final = frozenset(
    {"found", "kinds", "last", "form", "message", "problem", "reason", "sentence", "what"}
)
"""Placeholders that are filled with a text of ours; what stands in any other is a name or a number, and stays."""
_BETWEEN: Final = ", "
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


def _retold(sentence: str, language: str, depth: int) -> str | None:
    told = _likeliest(sentence, language, depth)
    return told[0] if told else None


@lru_cache(maxsize=4_096)
def _likeliest(sentence: str, language: str, depth: int) -> tuple[str, int] | None:
    """Return the translation that most letters of the sentence speak for, and how many."""
    exact = templates(language).get(sentence)
    if exact is not None:
        return exact, _letters(sentence)
    best: tuple[str, int] | None = None
    for pattern, template, letters, core in _patterns(language) if depth else ():
        match = pattern.fullmatch(sentence) if core in sentence else None
        if not match:
            continue
        values = match.groupdict()
        inside = {name: _likeliest(values[name], language, depth - 1) for name in TEXTS_INSIDE & values.keys()}
        told = {name: found for name, found in inside.items() if found}
        if letters >= _ENOUGH_LETTERS or told:
            speaking = letters + sum(found[1] for found in told.values())
            if best is None or speaking > best[1]:
                texts = {name: told[name][0] if name in told else value for name, value in values.items()}
                best = template.format(**texts), speaking
    return best or (_listed(sentence, language) if depth else None)


def _listed(sentence: str, language: str) -> tuple[str, int] | None:
    """Return a list of words, each of them a text of its own."""
    words = [templates(language).get(word) for word in sentence.split(_BETWEEN)]
    return (_BETWEEN.join(map(str, words)), _letters(sentence)) if all(words) else None


def _letters(text: str) -> int:
    return sum(sign.isalpha() for sign in text)


@cache
def _patterns(language: str) -> tuple[tuple[re.Pattern[str], str, int, str], ...]:
    """Return pattern, translation, own letters and longest own piece of each template, the most telling first."""
    found = []
    for text, shown in templates(language).items():
        pattern = _pattern(text) if "{" in text else None
        if pattern is not None:
            pieces = _PLACEHOLDER.split(text)[::2]
            found.append((pattern, shown, _letters("".join(pieces)), max(pieces, key=len)))
    return tuple(sorted(found, key=lambda entry: -entry[2]))


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
