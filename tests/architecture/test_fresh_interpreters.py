"""What a process loads, seen in fresh interpreters: a static look at imports cannot know it."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

from core.i18n import LANGUAGE_VARIABLE
from tests.architecture.sources import ROOT

ENGINES = (
    "duckdb",
    "sqlalchemy",
    "alembic",
    "streamlit",
    "pyarrow",
    "pandas",
    "numpy",
    "altair",
    "huey",
    "uvicorn",
)
HEAVY_FOR_WINDOW = (*ENGINES, "pydantic", "structlog", "typer", "starlette", "app", "storage", "analysis", "jobs")
HEAVY_FOR_HELP = (*ENGINES, "babel", "pydantic", "structlog", "rich", "sqlglot", "starlette")

COMMANDS = (
    "", "app", "app run", "app url", "data", "data import", "data read", "data list", "data show",
    "data profile", "data ledger", "data correct", "data types", "data texts", "data readings",
    "data readings list",
    "data readings show", "data readings save", "data readings delete", "data readings restore",
    "data readings check", "data export", "data delete", "data restore", "data sample", "query", "jobs",
    "jobs status", "chart", "jobs show", "jobs cancel", "jobs retry", "jobs worker", "db", "db migrate",
    "db status", "db health", "db seed", "cache", "cache stats", "cache clear", "config", "config show", "logs",
    "logs show", "status",
)  # fmt: skip

PROBE = """
import sys
from launcher.__main__ import main
code = main(sys.argv[2:])
sys.stderr.write(" ".join(name for name in sys.argv[1].split(",") if name in sys.modules))
sys.exit(code)
"""


def run(names: tuple[str, ...], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a fresh interpreter; what of `names` it loaded ends its stderr."""
    return subprocess.run(
        [sys.executable, "-c", PROBE, ",".join(names), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_help_loads_no_engine(command: str) -> None:
    """`--help` on every level says what there is, without waiting for anything heavy."""
    seen = run(HEAVY_FOR_HELP, *command.split(), "--help")

    assert seen.returncode == 0
    assert seen.stdout.startswith(f"Usage: bestand {command}".rstrip())
    assert seen.stderr == ""


def test_help_in_another_language_loads_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """The catalogue is read, and that is all."""
    monkeypatch.setenv(LANGUAGE_VARIABLE, "de")
    seen = run(HEAVY_FOR_HELP, "data", "import", "--help")

    assert seen.stdout.startswith("Aufruf: bestand data import")
    assert seen.stderr == ""


def test_every_command_is_looked_at() -> None:
    """A new command is added to the list above."""
    from typer.main import get_command

    from launcher.cli.root import tree

    def inside(group: object, before: str) -> Iterator[str]:
        for name, command in getattr(group, "commands", {}).items():
            yield f"{before}{name}"
            yield from inside(command, f"{before}{name} ")

    assert {"", *inside(get_command(tree), "")} == set(COMMANDS)


@pytest.mark.parametrize("arguments", [["--version"], ["app", "url"], ["logs", "show"]])
def test_small_questions_are_answered_without_an_engine(arguments: list[str]) -> None:
    """What needs no data opens none."""
    assert run(ENGINES, *arguments).stderr.split()[-1:] in ([], ["run`."], ["empty."])


def test_the_window_process_stays_light() -> None:
    """Everything the window's process imports before and for its first picture, without engines and pages."""
    modules = ("launcher.window.__main__", "launcher.window.shell", "launcher.window.problem", "webview")
    code = f"import sys, {', '.join(modules)}; print(*[n for n in {HEAVY_FOR_WINDOW!r} if n in sys.modules])"
    seen = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert seen.stdout.split() == []


def test_no_command_loads_pandas_or_altair() -> None:
    """Opening the profile costs the engines it needs, and no more."""
    seen = run(("pandas", "altair", "streamlit"), "data", "list", "--json")

    assert seen.returncode == 0, seen.stderr
    assert seen.stderr == ""
