"""Write docs/dependencies.md: our words from docs/dependencies.toml, facts from what is installed.

Run by `make dependencies`; the licence part is also used by the tests. The day a version was released is asked
once per version: the day from which the package client offers it (`uv --exclude-newer`). Days already in the
document are kept, so an unchanged lock asks nothing.
"""

import importlib.metadata
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = ROOT / "docs" / "dependencies.md"
WORDS = ROOT / "docs" / "dependencies.toml"
COMPONENTS = ROOT / "app" / "components"
UV = ROOT / ".tools" / "venv" / "bin" / "uv"
RUNTIME_LOCK = "requirements.lock"
FIRST_DAY = date(2012, 1, 1)

_NAMED_OTHERWISE = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "bsd 2-clause license": "BSD-2-Clause",
    "gnu general public license v2 (gplv2)": "GPL-2.0 with an exception for what it builds",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}

INTRODUCTION = """\
# Dependencies

Every package Bestand leans on, what for, and why it rather than its rivals. The words are kept in
[dependencies.toml](dependencies.toml); the rest is measured by `make dependencies` from the installed packages:
the version is the locked one, the licence is what the package states, the size is what its installed files take.
*Released* is the first day on which the package client offers exactly this version (`uv --exclude-newer`).

A test refuses a runtime package whose licence is not on the list in `tests/architecture/test_locks.py`, and a
direct dependency that this document does not explain.
"""


def main() -> int:
    """Write the document anew."""
    known = released_days(DOCUMENT.read_text(encoding="utf-8")) if DOCUMENT.exists() else {}
    DOCUMENT.write_text(document(known), encoding="utf-8")
    return 0


def document(known: Mapping[str, str]) -> str:
    """Return the whole document.

    Args:
        known: Release days by "name version", so that they need not be asked again.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    words = tomllib.loads(WORDS.read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    direct = _names(project["project"]["dependencies"])
    parts = [
        INTRODUCTION,
        _section("At run time", direct, RUNTIME_LOCK, words, known),
        _section("For development and tests", _names(groups["dev"]), "requirements-dev.lock", words, known),
        _section(
            "To prepare the environment", _names(groups["bootstrap"]), "requirements-bootstrap.lock", words, known
        ),
        _browser_section(words),
        _indirect(direct),
    ]
    return "\n".join(parts)


def _browser_section(words: Mapping[str, Mapping[str, str]]) -> str:
    """Return the libraries of the components; one entry of our words may stand for all packages of a scope."""
    package = json.loads((COMPONENTS / "package.json").read_text(encoding="utf-8"))
    lines = [
        "## In the browser, built into the components",
        "",
        "| package | version | licence | what for | why it |",
        "|---|---|---|---|---|",
    ]
    for name, version in sorted({**package["dependencies"], **package["devDependencies"]}.items()):
        about = words.get(f"npm {name}") or words[f"npm {name.partition('/')[0]}"]
        stated = json.loads((COMPONENTS / "node_modules" / name / "package.json").read_text(encoding="utf-8"))
        lines.append(f"| {name} | {version} | {stated['license']} | {about['for']} | {about['why']} |")
    return "\n".join(lines) + "\n"


def _section(
    title: str, names: list[str], lock: str, words: Mapping[str, Mapping[str, str]], known: Mapping[str, str]
) -> str:
    pins = dict(locked(lock))
    lines = [f"## {title}", "", "| package | version | released | licence | size | what for | why it |",
             "|---|---|---|---|---|---|---|"]  # fmt: skip
    for name in names:
        pin = f"{name} {pins[name]}"
        day = known.get(pin) or first_offered(name, pins[name])
        about = words[name]
        facts = (name, pins[name], day, licence_of(name), _mib(installed_bytes(name)), about["for"], about["why"])
        lines.append(f"| {' | '.join(facts)} |")
    return "\n".join(lines) + "\n"


def _indirect(direct: list[str]) -> str:
    others = [(n, v) for n, v in locked(RUNTIME_LOCK) if n not in direct]
    lines = [
        "## Brought along at run time",
        "",
        "| package | version | licence | size | needed by |",
        "|---|---|---|---|---|",
    ]
    for name, version in others:
        users = ", ".join(sorted(_users(name)))
        lines.append(f"| {name} | {version} | {licence_of(name)} | {_mib(installed_bytes(name))} | {users} |")
    total = sum(installed_bytes(name) for name, _ in locked(RUNTIME_LOCK))
    return "\n".join(lines) + f"\n\nAll run-time packages together: {_mib(total)} installed.\n"


def _names(requirements: list[str]) -> list[str]:
    return sorted(str(canonicalize_name(Requirement(each).name)) for each in requirements)


def locked(lock: str) -> Iterator[tuple[str, str]]:
    """Yield name and version of a lock's packages that belong on this system and Python."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    for match in re.finditer(r"^([A-Za-z0-9][^\\\n]*?)\s*\\?$", text, re.MULTILINE):
        requirement = Requirement(match[1])
        if requirement.marker is None or requirement.marker.evaluate():
            yield str(canonicalize_name(requirement.name)), next(iter(requirement.specifier)).version


