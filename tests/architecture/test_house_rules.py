"""Rules of the house that no linter knows: what may not be in the project, and what must have its place."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, ROOT, project_files, python_files, shown

TEXT = (
    ".py",
    ".md",
    ".toml",
    ".lock",
    ".yaml",
    ".yml",
    ".spec",
    ".txt",
    ".css",
    ".js",
    ".ts",
    ".json",
    ".html",
    "",
)
REGISTRIES = re.compile(
    r"\b(?:pypi|pythonhosted|npmjs|anaconda|crates)\.(?:org|io|com)\b|\bdeb\.debian\.org\b|\bsnapshot\.debian\b",
    re.I,
)
OWN_MACHINE = re.compile(r"(?<![\w.])/(?:w[o]rk|f[a]rm|r[o]ot)/[A-Za-z.]|(?<![\w.])/tm[p]/w/")
UNFINISHED = re.compile(r"\b(?:TO[D]O|FIX[M]E|X[X]X|HA[C]K)\b|raise NotImplemented[E]rror")
BLANKET = re.compile(r"#\s*type:\s*ignore(?!\[)|#\s*no[q]a(?!: [A-Z]+\d+)|#\s*mypy:|#\s*ruff:")
AGAINST_THE_DESIGN = re.compile(
    r"\bimport (?:c?[p]ickle|s[h]elve|m[a]rshal|d[i]ll)\b|\bfrom (?:c?[p]ickle|d[i]ll)\b|\bs[h]ell=True"
    r"|\bverify=F[a]lse|\bst\.(?:line_chart|area_chart|bar_chart|altair_chart|spi[n]ner)\("
)


def hits(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    """Lines that match, as file:line text."""
    found = []
    for path in paths:
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            if pattern.search(line):
                found.append(f"{shown(path)}:{number} {line.strip()[:80]}")
    return found


def text_files() -> list[Path]:
    """The project's text files, without the licence's text."""
    return [p for p in project_files() if p.suffix in TEXT and p.name != "LICENSE"]


def test_no_file_names_a_package_registry() -> None:
    """Where packages come from is the business of the machine, not of the project: a mirror must work as well."""
    assert hits(REGISTRIES, text_files()) == []


def test_no_file_names_a_path_of_the_machine_it_was_written_on() -> None:
    """A clone works in any folder."""
    assert hits(OWN_MACHINE, text_files()) == []


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (REGISTRIES, "https://py" + "pi.org/simple"),
        (OWN_MACHINE, "see /wo" + "rk/main"),
        (UNFINISHED, "# TO" + "DO later"),
        (BLANKET, "x = 1  # type: igno" + "re"),
        (BLANKET, "x = 1  # no" + "qa"),
        (AGAINST_THE_DESIGN, "import pick" + "le"),
        (AGAINST_THE_DESIGN, "run(command, sh" + "ell=True)"),
    ],
)
def test_the_patterns_find_what_they_are_for(pattern: re.Pattern[str], text: str) -> None:
    """A rule that can match nothing would always be kept."""
    assert pattern.search(text)


def test_nothing_is_left_unfinished() -> None:
    """What is not done is not there; plans belong into the issues."""
    assert hits(UNFINISHED, list(python_files())) == []


def test_no_check_is_switched_off_wholesale() -> None:
    """An exception to a rule names the rule."""
    assert hits(BLANKET, list(python_files())) == []


def test_nothing_contradicts_the_design() -> None:
    """No unsafe serialisation, no shell, no slow charts, no spinners."""
    assert hits(AGAINST_THE_DESIGN, list(python_files(*PACKAGES, "scripts", "packaging"))) == []


def test_packaging_is_no_package() -> None:
    """An __init__.py there would hide the library of the same name; a test there would break imports."""
    below = [p for p in project_files() if p.relative_to(ROOT).parts[0] == "packaging"]
    wrong = [shown(p) for p in below if p.name in ("__init__.py", "conftest.py") or p.name.startswith("test_")]
    assert wrong == []


def test_test_files_have_names_of_their_own() -> None:
    """A failing test is found by its file name alone."""
    names = [p.name for p in python_files("tests") if p.name.startswith("test_")]
    assert sorted({n for n in names if names.count(n) > 1}) == []


def dead_links(path: Path) -> list[str]:
    """Relative link targets of a document that do not exist."""
    prose = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = [t for t in re.findall(r"\]\(([^)#\s]+)[^)]*\)", prose) if "://" not in t]
    return [target for target in targets if not (path.parent / target).exists()]


def test_relative_links_in_the_documents_lead_somewhere() -> None:
    """A reader who follows a link arrives."""
    broken = [f"{shown(p)} → {target}" for p in project_files() if p.suffix == ".md" for target in dead_links(p)]
    assert broken == []


# ---- floors --------------------------------------------------------------------------------------------------


def imported(path: Path) -> set[str]:
    """Top names of everything a module imports, type-checking blocks included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module.split(".")[0])
    return names


@pytest.mark.parametrize("package", PACKAGES)
def test_no_floor_knows_a_higher_one(package: str) -> None:
    """Imports go down only, those inside functions and for types alone included."""
    higher = set(PACKAGES[PACKAGES.index(package) + 1 :]) | {"tests", "scripts"}
    upward = {shown(path): bad for path in python_files(package) if (bad := imported(path) & higher)}
    assert upward == {}


def test_every_feature_has_the_same_two_files() -> None:
    """`page.py` draws, `actions.py` does; the command line needs the second without the first."""
    features = ROOT / "app" / "features"
    folders = [p for p in features.iterdir() if p.is_dir() and (p / "__init__.py").exists()]
    incomplete = {p.name: n for p in folders for n in ("page.py", "actions.py") if not (p / n).exists()}
    assert folders
    assert incomplete == {}


def test_actions_know_no_page_library() -> None:
    """What a page does can be done headless."""
    drawn = [shown(p) for p in python_files("app") if p.name == "actions.py" and "streamlit" in imported(p)]
    assert drawn == []


@pytest.mark.parametrize(
    ("module", "absent"),
    [
        ("core.config", ["duckdb", "sqlalchemy", "streamlit", "pyarrow", "pandas", "numpy", "structlog"]),
        ("core.types", ["duckdb", "sqlalchemy", "streamlit", "pyarrow", "pandas", "pydantic"]),
        ("core.errors", ["duckdb", "sqlalchemy", "streamlit", "pyarrow", "pandas", "pydantic"]),
        ("core.telemetry", ["duckdb", "sqlalchemy", "streamlit", "pyarrow", "pandas", "altair"]),
    ],
)
def test_core_stays_light(module: str, absent: list[str]) -> None:
    """A fresh interpreter that imports a part of core has loaded no engine and no page."""
    code = f"import sys, {module}; print(*[n for n in {absent!r} if n in sys.modules])"
    seen = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert seen.stdout.split() == []


def test_every_test_a_document_names_exists() -> None:
    """A defence that the threat model claims is one that is shown."""
    tests = list(python_files("tests"))
    known = {path.stem for path in tests}
    known |= set(re.findall(r"def (test_\w+)", "\n".join(path.read_text(encoding="utf-8") for path in tests)))
    named = {
        name
        for path in project_files()
        if path.suffix == ".md" and path.relative_to(ROOT).parts[0] == "docs"
        for name in re.findall(r"`(test_\w+)`", path.read_text(encoding="utf-8"))
    }
    assert named - known == set()
