"""Which program is using a file, for a message that names it.

Used when a file is locked. Only a hint: other people's processes may stay unseen, and a program may have gone
meanwhile. Costs up to a second, so it is asked only when something went wrong.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

_LOCKS = Path("/proc/locks")


@dataclass(frozen=True, slots=True)
class FileHolder:
    """A process that has a file open or locked."""

    name: str
    pid: int


def holders_of(path: Path) -> list[FileHolder]:
    """Return who holds a file, those with a lock first; empty where nobody can be seen."""
    own = os.getpid()
    pids = [pid for pid in dict.fromkeys([*_lockers(path), *_openers(path)]) if pid != own]
    return [FileHolder(name, pid) for pid in pids if (name := _name(pid))]


def _lockers(path: Path) -> Iterator[int]:
    """Yield the processes that have a lock, where the system tells (Linux)."""
    try:
        lines = _LOCKS.read_text(encoding="ascii", errors="replace").splitlines()
        inode = str(path.stat().st_ino)
    except OSError:
        return
    for line in lines:
        fields = line.split()
        # 1: POSIX  ADVISORY  WRITE 4711 08:02:123456 0 EOF; "->" stands for one that waits
        if len(fields) >= 8 and fields[1] != "->" and fields[5].rpartition(":")[2] == inode:
            pid = int(fields[4]) if fields[4].isdecimal() else 0
            if pid:
                yield pid


def _openers(path: Path) -> Iterator[int]:
    wanted = str(path.resolve())
    for process in psutil.process_iter():
        try:
            if any(opened.path == wanted for opened in process.open_files()):
                yield process.pid
        except (psutil.Error, OSError):
            continue


def _name(pid: int) -> str:
    try:
        return str(psutil.Process(pid).name())
    except psutil.Error:
        return ""
