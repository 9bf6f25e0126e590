"""The locks: every package pinned, hashed, from nowhere in particular, and under a licence we may pass on."""

import importlib.metadata
import re
import tomllib
from functools import cache

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from scripts.dependency_facts import DOCUMENT, licence_of, released_days
from scripts.dependency_facts import locked as locked_here
from tests.architecture.sources import ROOT, project_files

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bootstrap.lock")
ALLOWED = re.compile(
    r"MIT(-CMU|-0)?|BSD(-[23]-Clause)?|0BSD|Apache-2\.0|ISC|Zlib|CC0-1\.0|PSF-2\.0|CNRI-Python|MPL-2\.0|Unlicense"
    r"|HPND",
    re.I,
)
"""Permissive licences, and MPL-2.0, whose terms end at its own files."""
REPLACEABLE = re.compile(r"pyside6(-addons|-essentials|-webengine)?|shiboken6")
"""Qt's libraries lie as files of their own in the bundle, so whoever has it may put others in their place."""


@cache
def locked(name: str) -> tuple[Requirement, ...]:
    """The pinned requirements of a lock."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return tuple(Requirement(m[1]) for m in re.finditer(r"^([A-Za-z0-9][^\\\n]*?)\s*\\?$", text, re.MULTILINE))


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


def test_every_runtime_dependency_may_be_passed_on() -> None:
    """All parts of every stated licence are on the allowed list."""
    refused = {}
    for name, _ in locked_here(LOCKS[0]):
        stated = licence_of(name)
        if REPLACEABLE.fullmatch(name) and "LGPL-3.0-only" in stated.split(" OR "):
            continue
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


@pytest.mark.parametrize("group", ["run time", "dev", "bootstrap"])
def test_every_direct_dependency_is_explained(group: str) -> None:
    """docs/dependencies.md names each with its locked version; `make dependencies` writes it anew."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {"run time": project["project"]["dependencies"], **project["dependency-groups"]}
    lock = dict(zip(("run time", "dev", "bootstrap"), LOCKS, strict=True))[group]
    pins = dict(locked_here(lock))
    wanted = {canonicalize_name(Requirement(each).name) for each in groups[group]}
    explained = released_days(DOCUMENT.read_text(encoding="utf-8"))
    assert [n for n in sorted(wanted) if n in pins and f"{n} {pins[n]}" not in explained] == []
