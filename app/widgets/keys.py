"""Widget keys, built in one place.

Streamlit turns a key into a CSS class and maps several signs to one, so two keys that differ only by a sign would
share their style and their journal. Keys from here differ in letters, digits and single underscores only.
"""

import re
from hashlib import blake2b

_PART = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_DIGEST_BYTES = 10
_TAKEN = "x_"
"""Marks a digest, so that no plain instance can look like one."""


def field_key(view: str, field: str, instance: str | int | None = None) -> str:
    """Return the key of one widget.

    Args:
        view: The page that draws it, such as `datasets`.
        field: What it is there, such as `search`.
        instance: Which one of several: an id, a name, a number. Text that is no plain word becomes a digest.

    Raises:
        ValueError: `view` or `field` is not made of lower-case letters, digits and single underscores.
    """
    for part in (view, field):
        if not _PART.fullmatch(part):
            raise ValueError(f"'{part}' cannot be part of a key")
    if instance is None:
        return f"{view}__{field}"
    return f"{view}__{field}__{_plain(str(instance))}"


def _plain(instance: str) -> str:
    if _PART.fullmatch(instance) and not instance.startswith(_TAKEN):
        return instance
    return _TAKEN + blake2b(instance.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).hexdigest()
