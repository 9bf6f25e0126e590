"""Content fingerprints: the same content has the same text, on every machine and in every run."""

import json
from collections.abc import Callable
from pathlib import Path

from blake3 import blake3

from core.types import Json

CHUNK_BYTES = 4 * 1024 * 1024


def fingerprint(value: Json) -> str:
    """Return the BLAKE3 hex digest of the canonical JSON form of `value` (keys sorted, no spaces)."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return blake3(text.encode("utf-8", "surrogatepass")).hexdigest()


def file_digest(path: Path, *, each_chunk: Callable[[bytes], None] | None = None) -> str:
    """Return the BLAKE3 hex digest of a file's bytes.

    Args:
        path: The file; read once, front to back.
        each_chunk: Called with every chunk that was hashed, so that a copy or a line count sees the same bytes.
    """
    hasher = blake3()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            hasher.update(chunk)
            if each_chunk:
                each_chunk(chunk)
    return hasher.hexdigest()
