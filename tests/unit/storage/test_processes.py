"""Finding out which process is dead, without ever taking a living one for it."""

import os
import subprocess
import sys
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from storage.processes import ProcessIdentity, boot_id
from tests.waiting import wait_until


def test_this_process_is_alive_and_itself() -> None:
    """The own identity is the same at every look, and survives being written down."""
    own = ProcessIdentity.own()
    assert own.is_alive() is True
    assert own == ProcessIdentity.own()
    assert ProcessIdentity.parse(str(own)) == own
    assert own.pid == os.getpid()
    assert len(str(own)) <= 60


def test_a_process_is_alive_until_it_ends() -> None:
    """Also before anybody has collected its exit code, an ended process is dead."""
    program = "from storage.processes import ProcessIdentity; print(ProcessIdentity.own(), flush=True); input()"
    child = subprocess.Popen(
        [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdin is not None
    assert child.stdout is not None
    identity = ProcessIdentity.parse(child.stdout.readline().strip())
    assert identity is not None
    assert identity.is_alive() is True
    child.kill()
    wait_until(lambda: identity.is_alive() is False, what="the end")
    child.wait()
    assert identity.is_alive() is False
    child.stdin.close()
    child.stdout.close()


def test_a_number_that_was_used_again_is_another_process() -> None:
    """The same pid with another beginning, or before a restart, is somebody else, and dead."""
    own = ProcessIdentity.own()
    assert replace(own, started="earlier").is_alive() is False
    assert replace(own, boot="earlier").is_alive() is False
    assert replace(own, pid=2**22 + 1).is_alive() is False


def test_another_machine_cannot_be_known() -> None:
    """Neither alive nor dead: only its lease tells."""
    assert replace(ProcessIdentity.own(), host="elsewhere").is_alive() is None


@given(st.text())
def test_other_text_is_no_identity(text: str) -> None:
    """Whatever stands in a row, reading it fails softly."""
    identity = ProcessIdentity.parse(text)
    assert identity is None or str(identity.pid).isdigit()


def test_the_run_of_the_machine_has_one_name() -> None:
    """Every process of it sees the same."""
    program = "from storage.processes import boot_id; print(boot_id())"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == boot_id()
