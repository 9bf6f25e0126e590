"""What one can do with a question: check it, run it, look back at earlier ones.

Called by the SQL page and by `bestand query`. Nothing here knows Streamlit.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Final

from pydantic import StringConstraints

from app import catalogue
from app.forms.history import FormHistory
from app.forms.saving import save_form
from app.forms.spec import Field, FormSpec
from core.errors import NotFoundError, UsageError
from core.i18n import _
from core.rules import DATASET_NAME, Rule
from core.typed_values import typed_value
from core.types import Json

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.export import Asked, ExportOptions, Format
    from analysis.query import CheckedQuery, QueryRun
    from analysis.values import Value
    from app.context import AppContext
    from core.errors import BestandError
    from core.progress import Progress
    from storage.database.unit_of_work import UnitOfWork

HISTORY_LIMIT = 100
"""Questions shown in the history."""
NAME_LIMIT: Final = 200
QUESTION_NAME: Final[Rule[str]] = Rule(
    Annotated[str, StringConstraints(strip_whitespace=True, max_length=NAME_LIMIT)]
)
QUESTION: Final[Rule[str]] = Rule(str)
_VERSIONS_LOOKED_AT: Final = 20


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One question that was asked. `state` is done, failed or cancelled; `asked_at` is ISO 8601 UTC."""

    id: str
    sql: str
    state: str
    rows: int | None
    duration_ms: float | None
    error: str | None
    asked_at: str


def check(ctx: "AppContext", sql: str) -> "CheckedQuery":
    """Look at a question without running it.

    Raises:
        QueryRefusedError: it is more than a question about the datasets.
        QueryFailedError: it is no SQL the engine understands.
    """
    return ctx.analysis.queries.check(sql)


def run(
    ctx: "AppContext", sql: str, *, page_rows: int | None = None, params: "Mapping[str, Value] | None" = None
) -> "QueryRun":
    """Ask: the first page is there at once, the rest is written behind it.

    Raises:
        QueryRefusedError: the statement is more than a question about the datasets.
        QueryFailedError: the engine does not understand it, or a dataset is missing.
    """
    return ctx.analysis.queries.start(sql, page_rows=page_rows or ctx.config.query.page_rows, params=params)


def outdated(ctx: "AppContext", run: "QueryRun") -> tuple[str, ...]:
    """Return the names of the datasets that have changed, or gone, since this answer was made of them."""
    return catalogue.changed_since(ctx, run.identity.sources) if run.identity is not None else ()


def first_rows(
    ctx: "AppContext",
    sql: str,
    count: int,
    *,
    params: "Mapping[str, Value] | None" = None,
    progress: "Progress | None" = None,
) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    """Return the names of the answer's columns and its first `count` rows as Python values.

    Raises:
        QueryRefusedError: the statement is more than a question about the datasets.
        QueryFailedError: the engine does not understand it, or a parameter is missing.
        CancelledError: it was stopped.
    """

    def consume(
        schema: "pa.Schema", batches: "Iterator[pa.RecordBatch]"
    ) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        rows: list[tuple[object, ...]] = []
        while len(rows) < count and (batch := next(batches, None)) is not None:
            columns = (column.to_pylist() for column in batch.slice(0, count - len(rows)).columns)
            rows += zip(*columns, strict=True)
        return tuple(schema.names), rows

    return ctx.analysis.queries.run_to(sql, consume, params=params, progress=progress)


def write_answer(
    ctx: "AppContext",
    asked: "Asked",
    to: "Path | BinaryIO",
    fmt: "Format",
    *,
    overwrite: bool = False,
    options: "ExportOptions | None" = None,
    progress: "Progress | None" = None,
) -> int:
    """Write the whole answer of a question to a file or to an open stream, and return the number of rows.

    Raises:
        QueryRefusedError: the statement is more than a question about the datasets.
        QueryFailedError: the engine does not understand it, or a parameter is missing.
        ExportError: the file cannot be written, or the rows do not fit the format.
        CancelledError: it was stopped; no file is left, a stream holds a part.
    """
    exports = ctx.analysis.exports
    if isinstance(to, Path):
        written = exports.export(
            asked, to.absolute(), fmt, progress=progress, overwrite=overwrite, options=options
        )
        return written.rows
    return exports.write(asked, to, fmt, progress=progress, options=options)


def start_save(
    ctx: "AppContext",
    sql: str,
    name: str,
    *,
    parameters: "Mapping[str, str] | None" = None,
    replace: bool = False,
    run: "QueryRun | None" = None,
) -> str:
    """Queue a job that makes the whole answer of a question a dataset, and return the job's id.

    Args:
        ctx: The open profile.
        sql: One question; asked by the job only if there is no complete answer.
        name: The dataset's name; one that is in use gets the ending "~2".
        parameters: Values of the `$name`s, as typed.
        replace: Make it the next version of the dataset of that name, if there is one.
        run: The run whose answer is meant.

    Raises:
        UsageError: the name is empty.
        RuleError: no dataset can have this name.
    """
    if not name.strip():
        raise UsageError(_("A dataset needs a name."), hint=_("Type one."))
    name = str(DATASET_NAME.value(name))
    typed: dict[str, Json] = dict(parameters or {})
    args: dict[str, Json] = {"sql": sql, "name": name.strip(), "params": typed, "replace": replace}
    if run is not None:
        args["run"] = run.id
    return ctx.jobs.manager.enqueue("save_query", args)


