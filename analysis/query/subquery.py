"""A person's statement as a part of a larger one of ours.

Used where the engine shall format an answer while it is produced. The danger is a text that means something else
between brackets than alone; so the larger statement is parsed too, and what stands between the brackets must be,
node for node, what the guard has judged.
"""

import json
from collections.abc import Iterator
from typing import Any

from analysis.query.guard import Question
from analysis.values import text_literal
from core.errors import QueryFailedError
from core.i18n import _
from storage.duck import Connection


def as_subquery(connection: Connection, question: Question) -> str:
    """Return `(…)` with the statement inside, to stand after FROM; the person's text starts on its second line.

    Raises:
        QueryFailedError: the question asks for a plan, or cannot stand in brackets.
    """
    if question.explain:
        raise QueryFailedError(_("A plan is shown on the page only."), hint=_("Leave EXPLAIN out."))
    judged = _tree(connection, question.text)
    for text in _forms(connection, question.text):
        whole = f"(\n{text}\n)"
        tree = _tree(connection, f"select * from {whole}")
        inner = _between_brackets(tree)
        if inner is not None and _plain(inner) == _plain(judged["statements"][0]["node"]):
            return whole
    raise QueryFailedError(_("The question cannot stand in brackets."), hint=_("Take out what follows its end."))


def _forms(connection: Connection, text: str) -> Iterator[str]:
    """Yield the text as it was typed, without what ends it, then as the engine itself would write it."""
    yield text.rstrip("; \t\r\n")
    tree = f"json_serialize_sql({text_literal(text)}::VARCHAR)"
    row = connection.execute(f"select json_deserialize_sql({tree})").fetchone()
    if row:
        yield str(row[0])


def _tree(connection: Connection, text: str) -> dict[str, Any]:
    row = connection.execute(f"select json_serialize_sql({text_literal(text)}::VARCHAR)").fetchone()
    tree: dict[str, Any] = json.loads(row[0]) if row else {}
    return tree


def _between_brackets(tree: dict[str, Any]) -> Any | None:  # noqa: ANN401 - any JSON
    """Return the node of the statement in brackets; None when the whole is not of the form it should have."""
    statements = tree.get("statements", [])
    source = statements[0]["node"].get("from_table", {}) if len(statements) == 1 else {}
    return source["subquery"]["node"] if source.get("type") == "SUBQUERY" else None


def _plain(part: Any) -> Any:  # noqa: ANN401 - any JSON
    """Return the tree without the places of its parts in the text."""
    if isinstance(part, dict):
        return {name: _plain(below) for name, below in part.items() if name != "query_location"}
    return [_plain(one) for one in part] if isinstance(part, list) else part
