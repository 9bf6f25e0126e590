"""From a judged question to something the engine executes.

Used by `QueryEngine`. Preparing makes the engine understand the question before it is run, so that mistakes are
told at once, with their place, and it lets values in without their becoming part of the text.
"""

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import pyarrow as pa

from analysis.query.catalogue import Identity, Source
from analysis.query.guard import Question
from analysis.query.places import engine_says, located
from analysis.query.result_file import BLOCK_ROWS, plain_batch, plain_schema
from analysis.query.subquery import as_subquery
from analysis.values import Value, arguments
from core.errors import QueryFailedError
from core.i18n import _
from core.types import Column
from storage.cache.keys import CacheKeys
from storage.duck import Connection, quote_identifier

Shape: TypeAlias = Callable[[pa.Schema], str]
"""Gets an answer's schema and returns a select list over its columns `c0`, `c1`, …; SQL of our own."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A question with everything decided but its execution.

    `fingerprint` is the same exactly when the answer must be.
    """

    question: Question
    sources: tuple[Source, ...]
    params: Mapping[str, Value]
    fingerprint: str

    @property
    def key(self) -> str:
        """The name of its answer in the cache."""
        return CacheKeys.query(self.fingerprint, [[one.dataset_id, one.version] for one in self.sources])

    @property
    def tags(self) -> list[str]:
        """What the answer depends on, for the cache."""
        return [f"dataset:{source.dataset_id}" for source in self.sources]

    @property
    def identity(self) -> Identity:
        """What the answer depends on, for those who name it."""
        return Identity(self.fingerprint, self.sources, tuple(self.tags), self.question.repeatable)


@dataclass(frozen=True, slots=True)
class Statement:
    """What executes a question, and how many lines stand before the person's text in it."""

    text: str
    lines_before: int = 1


def prepare(connection: Connection, ready: Ready) -> Statement:
    """Hand the question to the engine, which understands it now.

    Raises:
        QueryFailedError: it does not, for example because a column is missing.
    """
    question = ready.question
    try:
        prepared = _prepared(connection, ready, "question", f"PREPARE question AS\n{question.text}", 1)
    except QueryFailedError as error:
        raise _with_nearest(connection, ready, error) from error.__cause__
    if question.explain:
        return Statement(f"{question.explain}\n{question.text}")
    # EXECUTE runs the last part of a plan on one core only, so it serves where values must be let in, no further.
    return prepared if ready.params else Statement(question.text, lines_before=0)


def _with_nearest(connection: Connection, ready: Ready, error: QueryFailedError) -> QueryFailedError:
    """Return the error with the column that was probably meant, where the engine named a wrong one only."""
    wrong = error.context.get("wrong")
    if not isinstance(wrong, str) or error.context.get("nearest"):
        return error
    columns = [
        str(row[0])
        for source in ready.sources
        for row in connection.execute(f"describe {quote_identifier(source.name)}").fetchall()
    ]
    close = difflib.get_close_matches(wrong, columns, n=1, cutoff=0.5)
    if not close:
        return error
    told = QueryFailedError(located(error.message, None, close[0]), hint=error.hint)
    told.context = {**error.context, "nearest": close[0]}
    return told


def prepare_shaped(connection: Connection, ready: Ready, shape: Shape) -> Statement:
    """Prepare the question as a subquery below a select list of ours.

    Raises:
        QueryFailedError: as `prepare`, or the question has no rows that could be shaped.
    """
    inner = as_subquery(connection, ready.question)
    empty = _prepared(connection, ready, "empty", f"PREPARE empty AS select * from {inner} limit 0", 1)
    with engine_says(ready.question.sql, lines_before=1):
        inside = connection.execute(empty.text).to_arrow_table()
    schema = plain_schema(inside.rename_columns(_names(connection, ready) or inside.column_names).schema)
    names = ", ".join(f"c{i}" for i in range(len(schema)))
    head = f"PREPARE shaped AS select {shape(schema)} from "
    return _prepared(connection, ready, "shaped", f"{head}{inner} t({names})", head.count("\n") + 1)