def _users(name: str) -> Iterator[str]:
    for user, _ in locked(RUNTIME_LOCK):
        for each in _requires(user):
            if canonicalize_name(each.name) == name and (
                each.marker is None or each.marker.evaluate({"extra": ""})
            ):
                yield user


def _requires(name: str) -> list[Requirement]:
    return [Requirement(text) for text in importlib.metadata.requires(name) or []]


# ---- licence and size ----------------------------------------------------------------------------------------


def licence_of(name: str) -> str:
    """Return the licence a package states: its expression, else its short field, else classifiers, else its file.

    Empty when none of these is there.
    """
    metadata = _installed(name).metadata
    stated = "".join(metadata.get_all("License-Expression") or [])
    short = "".join(metadata.get_all("License") or []).strip()
    classifiers = [c.split("::")[-1].strip() for c in metadata.get_all("Classifier") or [] if "License ::" in c]
    if not stated and 0 < len(short) < 60 and "\n" not in short:
        stated = short
    if not stated and classifiers:
        stated = " OR ".join(_NAMED_OTHERWISE.get(c.lower(), c) for c in classifiers)
    if not stated and "Permission is hereby granted, free of charge" in _licence_text(name):
        stated = "MIT"
    return _NAMED_OTHERWISE.get(stated.lower(), stated)


def _installed(name: str) -> importlib.metadata.Distribution:
    """Return a package of the project's environment, or of the tools' own."""
    tools = [str(p) for p in (ROOT / ".tools" / "venv").glob("lib/python*/site-packages")]
    found = importlib.metadata.Distribution.discover(name=name, path=[*sys.path, *tools])
    return next(iter(found))


def _files(name: str) -> list[Path]:
    return [path for file in _installed(name).files or [] if (path := Path(str(file.locate()))).is_file()]


def _licence_text(name: str) -> str:
    texts = [path for path in _files(name) if re.search(r"licen[cs]e", path.name, re.IGNORECASE)]
    return "\n".join(path.read_text(encoding="utf-8", errors="replace") for path in texts)


def installed_bytes(name: str) -> int:
    """Return what a package's installed files take, compiled files aside."""
    return sum(path.stat().st_size for path in _files(name) if "__pycache__" not in path.parts)


def _mib(size: int) -> str:
    return f"{size / 2**20:.1f} MiB"


# ---- release days --------------------------------------------------------------------------------------------


def released_days(text: str) -> dict[str, str]:
    """Return the release days a document holds, by "name version"."""
    rows = re.findall(r"^\| ([a-z0-9-]+) \| (\S+) \| (\d{4}-\d\d-\d\d) \|", text, re.MULTILINE)
    return {f"{name} {version}": day for name, version, day in rows}


def first_offered(name: str, version: str) -> str:
    """Return the first day on which the package client offers this version, found by halving the time since."""
    low, high = FIRST_DAY, datetime.now(UTC).date() + timedelta(days=1)
    if not _offered(name, version, high):
        return "unknown"
    while (high - low).days > 1:
        middle = low + (high - low) // 2
        if _offered(name, version, middle, offline=True):
            high = middle
        else:
            low = middle
    return high.isoformat()


def _offered(name: str, version: str, day: date, *, offline: bool = False) -> bool:
    """Ask the package client; offline it answers from what it was told a moment ago."""
    command = [str(UV), "pip", "compile", "--quiet", "--no-deps", "--no-header", "--system-certs",
               "--exclude-newer", day.isoformat(), "--python", sys.executable, "-"]  # fmt: skip
    if offline:
        command.insert(3, "--offline")
    done = subprocess.run(command, input=f"{name}=={version}", text=True, capture_output=True, check=False)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
