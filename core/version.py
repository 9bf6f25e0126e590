"""Which Bestand this is, in manifests, the database's signature and `--version`."""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Final

SOURCE_TREE: Final = "0+source"
"""Run from bare sources, without an installation that knows its version."""


@cache
def app_version() -> str:
    """Return the installed version, or `SOURCE_TREE`."""
    try:
        return version("bestand")
    except PackageNotFoundError:
        return SOURCE_TREE
