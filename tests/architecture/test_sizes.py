"""Small enough to be read: the caps on modules and functions, and words on everything public."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.sources import PACKAGES, python_files, shown

MAX_MODULE_LINES = 500
MAX_FUNCTION_LINES = 60
MIN_HEADER_WORDS = 4


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parse(path: Path) -> ast.Module:
    """The module's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def test_there_is_something_to_look_at() -> None:
    """The other tests of this folder would pass on an empty list."""
    assert len(list(python_files(*PACKAGES))) > 20


def test_no_module_is_longer_than_the_cap() -> None:
    """A module fits one head; tests and scripts too."""
    long = {shown(p): n for p in python_files() if (n := len(p.read_bytes().splitlines())) > MAX_MODULE_LINES}
    assert long == {}


def test_no_function_is_longer_than_the_cap() -> None:
    """A function fits one screen."""
    long = {
        f"{shown(path)}:{node.lineno} {node.name}": lines
        for path in python_files()
        for node in functions(parse(path))
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


def test_every_module_says_what_it_is_for() -> None:
    """The first thing a reader sees is a sentence, not an import."""
    silent = [
        shown(path)
        for path in python_files(*PACKAGES, "scripts")
        if len((ast.get_docstring(parse(path)) or "").split()) < MIN_HEADER_WORDS
    ]
    assert silent == []


def test_every_test_says_what_it_promises() -> None:
    """The docstring of a test is the promise it keeps."""
    silent = [
        f"{shown(path)}:{node.lineno} {node.name}"
        for path in python_files("tests")
        for node in functions(parse(path))
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert silent == []


def public_names(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Public classes, functions and methods, nested classes included."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and node.name[0] != "_":
            yield prefix + node.name, node
            if isinstance(node, ast.ClassDef):
                yield from public_names(node.body, f"{prefix}{node.name}.")


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_has_a_docstring(package: str) -> None:
    """Whoever calls it need not read its body."""
    silent = [
        f"{shown(path)} {name}"
        for path in python_files(package)
        for name, node in public_names(parse(path).body)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        and not ast.get_docstring(node)
        and not any(ast.unparse(d).endswith(("overload", ".setter")) for d in node.decorator_list)
    ]
    assert silent == []
