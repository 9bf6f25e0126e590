"""Files that are still there after a power cut: fsync, read-only, atomic replacement, removal.

Used by everything in `storage` that builds files. Knows nothing of what the files mean.
"""

import os
import shutil
import stat
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

HELD_FOR_S = 2.0 if os.name == "nt" else 0.0
"""How long a rename is tried again while others hold the file; only Windows lets them."""

READ_ONLY_FILE = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH


def sync_file(path: Path) -> None:
    """Wait until the file's bytes are on the disk."""
    # Windows flushes only handles opened for writing, hence "r+b".
    with path.open("r+b") as file:
        os.fsync(file.fileno())


def sync_folder(path: Path) -> None:
    """Wait until the folder's entries (a rename in it) are on the disk; Windows does so by itself."""
    if os.name == "nt":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def make_read_only(path: Path) -> None:
    """Take everybody's right to write the file."""
    path.chmod(READ_ONLY_FILE)


def write_whole(path: Path, content: bytes) -> None:
    """Write a small file so that it is there completely, durably, or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        put_in_place(part, path)
    except OSError:
        part.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def remove_file(path: Path) -> None:
    """Remove a file, also a read-only one; nothing happens when it is not there."""
    try:
        path.unlink(missing_ok=True)
    except PermissionError:  # Windows refuses to remove a read-only file
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        path.unlink(missing_ok=True)


def put_in_place(source: Path, target: Path) -> None:
    """Move a finished file or folder to its place in one step, over a file that lies there.

    Raises:
        OSError: the system refused; on Windows only after it has had time to let go of a file that a virus
            scanner or an indexer looks at.
    """
    deadline = time.monotonic() + HELD_FOR_S
    while True:
        try:
            source.replace(target)
        except PermissionError:
            if target.is_dir() or time.monotonic() >= deadline:
                raise
            time.sleep(0.02)
        else:
            return


def discard(path: Path) -> None:
    """Remove what was being built; what the disk refuses to remove goes when `tmp/` is emptied at a start."""
    with suppress(OSError):
        remove_tree(path)


def remove_tree(path: Path) -> None:
    """Remove a folder with all below it, also when parts are read-only; a link is removed, not followed."""
    if not path.is_dir() or path.is_symlink():
        remove_file(path)
        return
    for folder, _, names in os.walk(path):
        Path(folder).chmod(stat.S_IRWXU)
        if os.name == "nt":
            for name in names:
                (Path(folder) / name).chmod(stat.S_IRUSR | stat.S_IWUSR)
    shutil.rmtree(path)


def write_all(target: BinaryIO, chunk: bytes) -> None:
    """Write every byte: on a disk that is nearly full the system takes some and says so only by their number."""
    left = memoryview(chunk)
    while left:
        left = left[target.write(left) :]
