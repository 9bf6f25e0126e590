"""Nothing secret reaches a sink: values under telling names and token-like texts are replaced."""

import re
from collections.abc import Mapping
from typing import Any

REDACTED = "[redacted]"

_SECRET_NAME = re.compile(
    r"passw|secret|token|api_?key|authori[sz]ation|cookie|credential|private_key", re.IGNORECASE
)
# Each pattern can begin at few places of a text, so that a hostile megabyte is searched in one pass.
_SECRET_TEXT = (
    (re.compile(r"([?&](?:t|token|key|secret)=)[^&\s\"']+"), rf"\1{REDACTED}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,}"), rf"\1 {REDACTED}"),
    (re.compile(r"(\b\w+://[^\s:/@]+:)[^\s@/]+@"), rf"\1{REDACTED}@"),
    (re.compile(r"(?i)\b(password|passwd|secret|token)(\s*[=:]\s*)[^\s,;\"']+"), rf"\1\2{REDACTED}"),
    (re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+\.[\w.-]+\b"), "[e-mail]"),
    (re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "[iban]"),
)


def redact_text(text: str) -> str:
    """Return the text without tokens, passwords in URLs, e-mail addresses and account numbers."""
    for pattern, replacement in _SECRET_TEXT:
        text = pattern.sub(replacement, text)
    return text


def redact(value: Any, name: str = "") -> Any:  # noqa: ANN401 - any log value
    """Return the value as it may be logged; mappings and sequences are walked."""
    if name and _SECRET_NAME.search(name):
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, Mapping):
        return {key: redact(item, str(key)) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [redact(item) for item in value]
    return value if isinstance(value, int | float | bool | None) else redact_text(str(value))
