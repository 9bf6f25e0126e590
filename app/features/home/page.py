"""The Home page: go on where one was, begin something, see that all is well."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.components.overview import Line, Section, overview
from app.features.home import actions, texts
from app.page import Action, Page, Params
from app.refresh import redraw
from app.router import HOME, navigate, redraw_view, router
from app.widgets import field_key
from app.widgets.parts import body, empty, toolbar
from app.widgets.stamp import changed_since
from core.i18n import percent, retold

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.context import AppContext
    from app.desk import Desk
    from app.features.home.actions import Overview
    from jobs.manager import JobStatus

VIEW: Final = HOME
SQL_SHOWN: Final = 160


class HomePage(Page):
    """Where a person starts."""

    slug = VIEW
    icon = "home"
    watches = ("table:dataset", "table:job", "table:query")

    @property
    def title(self) -> str:
        """The page's name."""
        return texts.title()

    def actions(self, ctx: "AppContext", params: Params) -> "Sequence[Action]":
        """Return the two ways to begin."""
        del ctx, params
        return (
            Action("home.import", texts.choose_file(), _to_import),
            Action("home.sample", texts.sample(), _to_sample),
        )

    def render(self, ctx: "AppContext", desk: "Desk", params: Params) -> None:
        """Draw what there is to go on with, or how to begin."""
        del desk, params
        seen = actions.overview(ctx)
        with toolbar(VIEW, texts.title()):
            st.button(texts.sample(), key=field_key(VIEW, "sample"), on_click=_to_sample)
            st.button(texts.choose_file(), key=field_key(VIEW, "import"), type="primary", on_click=_to_import)
        with body(VIEW):
            if seen.recovered:
                _draw_recovered(ctx, seen)
            if seen.is_new:
                empty(texts.greeting())
            overview(_sections(seen), key="home_overview")
            for trouble in seen.troubles:
                st.warning(escaped(trouble), icon=":material/warning:")
            if not seen.troubles:
                st.caption(f":material/check_circle: {escaped(seen.health)}")


def _draw_recovered(ctx: "AppContext", seen: "Overview") -> None:
    """Say what was brought back after a crash, until a person has taken note."""

    def show() -> None:
        actions.take_note(ctx)
        if seen.going_on is not None:
            router().views.spoil(VIEW)
            redraw(*router().move(seen.going_on.page, seen.going_on.params))
        redraw_view(VIEW)

    def dismiss() -> None:
        actions.take_note(ctx)
        redraw_view(VIEW)

    with st.container(key="home_recovered", border=True):
        st.markdown(f":material/restore_page: {escaped(texts.recovered())}")
        with st.container(horizontal=True):
            if seen.going_on is not None:
                st.button(texts.show(), key=field_key(VIEW, "show"), type="primary", on_click=guarded(VIEW, show))
            st.button(texts.dismiss(), key=field_key(VIEW, "dismiss"), on_click=guarded(VIEW, dismiss))


def _to_import() -> None:
    navigate("import")


def _to_sample() -> None:
    navigate("import", event="sample")


def _sections(seen: "Overview") -> list[Section]:
    sections = []
    if seen.going_on is not None:
        last = seen.going_on
        line = Line("resume", last.title, last.page, last.params, meta=texts.age(last.at))
        sections.append(Section(texts.going_on(), [line], wide=True))
    datasets = [
        Line(
            "table", row.name, "data", {"dataset": row.name}, note=texts.rows(row.row_count),
            meta=texts.age(row.updated_at), mark=_mark(seen, row.id),
        )
        for row in seen.datasets
    ]  # fmt: skip
    questions = [
        Line(
            "terminal", " ".join(row.sql.split())[:SQL_SHOWN], "sql", meta=texts.age(row.created_at), code=True,
            mark=_mark(seen, row.id),
        )
        for row in seen.questions
    ]  # fmt: skip
    sections += [Section(texts.datasets(), datasets), Section(texts.questions(), questions)]
    return [*sections, Section(texts.jobs(), [_job_line(job) for job in seen.jobs], wide=True)]


def _mark(seen: "Overview", row_id: str) -> tuple[str, str] | None:
    """Return the mark of an answer that is out of date."""
    changed = seen.stale.get(row_id)
    return (texts.outdated(), changed_since(changed)) if changed else None


def _job_line(job: "JobStatus") -> Line:
    if job.state == "running":
        return Line("progress_activity", job.label, "jobs", note=retold(job.step), meta=percent(job.fraction))
    if job.state in ("queued", "retry"):
        return Line("hourglass_empty", job.label, "jobs", meta=texts.waiting())
    return Line("error", job.label, "jobs", meta=texts.failed(), tone="warn")
