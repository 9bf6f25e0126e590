"""What a reader's own process may do: so much memory, no network, no further programs, no core file.

Used by `child`, before the first file is opened. The other process watches memory and time as well, since not
every system enforces a limit.
"""

import sys
from typing import Final

_MIB: Final = 1024 * 1024
BESIDE_MIB: Final = 384
"""What Python, Arrow and the code itself take beside the engine."""
LEAST_ENGINE_MIB: Final = 64
_UNUSED_MIB: Final = 640
"""Address space that is reserved and never used (stacks of threads, pools); it counts for the system's limit."""
_FORBIDDEN: Final = ("socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork")


def restrict(memory_mib: int) -> None:
    """Give up what reading a file does not need; for good.

    Args:
        memory_mib: Most memory; taken as far as the system knows such a limit.
    """
    if sys.platform != "win32":
        import resource

        _lower(resource.RLIMIT_DATA, (memory_mib + _UNUSED_MIB) * _MIB)
        _lower(resource.RLIMIT_CORE, 0)
    sys.addaudithook(_refuse)


def _lower(kind: int, wanted: int) -> None:
    if sys.platform != "win32":
        import resource

        _soft, hard = resource.getrlimit(kind)
        limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(kind, (limit, limit))


def _refuse(event: str, _details: object) -> None:
    if event.startswith(_FORBIDDEN):
        raise PermissionError(f"{event} is not for a reader of files")
