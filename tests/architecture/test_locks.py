"""The locks: every package pinned, hashed, from nowhere in particular, and under a licence we may pass on."""

import importlib.metadata
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT, project_files

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bootstrap.lock")
ALLOWED = re.compile(
    r"MIT(-CMU|-0)?|BSD(-[23]-Clause)?|0BSD|Apache-2\.0|ISC|Zlib|CC0-1\.0|PSF-2\.0|MPL-2\.0|Unlicense|HPND", re.I
)
"""Permissive licences, and MPL-2.0, whose terms end at its own files."""

NAMED_OTHERWISE = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
}


@cache
def locked(name: str) -> tuple[Requirement, ...]:
    """The pinned requirements of a lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return tuple(Requirement(m[1]) for m in re.finditer(r"^([A-Za-z0-9][^\\\n]*?)\s*\\?$", text, re.MULTILINE))


def runtime_here() -> list[str]:
    """Names of the runtime packages that belong on this system and Python."""
    return [r.name for r in locked(LOCKS[0]) if r.marker is None or r.marker.evaluate()]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_and_hashed(name: str) -> None:
    """Nothing but the very files that were tested gets installed."""
    text = (ROOT / name).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text.strip())
    loose = [b.split("\n")[0] for b in blocks if "--hash=sha256:" not in b or "==" not in b.split("\n")[0]]
    assert len(blocks) > 3
    assert loose == []


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_names_no_host(name: str) -> None:
    """The locks install from whatever registry the machine is set up for."""
    assert "://" not in (ROOT / name).read_text(encoding="utf-8")


def test_there_is_no_other_lock() -> None:
    """uv.lock would carry the addresses of a registry."""
    assert [p.name for p in project_files() if p.name in ("uv.lock", "poetry.lock", "Pipfile.lock")] == []


def test_the_development_lock_holds_all_of_the_runtime_lock() -> None:
    """What is tested is what runs, version by version."""
    runtime, development = ({str(r) for r in locked(name)} for name in LOCKS[:2])
    assert runtime - development == set()


def test_every_direct_dependency_is_locked_within_its_bounds() -> None:
    """`pyproject.toml` and the locks say the same."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    wanted = dict(
        zip(LOCKS, (project["project"]["dependencies"], groups["dev"], groups["bootstrap"]), strict=True)
    )
    missing = []
    for lock, requirements in wanted.items():
        for each in map(Requirement, requirements):
            same = [r for r in locked(lock) if canonicalize_name(r.name) == canonicalize_name(each.name)]
            pins = [next(iter(r.specifier)).version for r in same]
            if not pins or not all(each.specifier.contains(pin) for pin in pins):
                missing.append(f"{lock}: {each}")
    assert missing == []


def licence_of(name: str) -> str:
    """The licence a package states: its expression, else its short field, else classifiers, else its file."""
    metadata = importlib.metadata.metadata(name)
    stated = "".join(metadata.get_all("License-Expression") or [])
    short = "".join(metadata.get_all("License") or []).strip()
    classifiers = [c.split("::")[-1].strip() for c in metadata.get_all("Classifier") or [] if "License ::" in c]
    if not stated and 0 < len(short) < 40:
        stated = short
    if not stated and classifiers:
        stated = " OR ".join(NAMED_OTHERWISE.get(c.lower(), c) for c in classifiers)
    if not stated:
        stated = "MIT" if "Permission is hereby granted, free of charge" in licence_text(name) else ""
    return NAMED_OTHERWISE.get(stated.lower(), stated)


def licence_text(name: str) -> str:
    """The licence file inside an installed package; empty when it has none."""
    files = importlib.metadata.files(name) or []
    texts = [Path(str(f.locate())) for f in files if re.search(r"licen[cs]e", f.name, re.I)]
    return "\n".join(p.read_text(encoding="utf-8", errors="replace") for p in texts if p.is_file())


def test_every_runtime_dependency_may_be_passed_on() -> None:
    """All parts of every stated licence are on the allowed list."""
    refused = {}
    for name in runtime_here():
        stated = licence_of(name)
        parts = re.split(r"\s+(?:AND|OR)\s+|[()]+", stated)
        if not stated or not all(ALLOWED.fullmatch(part.strip()) for part in parts if part.strip()):
            refused[name] = stated
    assert refused == {}


def test_what_is_installed_is_what_is_locked() -> None:
    """The tests run on the pinned versions, not on whatever was there."""
    wrong = {
        r.name: importlib.metadata.version(r.name)
        for r in locked(LOCKS[1])
        if (r.marker is None or r.marker.evaluate())
        and not r.specifier.contains(importlib.metadata.version(r.name), prereleases=True)
    }
    assert wrong == {}
