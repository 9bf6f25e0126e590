"""Every text a person reads goes through the catalogue, and the catalogue holds what the sources say."""

import ast
import builtins
import string
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core.words import COUNTED
from scripts import texts
from tests.architecture.sources import PACKAGES, python_files, shown

TRANSLATING = frozenset({"_", "N_", "ngettext", "pgettext"})
WITH_VARIABLES = frozenset({"_"})
"""`_(CONSTANT)` shows what `N_` has marked; the others must hold the text itself."""
ENGINE_ERRORS = frozenset({"UnreadableValueError", "PlantedValueError"})
"""Errors of ours that never leave the module that raises them."""
STANDARD = frozenset(name for name in dir(builtins) if name.endswith("Error"))
LABELLED = frozenset(
    {"button", "caption", "checkbox", "download_button", "empty", "error", "expander", "file_uploader", "header"}
    | {
        "form_submit_button",
        "info",
        "metric",
        "multiselect",
        "number_input",
        "pills",
        "popover",
        "problem",
        "radio",
    }
    | {
        "progress",
        "segmented_control",
        "selectbox",
        "slider",
        "subheader",
        "success",
        "tell",
        "text_area",
        "title",
    }
    | {"text_input", "toast", "toggle", "warning"}
)
"""What draws or prints its first argument."""
SHARED_WITH_LOGS = frozenset({"error", "info", "warning"})
"""Of these, those that a logger has too: only Streamlit's are for people."""
SPOKEN_KEYWORDS = frozenset({"help", "hint", "placeholder", "alt"})
NOT_FOR_PEOPLE: frozenset[tuple[str, str]] = frozenset()
"""File and literal of what the rules find and nobody reads, or what is the same in every language."""


