"""Which files a person means: names, folders, patterns.

Shells expand patterns on some systems only, so it is done here for all. Names stay as the person wrote them.
Imports no engine.
"""

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from launcher.readable import is_readable

_PATTERN_SIGNS: Final = frozenset("*?[")


def expand(given: Iterable[str]) -> Iterator[str]:
    """Yield the files meant, in the order given, each folder's and pattern's by name.

    A pattern that fits nothing and a folder without readable files are yielded as they are, so that each gets its
    own line about what is wrong.
    """
    for name in given:
        yield from _expand_one(name)


def _expand_one(name: str) -> Iterator[str]:
    path = Path(name)
    if path.is_dir():
        found = [str(inside) for inside in sorted(path.iterdir()) if inside.is_file() and is_readable(inside.name)]
    elif _PATTERN_SIGNS.isdisjoint(name) or path.exists():
        found = [name]
    else:
        fitting = glob.glob(name, recursive=True)  # noqa: PTH207 - keeps the spelling
        found = sorted(fits for fits in fitting if Path(fits).is_file())
    yield from found or [name]
