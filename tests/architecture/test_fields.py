"""Whatever a page asks a person goes through `app.widgets`: only there is it kept, checked and part of a form."""

import ast
from collections.abc import Iterator

from tests.architecture.sources import python_files, shown

FIELDS = frozenset(
    {
        "audio_input", "camera_input", "chat_input", "checkbox", "color_picker", "data_editor", "date_input",
        "datetime_input", "feedback", "file_uploader", "form", "form_submit_button", "multiselect", "number_input",
        "pills", "radio", "segmented_control", "select_slider", "selectbox", "slider", "text_area", "text_input",
        "time_input", "toggle",
    }
)  # fmt: skip
"""What Streamlit has to ask with. Buttons and links ask nothing that could be lost."""
HOMES = frozenset(f"app/widgets/{name}.py" for name in ("choices", "files", "texts"))
"""The modules that make the widgets of ours."""


def bare_fields(tree: ast.AST) -> Iterator[ast.AST]:
    """Return where a tree uses one of them, by any name Streamlit goes by."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in FIELDS and isinstance(node.value, ast.Name):
            if node.value.id in ("st", "streamlit"):
                yield node
        elif (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[0] == "streamlit"
            and any(name.name in FIELDS for name in node.names)
        ):
            yield node


def test_no_page_asks_by_itself() -> None:
    """A field that is not kept would be the one a person loses."""
    found = [
        f"{shown(path)}:{node.lineno}"  # type: ignore[attr-defined]  # every node found has a line
        for path in python_files("app", "launcher")
        if shown(path) not in HOMES
        for node in bare_fields(ast.parse(path.read_text(encoding="utf-8")))
    ]

    assert found == []


def test_the_homes_are_in_use() -> None:
    """A module that asks nothing any more must not be free to begin."""
    assert {shown(path) for path in python_files("app") if shown(path) in HOMES and any(
        bare_fields(ast.parse(path.read_text(encoding="utf-8")))
    )} == HOMES  # fmt: skip


def test_the_rule_sees_what_it_is_for() -> None:
    """A rule that can match nothing would always be kept."""
    written = "from streamlit import text_input\nst.text_input('x')\nst.button('y')\nst.form('z')"

    assert len(list(bare_fields(ast.parse(written)))) == 3