def calls(tree: ast.AST) -> Iterator[tuple[ast.Call, str]]:
    """Every call with the plain name of what is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node, node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")


def is_text(node: ast.AST) -> bool:
    """Whether a node is a literal with a word in it: two letters in a row."""
    if isinstance(node, ast.JoinedStr):
        return any(is_text(part) for part in node.values)
    if isinstance(node, ast.IfExp):
        return is_text(node.body) or is_text(node.orelse)
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    words = node.value.startswith((":material/", "http", "--", "<")) or node.value.isidentifier()
    return not words and any(a.isalpha() and b.isalpha() for a, b in zip(node.value, node.value[1:], strict=False))


def is_sentence(node: ast.AST) -> bool:
    """Whether a node is a literal of more than one word."""
    if isinstance(node, ast.IfExp):
        return is_sentence(node.body) or is_sentence(node.orelse)
    literals = node.values if isinstance(node, ast.JoinedStr) else [node]
    return is_text(node) and any(isinstance(one, ast.Constant) and " " in str(one.value) for one in literals)


def is_ours(name: str) -> bool:
    """Whether this is the name of an error a person may read."""
    return name.endswith("Error") and name not in STANDARD and name not in ENGINE_ERRORS


def spoken(tree: ast.AST) -> Iterator[ast.expr]:
    """Everything in a module that a person reads and that stands there as a literal."""
    for call, name in calls(tree):
        if is_ours(name):
            yield from (one for one in (*call.args, *(k.value for k in call.keywords)) if is_sentence(one))
        elif name in LABELLED and call.args and is_text(call.args[0]) and is_drawn(call, name):
            yield call.args[0]
        if name not in ("Option", "Argument"):
            yield from (k.value for k in call.keywords if k.arg in SPOKEN_KEYWORDS and is_text(k.value))
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and target.id == "default_hint" and node.value is not None:
                yield from (one for one in [node.value] if is_text(one))


def is_drawn(call: ast.Call, name: str) -> bool:
    """Whether a call draws or prints; a line of the log does neither."""
    return name not in SHARED_WITH_LOGS or ast.unparse(call.func) == f"st.{name}"


def at_import(tree: ast.Module) -> Iterator[ast.Call]:
    """Calls that run when a module is imported."""
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            waiting += [*node.args.defaults, *(d for d in node.args.kw_defaults if d), *node.decorator_list]
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Call):
            yield node
        waiting += ast.iter_child_nodes(node)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_text_for_a_person_is_wrapped(package: str) -> None:
    """Messages, hints, labels: `_("…")`, or `N_("…")` where it is translated later."""
    found = [
        f"{shown(path)}:{node.lineno} {ast.unparse(node)[:80]}"
        for path in python_files(package)
        for node in spoken(ast.parse(path.read_text(encoding="utf-8")))
        if (shown(path), getattr(node, "value", None)) not in NOT_FOR_PEOPLE
    ]

    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_texts_of_a_page_are_marked(package: str) -> None:
    """In a module named texts every string of its own stands in `N_`, `_` or `ngettext`."""
    found = []
    for path in python_files(package):
        if path.name != "texts.py" or package == "core":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(part) for call, name in calls(tree) if name in TRANSLATING for part in ast.walk(call)}
        for node in ast.walk(tree):
            if isinstance(node, ast.AnnAssign | ast.Assign) and node.value is not None:
                literals = [one for one in ast.walk(node.value) if id(one) not in inside]
                found += [
                    f"{shown(path)}:{node.lineno} {ast.unparse(one)[:80]}" for one in literals if is_words(one)
                ]

    assert found == []


def is_words(node: ast.AST) -> bool:
    """Whether a node is a literal that begins like a sentence."""
    return isinstance(node, ast.Constant) and is_sentence(node) and str(node.value)[:1].isupper()


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_translated_is_a_plain_string(package: str) -> None:
    """The extractor cannot look into an f-string, a sum or a call; `.format` fills in values afterwards."""
    found = []
    for path in python_files(package):
        for call, name in calls(ast.parse(path.read_text(encoding="utf-8"))):
            if name not in TRANSLATING or not isinstance(call.func, ast.Name):
                continue
            texts_of_call = call.args[: 2 if name in ("ngettext", "pgettext") else 1]
            for one in texts_of_call:
                plain = isinstance(one, ast.Constant) and isinstance(one.value, str)
                named = name in WITH_VARIABLES and isinstance(one, ast.Name | ast.Attribute | ast.Subscript)
                if not plain and not named:
                    found.append(f"{shown(path)}:{call.lineno} {ast.unparse(call)[:80]}")

    assert found == []


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_is_translated_at_import(package: str) -> None:
    """The language is known later: a constant is marked by `N_`, and translated where it is shown."""
    found = [
        f"{shown(path)}:{call.lineno} {ast.unparse(call)[:80]}"
        for path in python_files(package)
        for call in at_import(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call.func, ast.Name) and call.func.id in TRANSLATING - {"N_"}
    ]

    assert found == []


def test_only_known_things_are_counted() -> None:
    """Each noun that is counted has its plural in every language."""
    unknown = [
        f"{shown(path)}:{call.lineno} {ast.unparse(call)}"
        for path in python_files("app", "launcher")
        for call, name in calls(ast.parse(path.read_text(encoding="utf-8")))
        if name == "counted" and len(call.args) > 1 and isinstance(call.args[1], ast.Constant)
        if call.args[1].value not in COUNTED
    ]

    assert unknown == []


@pytest.mark.parametrize("language", texts.TRANSLATED)
def test_the_catalogue_is_what_the_sources_say(language: str) -> None:
    """`make texts` would change nothing: no text is missing, and what is compiled is what was translated."""
    po, mo = texts.written(language, texts.extracted())
    path = texts.po_path(language)

    assert path.read_bytes() == po, "run `make texts`"
    assert path.with_suffix(".mo").read_bytes() == mo, "run `make texts`"


@pytest.mark.parametrize("language", texts.TRANSLATED)
def test_a_translation_keeps_the_placeholders(language: str) -> None:
    """What is filled in stays what it is; a plural form may leave out the count."""
    wrong = []
    with texts.po_path(language).open("rb") as file:
        for message in read_po(file, locale=language):
            if not message.id or not texts.is_translated(message):
                continue
            sources = [message.id] if isinstance(message.id, str) else list(message.id)
            forms = [message.string] if isinstance(message.string, str) else list(message.string or ())
            wanted = set().union(*(fields(one) for one in sources))
            free = set() if len(forms) == 1 else {"count"}
            wrong += [one for one in forms if not wanted - free <= fields(one) <= wanted]

    assert wrong == []


def test_the_rules_see_what_they_are_meant_to_see() -> None:
    """A literal is found, a wrapped one is not; what runs at import is told from what runs later."""
    lines = ('raise SourceError(path, f"is {x} long", hint="Do it.")', 'st.button("Go on")', 'tell(_("Fine."))')
    tree = ast.parse("\n".join(lines))

    assert [ast.unparse(node) for node in spoken(tree)] == ["f'is {x} long'", "'Do it.'", "'Do it.'", "'Go on'"]
    assert [ast.unparse(one) for one in at_import(ast.parse('A = _("x")\ndef f(b=N_("y")): _("z")'))] == [
        "N_('y')", "_('x')",
    ]  # fmt: skip


def test_the_compiled_catalogue_is_small_enough_to_read_at_every_start() -> None:
    """It is read whole when the first text is shown."""
    for language in texts.TRANSLATED:
        content = texts.po_path(language).with_suffix(".mo").read_bytes()

        assert struct.unpack("<I", content[:4])[0] == 0x950412DE
        assert len(content) < 1_000_000


def fields(text: str) -> set[str]:
    """The names of a text's placeholders."""
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError:
        return set()


def test_every_catalogue_lies_where_it_is_looked_for() -> None:
    """The file's place in the sources is its place in a wheel and in the bundle."""
    from core.i18n.texts import LOCALES

    assert texts.po_path("de").parent == Path(LOCALES) / "de" / "LC_MESSAGES"
