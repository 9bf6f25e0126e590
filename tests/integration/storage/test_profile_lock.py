"""Who may use a profile, and what the others are told."""

import os
import re

import pytest

from core.errors import ProfileInUseError
from core.paths import ProfilePaths
from storage.lock import ProfileLock
from tests.integration.storage.child import child


def test_many_processes_share_a_profile(profile: ProfilePaths) -> None:
    """Two other processes and this one hold it at once, and each is named with what it does."""
    with (
        child("hold", profile, "the window", "shared") as window,
        child("hold", profile, "an import", "shared") as importing,
        ProfileLock(profile, purpose="a test") as lock,
    ):
        window.expect("held")
        importing.expect("held")
        lock.share()
        assert {(holder.purpose, holder.pid) for holder in lock.holders()} == {
            ("the window", window.pid), ("an import", importing.pid), ("a test", os.getpid()),
        }  # fmt: skip


def test_who_needs_it_alone_hears_who_holds_it(profile: ProfilePaths) -> None:
    """The message names every holder and its process; the hold of the others is untouched."""
    with child("hold", profile, "the window", "shared") as window, ProfileLock(profile) as lock:
        window.expect("held")
        with pytest.raises(ProfileInUseError, match=rf"in use by the window \(process {window.pid}\)") as caught:
            lock.take_alone(wait_s=0.1)
        assert caught.value.retryable
        assert not lock.alone
        lock.share()
        assert len(lock.holders()) == 2


def test_who_comes_hears_who_has_it_alone(profile: ProfilePaths) -> None:
    """While a migration runs, a start is told so by name."""
    with child("hold", profile, "a migration", "alone") as migration, ProfileLock(profile) as lock:
        migration.expect("held")
        with pytest.raises(ProfileInUseError, match=r"a migration \(process \d+\)"):
            lock.share(wait_s=0.1)
        with pytest.raises(ProfileInUseError, match=r"a migration \(process \d+\)"):
            lock.take_alone(wait_s=0.1)


def test_it_is_waited_for(profile: ProfilePaths) -> None:
    """When the others let go in time, it is had alone."""
    with child("hold", profile, "the window", "shared") as window, ProfileLock(profile) as lock:
        window.expect("held")
        assert not lock.try_alone()
        window.let_go()
        lock.take_alone(wait_s=10)
        assert lock.alone


@pytest.mark.parametrize("how", ["shared", "alone"])
def test_a_killed_holder_holds_nothing(profile: ProfilePaths, how: str) -> None:
    """A process that was killed frees the profile at once, and what it left is removed."""
    with child("hold", profile, "the window", how) as window, ProfileLock(profile) as lock:
        window.expect("held")
        window.kill()
        lock.take_alone(wait_s=5)
        assert [holder.pid for holder in lock.holders()] == [os.getpid()]
        assert len(list((profile.run / "holders").iterdir())) == 2


def test_alone_becomes_shared_and_others_get_in(profile: ProfilePaths) -> None:
    """After its migration a start goes on beside others."""
    with ProfileLock(profile) as lock:
        lock.take_alone()
        lock.share()
        assert not lock.alone
        with child("hold", profile, "the window", "shared") as window:
            window.expect("held")
            assert len(lock.holders()) == 2


def test_two_holds_of_one_process_are_two(profile: ProfilePaths) -> None:
    """A second hold inside one process counts like any other."""
    with ProfileLock(profile, purpose="one") as one, ProfileLock(profile, purpose="two") as two:
        one.share()
        assert not two.try_alone()
        one.release()
        assert two.try_alone()


def test_release_leaves_no_trace_and_may_come_twice(profile: ProfilePaths) -> None:
    """After the last holder no holder file is left; releasing again does nothing."""
    lock = ProfileLock(profile)
    lock.share()
    lock.share()
    lock.release()
    lock.release()
    assert list((profile.run / "holders").iterdir()) == []
    assert lock.holders() == ()


def test_a_holder_that_cannot_be_read_still_counts(profile: ProfilePaths) -> None:
    """A holder file of another version, or a torn one, is a holder without a name."""
    with ProfileLock(profile) as one, ProfileLock(profile) as two:
        one.share()
        for info in (profile.run / "holders").glob("*.json"):
            info.write_text('{"pid": 1, "unknown": tr')
        with pytest.raises(ProfileInUseError, match=re.escape("another process")):
            two.take_alone(wait_s=0)
