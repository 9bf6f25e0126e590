"""The first wall before a person's SQL: one statement, only reading, only the datasets.

Used by `QueryEngine` for everything a person typed. The engine's own parser takes the statement apart, so what is
judged is what will run: there is no second parser that could understand it differently. Everything that is not on
an allow-list is refused: kinds of statements, of sources, functions. The second wall is the engine's lock
(`DuckEngine.locked`); each must hold alone. Which datasets exist is decided by `catalogue`.
"""

import difflib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from analysis.query.functions import SCALAR_FUNCTIONS, TABLE_FUNCTIONS, VOLATILE_FUNCTIONS
from analysis.query.places import Place, engine_says, failed, located, place_of_byte, where
from analysis.values import text_literal
from core.errors import QueryFailedError, QueryRefusedError
from core.i18n import _, number
from storage.duck import Connection, DuckEngine

MAX_CHARACTERS: Final = 1_000_000
"""Longer statements are refused: nobody typed them, and the parser would need minutes."""

_EXPLAIN: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*explain(?P<analyze>\s+analyze)?\b", re.IGNORECASE | re.DOTALL
)
_NOTHING: Final = re.compile(r"[\s;]*;")
_NODES: Final = frozenset({"SELECT_NODE", "SET_OPERATION_NODE", "RECURSIVE_CTE_NODE"})
_SOURCES: Final = frozenset(
    {
        "BASE_TABLE",
        "SUBQUERY",
        "JOIN",
        "TABLE_FUNCTION",
        "EXPRESSION_LIST",
        "EMPTY",
        "PIVOT",
        "SHOW_REF",
    }
)
_SHOWN: Final = frozenset({"DESCRIBE", "SUMMARY"})
_OWN_SCHEMAS: Final = frozenset({"", "main", "pg_catalog"})
_NOWHERE: Final = 2**63
"""The engine's offset for 'unknown' lies above this."""


@dataclass(frozen=True, slots=True)
class TableName:
    """A table as the statement names it; `qualifier` is what stands before the dot, or empty."""

    name: str
    qualifier: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """A statement that passed.

    `text` is what runs; places in it are those of `sql`. `parameters` are the names behind `$`. `explain` is put
    before it when the plan is wanted, not the answer, and else empty.
    `repeatable` tells that the same data gives the same answer.
    """

    sql: str
    text: str
    tables: tuple[TableName, ...]
    parameters: tuple[str, ...]
    explain: str
    repeatable: bool


@dataclass(slots=True)
class _Findings:
    sql: str
    tables: list[TableName] = field(default_factory=list)
    parameters: list[str] = field(default_factory=list)
    repeatable: bool = True


class Guard:
    """Judges statements; thread-safe."""

    def __init__(self, duck: DuckEngine) -> None:
        self._duck = duck

    def inspect(self, sql: str) -> Question:
        """Take a statement apart and let it through, or not. It is not run.

        Raises:
            QueryRefusedError: it is more than a question about datasets.
            QueryFailedError: it is no SQL.
        """
        _check_text(sql)
        text, prefix = _without_explain(sql)
        with self._duck.locked({}) as connection:
            _check_kind(connection, sql, text)
            tree = _parse(connection, sql, text)
        findings = _Findings(sql)
        _walk(tree["statements"][0], frozenset(), findings)
        return Question(
            sql=sql,
            text=text,
            tables=tuple(findings.tables),
            parameters=tuple(dict.fromkeys(findings.parameters)),
            explain=prefix,
            repeatable=findings.repeatable and not prefix,
        )


def _check_text(sql: str) -> None:
    if len(sql) > MAX_CHARACTERS:
        raise QueryRefusedError(
            _("The statement has {count} characters; at most {max_characters} are read.").format(
                count=number(len(sql)), max_characters=number(MAX_CHARACTERS)
            )
        )
    if "\0" in sql:
        # The parser would stop there and see less than a person does.
        raise QueryRefusedError(_("The statement holds a zero character, which no SQL has."))
    try:
        sql.encode()
    except UnicodeEncodeError as error:
        raise QueryRefusedError(_("The statement holds half a character and cannot be read.")) from error


def _without_explain(sql: str) -> tuple[str, str]:
    """Return the statement without a leading EXPLAIN, every character at its place, and what to put before it."""
    found = _EXPLAIN.match(sql)
    if not found:
        nothing = _NOTHING.match(sql)
        return (_blanked(sql, nothing.end()) if nothing else sql), ""
    return _blanked(sql, found.end()), "EXPLAIN ANALYZE" if found["analyze"] else "EXPLAIN"


def _blanked(sql: str, end: int) -> str:
    """Return the statement with everything before `end` made blank, so that all places stay as they are."""
    return re.sub(r"[^\n]", " ", sql[:end]) + sql[end:]


def _check_kind(connection: Connection, sql: str, text: str) -> None:
    """Refuse all but one SELECT-like statement."""
    with engine_says(sql):
        statements = connection.extract_statements(text)
    kinds = [statement.type.name for statement in statements]
    if not kinds:
        raise QueryFailedError(_("There is no question: the SQL is empty."), hint=_("Type a SELECT and run it."))
    if kinds == ["CREATE", "SELECT"] and not statements[0].query:
        raise QueryRefusedError(
            _("A PIVOT over values that are only known from the data is not answered."),
            hint=_("Name the values: PIVOT … ON column IN ('a', 'b') USING …"),
        )
    if len(kinds) > 1:
        raise QueryRefusedError(
            _("The text holds {count} statements; one question is answered at a time.").format(count=len(kinds)),
            hint=_("Select one statement and run it."),
        )
    if kinds[0] != "SELECT":
        raise QueryRefusedError(
            _("{kind} is not a question: only reading is allowed.").format(kind=kinds[0].replace("_", " "))
        )


