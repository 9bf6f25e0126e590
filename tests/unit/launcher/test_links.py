"""One-time links: each opens once, for a while, and leaves no token behind."""

import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest

from core.paths import ProfilePaths
from launcher.server.links import LINK_LIFE_S, mint_link, sweep_links, use_link

ORIGIN = "http://127.0.0.1:23456"


def token_of(link: str) -> str:
    """Return the token a link carries."""
    return parse_qs(urlsplit(link).query)["t"][0]


def test_a_link_opens_once(profile: ProfilePaths) -> None:
    """The first use counts, the second does not."""
    token = token_of(mint_link(profile, ORIGIN))

    assert use_link(profile, token)
    assert not use_link(profile, token)


def test_several_links_live_side_by_side(profile: ProfilePaths) -> None:
    """A second link does not take the first one away."""
    first, second = token_of(mint_link(profile, ORIGIN)), token_of(mint_link(profile, ORIGIN))

    assert first != second
    assert use_link(profile, first)
    assert use_link(profile, second)


def test_a_link_ends_by_itself(profile: ProfilePaths) -> None:
    """After its time it is refused, and it is gone from the disk."""
    token = token_of(mint_link(profile, ORIGIN, clock=lambda: 1_000.0))

    assert not use_link(profile, token, clock=lambda: 1_000.0 + LINK_LIFE_S)
    assert list(profile.links.iterdir()) == []


def test_a_new_link_sweeps_old_ones(profile: ProfilePaths) -> None:
    """Links nobody opened do not pile up; younger ones stay."""
    mint_link(profile, ORIGIN, clock=lambda: 0.0)
    young = token_of(mint_link(profile, ORIGIN, clock=lambda: LINK_LIFE_S - 1))
    sweep_links(profile, clock=lambda: LINK_LIFE_S + 1)

    assert len(list(profile.links.iterdir())) == 1
    assert use_link(profile, young, clock=lambda: LINK_LIFE_S + 1)


def test_of_many_at_once_exactly_one_gets_in(profile: ProfilePaths) -> None:
    """The race for one link has one winner, every time."""
    for _ in range(20):
        token = token_of(mint_link(profile, ORIGIN))
        start = threading.Barrier(8)

        def race(token: str = token, start: threading.Barrier = start) -> bool:
            start.wait()
            return use_link(profile, token)

        with ThreadPoolExecutor(8) as pool:
            won = [f.result() for f in [pool.submit(race) for _ in range(8)]]
        assert sum(won) == 1


def test_the_token_is_not_on_the_disk(profile: ProfilePaths) -> None:
    """Who reads the folder later cannot open a link with what it says."""
    token = token_of(mint_link(profile, ORIGIN))
    found = [p for p in profile.root.rglob("*") if p.is_file()]

    assert found
    assert all(token not in p.name and token.encode() not in p.read_bytes() for p in found)


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_only_the_owner_reads_a_link(profile: ProfilePaths) -> None:
    """Another user of the machine sees neither file nor name."""
    mint_link(profile, ORIGIN)
    (link,) = profile.links.iterdir()

    assert stat.S_IMODE(link.stat().st_mode) == 0o600
    assert stat.S_IMODE(profile.links.stat().st_mode) == 0o700


@pytest.mark.parametrize("token", ["", "../../state.db", "a" * 42, "a" * 44, "ä" * 43, "x" * 43, "a" * 42 + "\n"])
def test_what_is_no_token_opens_nothing(profile: ProfilePaths, token: str) -> None:
    """Neither a path nor a guess gets near a file."""
    mint_link(profile, ORIGIN)

    assert not use_link(profile, token)
    assert len(list(profile.links.iterdir())) == 1


def test_a_damaged_link_is_an_ended_one(profile: ProfilePaths) -> None:
    """A file cut by a crash opens nothing and breaks nothing."""
    token = token_of(mint_link(profile, ORIGIN))
    (link,) = profile.links.iterdir()
    link.write_text("{", encoding="utf-8")

    assert not use_link(profile, token)