def typed_parameters(parameters: "Mapping[str, str]") -> "dict[str, Value]":
    """Return the values of `$name`s as they were meant by what was typed."""
    return {name: typed_value(text) for name, text in parameters.items()}


def placed(error: "BestandError", start: tuple[int, int]) -> str:
    """Return what an error says, its place counted from the beginning of a text that holds the statement.

    Args:
        error: About a statement; what has no place is said as it is.
        start: Line and column, from 1, where the statement begins in that text.
    """
    from analysis.query.places import Place, moved

    line, column = error.context.get("line"), error.context.get("column")
    if not isinstance(line, int) or not isinstance(column, int):
        return str(error)
    there = Place(line + start[0] - 1, column + (start[1] - 1 if line == 1 else 0))
    return moved(str(error), Place(line, column), there)


@dataclass(frozen=True, slots=True)
class SavedQuestion:
    """One question kept under a name; `changed_at` is ISO 8601 UTC."""

    id: str
    name: str
    sql: str
    changed_at: str


def saved_questions(ctx: "AppContext", *, limit: int = HISTORY_LIMIT) -> list[SavedQuestion]:
    """Return the questions kept under a name, by name."""
    with ctx.storage.database.read() as uow:
        rows = uow.saved_queries.list_by_name(limit=limit)
        return [SavedQuestion(row.id, row.name, row.sql, row.updated_at) for row in rows]


def keep_question(ctx: "AppContext", name: str, sql: str) -> str:
    """Keep a question under a name, in place of the one that had it; return its id.

    What the name stood for before is a version of it, see `earlier_version`.

    Raises:
        UsageError: the name or the question is empty.
    """
    if not name.strip():
        raise UsageError(_("A question needs a name to be kept under."), hint=_("Type one."))
    if not sql.strip():
        raise UsageError(_("There is no question to keep."), hint=_("Type one and try again."))
    _save_question(ctx, name.strip(), sql)
    with ctx.storage.database.read() as uow:
        row = uow.saved_queries.by_name(name.strip())
        if row is None:  # dropped by another window in this very moment
            raise NotFoundError(_("There is no saved question '{id}'.").format(id=name.strip()))
        return row.id


def earlier_version(ctx: "AppContext", name: str) -> int | None:
    """Return the version a kept question had before it was replaced the last time, or None."""
    lines = FormHistory(ctx.storage.database).lines(_form_of(name), limit=_VERSIONS_LOOKED_AT)
    saved = [line for line in lines if line.kind == "save"]
    return saved[1].number if len(saved) > 1 else None


def bring_back_question(ctx: "AppContext", name: str, version: int) -> None:
    """Keep under a name what one of its earlier versions was.

    Raises:
        FormError: that version is no longer kept.
    """
    held = FormHistory(ctx.storage.database).state_at(_form_of(name), version)
    _save_question(ctx, name, str(held["sql"]))


def _save_question(ctx: "AppContext", name: str, sql: str) -> None:
    """Write the question and a version of it, in one transaction."""

    def write(uow: "UnitOfWork", held: "Mapping[str, Json]") -> None:
        from storage.database.models import SavedQueryRow

        row = uow.saved_queries.by_name(name)
        if row is None:
            uow.saved_queries.add(SavedQueryRow(name=name, sql=str(held["sql"])))
        else:
            uow.saved_queries.update(row, sql=str(held["sql"]))

    fields = (Field("name", _("Name"), QUESTION_NAME), Field("sql", _("Question"), QUESTION))
    save_form(
        ctx, _form_of(name), {"name": name, "sql": sql}, spec=FormSpec(fields, effect=write),
        description=_("Kept as '{name}'").format(name=name),
    )  # fmt: skip


def _form_of(name: str) -> str:
    return f"question:{name}"


def drop_question(ctx: "AppContext", question_id: str) -> None:
    """Take a kept question off the list.

    Raises:
        NotFoundError: there is none with this id.
    """

    def work(uow: "UnitOfWork") -> str:
        return uow.saved_queries.delete(uow.saved_queries.require(question_id)).name

    FormHistory(ctx.storage.database).forget(_form_of(ctx.storage.database.run_tx(work, label="drop question")))


def history(
    ctx: "AppContext", search: str | None = None, *, limit: int = HISTORY_LIMIT, offset: int = 0
) -> list[HistoryLine]:
    """Return earlier questions, newest first; with `search` only those whose text contains it."""
    with ctx.storage.database.read() as uow:
        rows = uow.queries.history(limit=limit, offset=offset, search=search or None)
        return [
            HistoryLine(row.id, row.sql, row.state, row.rows, row.duration_ms, row.error, row.created_at)
            for row in rows
        ]
