"""Which process is which, safely against reused numbers, restarts of the machine and a changed clock.

Used where a process has to be found dead: leases of jobs, and what only holds until the machine restarts.
"""

import os
import platform
import socket
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

import psutil
from blake3 import blake3

_SEPARATOR = "-"


@dataclass(frozen=True, slots=True)
class ProcessIdentity:
    """One process on one run of one machine; its text form has no spaces and at most 60 characters."""

    host: str
    boot: str
    pid: int
    started: str

    @classmethod
    def own(cls) -> Self:
        """Return this process."""
        pid = os.getpid()
        return cls(_host(), boot_id(), pid, _started(pid) or "")

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return what `str` has written, or None for other text."""
        parts = text.split(_SEPARATOR)
        if len(parts) != 4 or not parts[2].isdigit():
            return None
        return cls(parts[0], parts[1], int(parts[2]), parts[3])

    def __str__(self) -> str:
        """Return the form that is stored."""
        return _SEPARATOR.join((self.host, self.boot, str(self.pid), self.started))

    def is_alive(self) -> bool | None:
        """Tell whether it still runs; None for a process of another machine, which cannot be known here."""
        if self.host != _host():
            return None
        return self.boot == boot_id() and _started(self.pid) == self.started


@cache
def boot_id() -> str:
    """Return what tells this run of the machine from all others."""
    try:
        text = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii")
    except OSError:
        # Systems without it store the boot time once; the division forgives a corrected clock.
        text = str(round(psutil.boot_time() / 60))
    return _short(text)


@cache
def _host() -> str:
    return _short(socket.gethostname())


def _started(pid: int) -> str | None:
    """Return when the process began, as the system counts it; None when there is none (or only its remains)."""
    if platform.system() == "Linux":
        # psutil adds the boot time, which moves when somebody sets the clock; the kernel's ticks do not.
        try:
            fields = (
                Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            )
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else str(round(process.create_time() * 1000))
    except psutil.Error:
        return None


def _short(text: str) -> str:
    return blake3(text.strip().encode()).hexdigest()[:12]
