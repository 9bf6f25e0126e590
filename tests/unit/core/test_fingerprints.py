"""Content fingerprints: same content, same text; other content, other text."""

import math
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from core.fingerprint import CHUNK_BYTES, file_digest, fingerprint
from core.types import Json

values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(max_size=4), values, max_size=6))
def test_the_order_of_keys_does_not_matter(value: dict[str, Json]) -> None:
    """Two ways to build the same settings give the same cache key."""
    backwards: Json = dict(reversed(value.items()))
    assert fingerprint(value) == fingerprint(backwards)


@given(values, values)
def test_different_values_have_different_fingerprints(one: Json, other: Json) -> None:
    """A cached answer is never given to another question; 1, 1.0 and true are different questions."""
    assert (fingerprint(one) == fingerprint(other)) == (repr_of(one) == repr_of(other))


def repr_of(value: Json) -> str:
    """A text that tells types apart and ignores the order of keys."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{k!r}:{repr_of(value[k])}" for k in sorted(value)) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(repr_of, value)) + "]"
    return repr(value)


def test_text_that_is_no_valid_unicode_still_has_a_fingerprint() -> None:
    """A file name with undecodable bytes is a legal name."""
    assert fingerprint("a\udcff") != fingerprint("a")


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_json_cannot_hold_are_refused(value: float) -> None:
    """NaN does not equal itself, so it can be part of no key."""
    with pytest.raises(ValueError, match="JSON"):
        fingerprint(value)


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1])
def test_a_file_is_hashed_by_the_same_bytes_that_are_handed_on(tmp_path: Path, size: int) -> None:
    """Digest and copy see every byte once, in order, at any size."""
    content = bytes(i * 7 & 255 for i in range(1024)) * (size // 1024) + b"x" * (size % 1024)
    file = tmp_path / "file"
    file.write_bytes(content)
    chunks: list[bytes] = []

    digest = file_digest(file, each_chunk=chunks.append)

    assert digest == blake3(content).hexdigest() == file_digest(file)
    assert b"".join(chunks) == content
