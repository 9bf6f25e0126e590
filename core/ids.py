"""Identifiers: unique without coordination, sorted by time of birth, safe as a file name on every system."""

import os
import random
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32 in lower case: no letters that look alike, no difference by case."""

_dice = random.Random(secrets.randbits(256))  # noqa: S311 - ids must differ, nobody must be unable to guess them
"""Asked without a call of the system, which an id would otherwise cost; several are made at each click."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: _dice.seed(secrets.randbits(256)))


def new_id() -> str:
    """Return a 26-character id: 48 bits of milliseconds, then 80 random bits.

    Source:
        The ULID layout (github.com/ulid/spec), in lower case because some file systems fold case.
    """
    number = (int(time.time() * 1000) & (1 << 48) - 1) << 80 | _dice.getrandbits(80)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))
