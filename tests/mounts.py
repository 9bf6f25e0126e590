"""Real file systems for tests of the disk's refusals: a tiny one, and one that cannot be written."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def _mount(*arguments: str) -> None:
    """Mount, or skip the test with the reason why this machine does not let us."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("mounting a file system needs root and the mount command")
    done = subprocess.run(["mount", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"this machine refuses to mount: {done.stderr.strip()}")


@contextmanager
def tiny_disk(folder: Path, *, mib: int) -> Iterator[Path]:
    """Make `folder` a disk of its own with so much room."""
    folder.mkdir()
    _mount("-t", "tmpfs", "-o", f"size={mib}m", "none", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@contextmanager
def read_only_view(folder: Path, view: Path) -> Iterator[Path]:
    """Show `folder` at `view`, where nobody can write, not even root."""
    view.mkdir()
    _mount("--bind", str(folder), str(view))
    try:
        _mount("-o", "remount,ro,bind", str(view))
        yield view
    finally:
        subprocess.run(["umount", "-l", str(view)], check=True)


def fill_up(filler: Path) -> None:
    """Take all the room of a disk with a file."""
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue
