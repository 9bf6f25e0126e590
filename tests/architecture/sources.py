"""The project's own files, for the tests that read them.

Used by `tests/architecture` only. Looks at what git would hand to a clone, so an environment or a build beside
the sources is never read.
"""

import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("core", "storage", "analysis", "jobs", "app", "launcher")
"""The floors, lowest first."""


@cache
def project_files() -> tuple[Path, ...]:
    """Every file of the project, absolute, sorted; without git, every file outside of hidden and built folders."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=False,
    )
    if listed.returncode == 0:
        names = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        built = ("build", "dist", "node_modules")
        names = [p for p in ROOT.rglob("*") if not any(x.startswith(".") or x in built for x in p.parts)]
    return tuple(sorted(path for path in names if path.is_file()))


def python_files(*folders: str) -> Iterator[Path]:
    """Python modules below these top folders; below all of them when none is named."""
    for path in project_files():
        if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders):
            yield path


def shown(path: Path) -> str:
    """The path as a message names it."""
    return path.relative_to(ROOT).as_posix()
