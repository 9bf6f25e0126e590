"""Column names: unique for the engine, which does not tell upper from lower case, and never empty."""

import re
from collections.abc import Sequence

from core.i18n import N_
from core.types import Flag

_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


def column_names(found: Sequence[str]) -> tuple[str, ...]:
    """Return one usable name per name found, the same wherever it can be.

    Args:
        found: What the file calls its columns; anything, also twice or nothing.
    """
    clean = [_clean(name, position) for position, name in enumerate(found, 1)]
    reserved = {name.casefold() for name in clean}
    taken: set[str] = set()
    names = []
    for wanted in clean:
        name, number = wanted, 2
        while name.casefold() in taken or (name != wanted and name.casefold() in reserved):
            name, number = f"{wanted}~{number}", number + 1
        taken.add(name.casefold())
        names.append(name)
    return tuple(names)


def renamed(found: Sequence[str], names: Sequence[str]) -> tuple[Flag, ...]:
    """Return a flag for each column that could not keep its name; none where the file names no column at all."""
    if not any(source.strip() for source in found):
        return ()
    return tuple(
        Flag("renamed_column", "renamed", _reason(source, name), column=name)
        for source, name in zip(found, names, strict=True)
        if source != name and _CONTROL.sub(" ", source) != name
    )


def _clean(name: str, position: int) -> str:
    text = _CONTROL.sub(" ", name).encode("utf-8", "backslashreplace").decode()
    return text if text.strip() else f"column_{position}"


def _reason(source: str, name: str) -> str:
    if not source.strip():
        return N_("A column has no name in the file; it is called '{name}'.").format(name=name)
    return N_("The file has more than one column like '{source}'; this one is called '{name}'.").format(
        source=source, name=name
    )
