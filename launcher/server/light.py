"""How an engine begins: it imports what it uses, and nothing looks for garbage meanwhile.

Called before the engine's libraries are imported, with a window and without one. Imports nothing itself.
"""

import gc
import sys
from typing import Final

UNUSED: Final = ("rich", "pygments", "psycopg", "psycopg2")
"""What libraries import if it happens to be there and Bestand has no use for: colours for terminals, other
databases. It costs a third of a second, and more in an environment that tests have filled."""


def begin_light() -> None:
    """Have the rest of the process import less, and collect no garbage until `launcher.server.asgi.settle`."""
    gc.disable()
    for name in UNUSED:
        sys.modules.setdefault(name, None)  # type: ignore[arg-type]  # what Python itself defines as "cannot be had"
