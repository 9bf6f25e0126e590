"""The upper half of the SQL page: the editor, and what happens when a question is asked in it."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from app import catalogue
from app.boundary import guarded
from app.components.editor import Addition, Other, Run, Stay, Text, Told, sql_editor
from app.features.query import actions, schema
from app.features.query.routes import CATALOGUE_PATH, WORDS_PATH
from app.features.query.state import SqlState, Tab
from app.refresh import STATUS, redraw
from app.session import Offer, kept, other_values, stay_with, stored_input
from app.widgets.words import when
from core.errors import BestandError
from core.i18n import _, pgettext
from core.telemetry import log_error

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from app.context import AppContext

VIEW: Final = "sql"
EDITOR: Final = "sql_editor"
BELOW: Final = "sql_below"
FIELD: Final = "sql_question"
"""The parts of the page that are drawn alone, the editor and everything below it; and the editor's own key."""
AT_ONCE_S: Final = 0.12
"""An answer that is there within this is drawn at once, as answered."""


def state() -> SqlState:
    """Return what this window remembers of the SQL page."""
    return kept(VIEW, _begun)


def _begun() -> SqlState:
    """Return the page's state with the text that was in the editor when the window, or the engine, ended."""
    sql = SqlState()
    found = stored_input(FIELD, fits=is_draft)
    if found:
        sql.hear(found["text"], found["seq"], "")
        sql.typed = _parameters(found)
    return sql


def _parameters(found: "Mapping[str, Any]") -> dict[str, str]:
    return {str(name): str(typed) for name, typed in (found.get("parameters") or {}).items()}


def is_draft(found: object) -> bool:
    """Tell whether what is kept of the editor is its text, its number and the values of its `$name`s."""
    if not isinstance(found, dict) or not isinstance(found.get("text"), str):
        return False
    return isinstance(found.get("seq"), int) and isinstance(found.get("parameters") or {}, dict)


def draw_editor(ctx: "AppContext") -> None:
    """Draw the editor in the place it is called."""
    sql = state()
    tab = sql.tab
    running = tab.run if tab is not None and tab.running else None
    rivals = other_values(FIELD, differs=is_draft)  # whether it differs the editor knows, whose text is newer
    sql_editor(
        key=FIELD,
        text=sql.text,
        seq=sql.seq,
        parameters=sql.typed,
        routes={"catalogue": CATALOGUE_PATH, "words": WORDS_PATH},
        mark=schema.mark(ctx),
        labels=_labels(ctx),
        running_ms=running.elapsed_s * 1000 if running else None,
        told=_told(tab),
        add=Addition(*sql.add) if sql.add else None,
        others=[_other(one) for one in rivals],
        on_run=guarded(VIEW, partial(_run, ctx)),
        on_stop=guarded(VIEW, stop),
        on_text=guarded(VIEW, _hear),
        on_stay=guarded(VIEW, partial(_stay, ctx, rivals)),
    )


def _other(rival: Offer) -> Other:
    text, since = rival.value["text"], when(rival.at)
    told = (
        _("Another window has since {when}:")
        if text.strip()
        else _("Another window has nothing here, since {when}.")
    )
    return Other(rival.seq, text, _parameters(rival.value), told.format(when=since))


def _stay(ctx: "AppContext", rivals: "Sequence[Offer]", stay: Stay) -> None:
    closed = {one.window for one in rivals if not ctx.windows.is_open(one.window)}
    mine = {"text": stay.text, "seq": stay.seq, "parameters": dict(stay.parameters)}
    stay_with(FIELD, mine, [one for one in rivals if one.seq <= stay.seen], closed=closed)


def ask(ctx: "AppContext", sql: str, *, number: int = 0, parameters: "Mapping[str, str] | None" = None) -> Tab:
    """Ask in a tab; what the engine refuses at once is the answer, shown where the rows would be."""
    tab = state().ask(sql, number=number, parameters=parameters)
    _begin(ctx, tab)
    return tab


def show_rows(ctx: "AppContext", sql: str, filters: "Sequence[Mapping[str, Any]]") -> None:
    """Show some rows of the answer to a question: of the open one unless it is out of date, or a new one."""
    known = next((tab for tab in state().tabs if tab.sql == sql and not tab.parameters and tab.run), None)
    if known is None or known.run is None or known.error or actions.outdated(ctx, known.run):
        known = ask(ctx, sql)
    state().chosen = known.id
    known.narrow(filters)


def ask_again(ctx: "AppContext", tab: Tab) -> None:
    """Ask the question of a tab of the present data; the new answer takes the place of the old one."""
    tab.stop()
    tab.job = None
    _begin(ctx, tab)
    redraw(EDITOR, BELOW, STATUS)


def _begin(ctx: "AppContext", tab: Tab) -> None:
    tab.run, tab.refused = None, None
    try:
        tab.run = actions.run(ctx, tab.sql, params=actions.typed_parameters(tab.parameters))
        tab.run.wait(AT_ONCE_S)
    except BestandError as error:
        log_error(error, {"where": VIEW})
        tab.refused = error


def stop() -> None:
    """Stop the question whose answer is shown."""
    tab = state().tab
    if tab is not None:
        tab.stop()
    redraw(EDITOR, BELOW, STATUS)


def _run(ctx: "AppContext", run: Run, text: Text) -> None:
    state().hear(text.text, text.seq, text.statement)
    given = {name: value for name, value in run.parameters.items() if value.strip()}
    ask(ctx, run.sql, number=run.number, parameters=given).start = (run.line, run.column)
    redraw(EDITOR, BELOW, STATUS)


def _hear(text: Text) -> None:
    state().hear(text.text, text.seq, text.statement)


def _told(tab: Tab | None) -> Told | None:
    """Return what the editor underlines: only a mistake in the question, not what became of its run."""
    error = tab.error if tab else None
    if tab is None or error is None:
        return None
    line, column = error.context.get("line"), error.context.get("column")
    wrong, nearest = error.context.get("wrong"), error.context.get("nearest")
    return Told(
        run=tab.number,
        message=actions.placed(error, tab.start),
        line=line if isinstance(line, int) else None,
        column=column if isinstance(column, int) else None,
        wrong=wrong if isinstance(wrong, str) else None,
        nearest=nearest if isinstance(nearest, str) else None,
    )


def _labels(ctx: "AppContext") -> dict[str, str]:
    names = catalogue.names(ctx, limit=1)
    example = f'select *\nfrom "{names[0]}"\nlimit 100' if names else ""
    return {
        "editor": _("SQL editor"),
        "leave": _("Ctrl+Enter runs the statement under the caret. Press Escape, then Tab, to leave the editor."),
        "placeholder": example,
        "run": _("Run"),
        "stop": _("Stop"),
        "layout": pgettext("verb", "Format"),
        "not_laid_out": _("This statement cannot be formatted."),
        "which": _("Statement {number} of {count}"),
        "value_of": _("Value of {name}"),
        "instead": _("Use {name}"),
        "keys": _("Ctrl+Enter runs"),
        "others": _("What other windows have here"),
        "take": _("Take it"),
        "stay": _("Keep mine"),
    }
