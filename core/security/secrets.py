"""Random secrets and how they are compared."""

import hmac
import secrets

from blake3 import blake3


def new_secret() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def same_secret(given: str, wanted: str) -> bool:
    """Compare in constant time; an empty secret equals nothing."""
    return bool(wanted) and hmac.compare_digest(given.encode(), wanted.encode())


def secret_digest(secret: str) -> str:
    """Return what may be stored in place of a random secret (it has enough entropy to need no salt)."""
    return blake3(secret.encode()).hexdigest()
