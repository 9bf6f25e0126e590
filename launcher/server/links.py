"""One-time links: how a browser is let in the first time.

A link carries a random token; the profile keeps only the token's digest, as the name of a file that ends the
link's life. Whoever removes that file has used the link, so it opens once even when two come at the same moment,
and a command can make a link without talking to the engine. The token is another secret than the cookie's.
"""

import json
import os
import re
from pathlib import Path

from core.clock import Clock, system_clock
from core.paths import ProfilePaths, translate_os_error
from core.security.secrets import new_secret, secret_digest

LINK_LIFE_S = 900.0
"""How long a link may wait to be opened."""

AUTH_PATH = "/auth"

_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


def mint_link(paths: ProfilePaths, origin: str, *, clock: Clock = system_clock) -> str:
    """Return an address that lets one browser in, once, within `LINK_LIFE_S` seconds.

    Args:
        paths: The profile the engine serves.
        origin: Where the engine is reached, such as `http://127.0.0.1:23456`.
        clock: The time, in seconds.

    Raises:
        ProfileError: the profile cannot be written.
    """
    token = new_secret()
    try:
        paths.links.mkdir(mode=0o700, parents=True, exist_ok=True)
        sweep_links(paths, clock=clock)
        _write_private(paths.links / secret_digest(token), json.dumps({"expires": clock() + LINK_LIFE_S}))
    except OSError as error:
        raise translate_os_error(error, paths.links) from error
    return f"{origin}{AUTH_PATH}?t={token}"


def use_link(paths: ProfilePaths, token: str, *, clock: Clock = system_clock) -> bool:
    """Use up a token; False if it is unknown, used or too old, without telling which."""
    if not _TOKEN.fullmatch(token):
        return False
    link = paths.links / secret_digest(token)
    try:
        expires = _expiry(link)
        link.unlink()  # of several at once exactly one gets here without an error
    except OSError:
        return False
    return clock() < expires


def sweep_links(paths: ProfilePaths, *, clock: Clock = system_clock) -> None:
    """Remove links nobody opened in time."""
    for link in paths.links.glob("*"):
        try:
            if _expiry(link) <= clock():
                link.unlink()
        except OSError:
            continue  # used or swept by somebody else meanwhile


def _expiry(link: Path) -> float:
    """Return when a link ends; an unreadable one has ended."""
    try:
        return float(json.loads(link.read_text(encoding="utf-8"))["expires"])
    except (ValueError, KeyError, TypeError):
        return 0.0


def _write_private(path: Path, text: str) -> None:
    """Write a new file that only its owner can read, from its first byte on."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