def answer_columns(connection: Connection, ready: Ready) -> tuple[Column, ...]:
    """Return the columns of the answer, with unique names and the engine's types.

    Raises:
        QueryFailedError: the engine does not understand the question, or it has no rows that could be read.
    """
    inner = as_subquery(connection, ready.question)
    empty = _prepared(connection, ready, "empty", f"PREPARE empty AS select * from {inner} limit 0", 1)
    with engine_says(ready.question.sql, lines_before=1):
        described = connection.execute(empty.text).description or []
        table = connection.execute(empty.text).to_arrow_table()
    names = plain_schema(table.rename_columns(_names(connection, ready) or table.column_names).schema).names
    return tuple(Column(name, name, str(one[1])) for name, one in zip(names, described, strict=True))


def tabulate(connection: Connection, ready: Ready, picked: Sequence[int]) -> None:
    """Put some columns of the answer, by number, into the temporary table `answer` as `c<number>`.

    Raises:
        QueryFailedError: the engine cannot answer the question.
    """
    inner = as_subquery(connection, ready.question)
    names = ", ".join(f"c{i}" for i in range(max(picked, default=0) + 1))
    chosen = ", ".join(f"c{i}" for i in sorted(set(picked))) or "1 as one"
    head = f"create temp table answer as select {chosen} from "
    with engine_says(ready.question.sql, lines_before=1):
        connection.execute(f"{head}{inner} t({names})")


def _names(connection: Connection, ready: Ready) -> list[str]:
    """Return the names of the answer's columns; in brackets the engine would already have changed double ones."""
    try:
        described = _prepared(
            connection, ready, "described", f"PREPARE described AS DESCRIBE\n{ready.question.text}", 1
        )
    except QueryFailedError:  # DESCRIBE and SUMMARIZE cannot be described, and have no double names
        return []
    return [str(row[0]) for row in connection.execute(described.text).fetchall()]


def _prepared(connection: Connection, ready: Ready, name: str, preparation: str, lines_before: int) -> Statement:
    with engine_says(ready.question.sql, lines_before=lines_before):
        kinds: Sequence[str] = [one.type.name for one in connection.extract_statements(preparation)]
        if kinds != ["PREPARE"]:
            raise QueryFailedError(_("The question cannot be prepared as one statement."))
        connection.execute(preparation)
    return Statement(f"EXECUTE {name}{arguments(ready.params)}", lines_before)


def stream(
    connection: Connection, statement: Statement, sql: str, counted: list[int]
) -> tuple[pa.Schema, Iterator[pa.RecordBatch]]:
    """Execute and return the schema and the batches, with unique names; `counted[0]` grows by each batch's rows.

    Raises:
        BestandError: now or while iterating, what the engine told.
    """
    with engine_says(sql, lines_before=statement.lines_before):
        reader = connection.execute(statement.text).to_arrow_reader(BLOCK_ROWS)
    schema = plain_schema(reader.schema)

    def batches() -> Iterator[pa.RecordBatch]:
        while True:
            with engine_says(sql, lines_before=statement.lines_before):
                batch = next(reader, None)
            if batch is None:
                return
            counted[0] += batch.num_rows
            yield plain_batch(batch, schema)

    return schema, batches()


def check_parameters(question: Question, params: Mapping[str, Value]) -> None:
    """Check that there is a value for every parameter, and no other.

    Raises:
        QueryFailedError: one is missing or too many.
    """
    missing = [name for name in question.parameters if name not in params]
    unknown = [name for name in params if name not in question.parameters]
    if missing:
        raise QueryFailedError(
            _("The question wants a value for ${missing}.").format(missing=missing[0]),
            hint=_("Give every $name a value."),
        )
    if unknown:
        raise QueryFailedError(
            _("The question has no parameter ${unknown}.").format(unknown=unknown[0]),
            hint=_("Leave that value out."),
        )
    if question.parameters and question.explain:
        raise QueryFailedError(
            _("A question with parameters has no plan to show."), hint=_("Write the values in.")
        )