def _parse(connection: Connection, sql: str, text: str) -> Mapping[str, Any]:
    with engine_says(sql):
        row = connection.execute(f"select json_serialize_sql({text_literal(text)}::VARCHAR)").fetchone()
    tree: Mapping[str, Any] = json.loads(row[0]) if row else {"error": True}
    if tree.get("error"):
        if tree.get("error_type") == "parser":
            raise failed(sql, str(tree.get("error_message")))
        raise QueryRefusedError(_("This statement is not a question: only reading is allowed."))
    if len(tree["statements"]) != 1:
        raise QueryRefusedError(_("One question is answered at a time."))
    return tree


def _walk(part: object, scope: frozenset[str], findings: _Findings) -> None:
    """Judge one part of the parsed statement and all below it.

    `scope` holds the names of the common table expressions that can be seen from here, in lower case.
    """
    if isinstance(part, list):
        for one in part:
            _walk(one, scope, findings)
    if not isinstance(part, dict):
        return
    if "cte_map" in part:
        scope = _common_tables(part, scope, findings)
    _judge(part, scope, findings)
    for name, below in part.items():
        if name == "function" and part.get("type") == "TABLE_FUNCTION":
            _walk(below.get("children"), scope, findings)
        elif name == "right" and part.get("type") == "RECURSIVE_CTE_NODE":
            _walk(below, scope | {str(part["cte_name"]).lower()}, findings)
        elif name != "cte_map":
            _walk(below, scope, findings)


def _common_tables(node: Mapping[str, Any], scope: frozenset[str], findings: _Findings) -> frozenset[str]:
    """Judge the WITH list; each entry sees those before it, and only a recursive one sees itself."""
    for entry in node["cte_map"]["map"]:
        _walk(entry["value"], scope, findings)
        scope |= {str(entry["key"]).lower()}
    return scope


def _judge(part: Mapping[str, Any], scope: frozenset[str], findings: _Findings) -> None:
    kind = part.get("type")
    if isinstance(kind, str) and kind.endswith("_NODE") and kind not in _NODES:
        raise QueryRefusedError(
            _("A question cannot hold {kind}.").format(kind=kind.removesuffix("_NODE").replace("_", " "))
        )
    if "sample" in part:
        _judge_source(part, scope, findings)
    if part.get("class") == "PARAMETER":
        _note_parameter(str(part["identifier"]), findings)
    elif "function_name" in part:
        _judge_function(part, SCALAR_FUNCTIONS, findings)


def _judge_source(source: Mapping[str, Any], scope: frozenset[str], findings: _Findings) -> None:
    """Judge one thing after FROM, or a sampling rule."""
    kind = source.get("type")
    findings.repeatable &= source["sample"] is None
    if kind in _NODES:  # a whole SELECT may be sampled too
        return
    if kind not in _SOURCES:
        raise QueryRefusedError(
            _("A question cannot read from {kind}.").format(kind=str(kind).replace("_", " ").lower())
        )
    if kind == "BASE_TABLE":
        _note_table(source, scope, findings)
    elif kind == "TABLE_FUNCTION":
        _judge_function(source["function"], TABLE_FUNCTIONS, findings)
    elif kind == "SHOW_REF" and (source["show_type"] not in _SHOWN or source.get("table_name")):
        raise QueryRefusedError(
            _("SHOW looks at the engine, not at your data."),
            hint=_("Use DESCRIBE or SUMMARIZE with one of your datasets."),
        )


def _note_table(source: Mapping[str, Any], scope: frozenset[str], findings: _Findings) -> None:
    qualifier = ".".join(part for part in (source["catalog_name"], source["schema_name"]) if part)
    name = str(source["table_name"])
    if qualifier or name.lower() not in scope:
        findings.tables.append(TableName(name, qualifier, _place(source, findings.sql)))


def _note_parameter(name: str, findings: _Findings) -> None:
    if name.isdecimal():
        raise QueryFailedError(_("Parameters need names."), hint=_("Write $name instead of ? or $1."))
    findings.parameters.append(name)


def _judge_function(call: Mapping[str, Any], allowed: frozenset[str], findings: _Findings) -> None:
    name = str(call["function_name"]).lower()
    findings.repeatable &= name not in VOLATILE_FUNCTIONS
    if call.get("catalog") in ("", None, "system") and call.get("schema") in _OWN_SCHEMAS and name in allowed:
        return
    place = _place(call, findings.sql)
    nearest = difflib.get_close_matches(name, allowed, n=1, cutoff=0.75)
    told = _("The function '{name}' cannot be used in a question.").format(name=name)
    raise QueryRefusedError(
        located(told, place, nearest[0] if nearest else None),
        hint=_("A question reads your datasets only: no files, settings or network."),
        function=name,
        wrong=name,
        nearest=nearest[0] if nearest else None,
        **where(place),
    )


def _place(part: Mapping[str, Any], sql: str) -> Place | None:
    offset = part.get("query_location")
    return place_of_byte(sql, offset) if isinstance(offset, int) and offset < _NOWHERE else None
