"""Secrets: enough randomness, compared safely, stored as digests."""

from hypothesis import given
from hypothesis import strategies as st

from core.security.secrets import new_secret, same_secret, secret_digest


def test_secrets_do_not_repeat() -> None:
    """Each is new, and long enough that nobody guesses it."""
    many = {new_secret() for _ in range(1_000)}
    assert len(many) == 1_000
    assert min(map(len, many)) >= 43  # 256 bits in base 64


@given(st.text(), st.text())
def test_only_the_same_secret_matches(given_text: str, wanted: str) -> None:
    """Equality and nothing else opens the door; umlauts do not break it."""
    assert same_secret(given_text, wanted) == (given_text == wanted != "")


def test_an_empty_secret_matches_nothing() -> None:
    """A secret that was never set lets nobody in."""
    assert not same_secret("", "")


@given(st.text(), st.text())
def test_the_digest_tells_secrets_apart_without_showing_them(one: str, other: str) -> None:
    """What is stored recognises the secret and does not contain it."""
    assert (secret_digest(one) == secret_digest(other)) == (one == other)
    assert len(secret_digest(one)) == 64
