"""The Export control other pages show in their toolbar: format, name, a job, and the file at the end."""

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import escaped, guarded, part, problem
from app.desk import Subject
from app.features.export import actions, texts
from app.refresh import STATUS, redraw, refresh
from app.session import kept
from app.widgets import field_key, s_segments
from app.widgets.parts import progress
from app.widgets.words import counted, size
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from jobs.manager import JobStatus

PROGRESS_EVERY_S: Final = 0.4
PANEL_PX: Final = 340


@dataclass(slots=True)
class _Running:
    """The export of one subject: the job, and its end."""

    job: str | None = None
    ended: "JobStatus | None" = None


@dataclass(slots=True)
class _Exports:
    by_subject: dict[Subject, _Running] = field(default_factory=dict)

    def of(self, subject: Subject) -> _Running:
        return self.by_subject.setdefault(subject, _Running())


def export_control(ctx: "AppContext", view: str, subject: Subject | None) -> None:
    """Draw the Export button of a view; without a subject it is there, but cannot be pressed."""
    with st.popover(
        _(texts.EXPORT), icon=":material/download:", key=field_key("export", view, "box"), disabled=subject is None
    ):
        if subject is not None:
            part(f"export_{view}", partial(_draw_panel, ctx, view, subject))


def _draw_panel(ctx: "AppContext", view: str, subject: Subject) -> None:
    with st.container(width=PANEL_PX, key=f"export_panel_{view}"):
        running = kept("export", _Exports).of(subject)
        _draw_form(ctx, view, subject, running)
        if running.job is not None and running.ended is None:
            progressing = partial(_draw_progress, ctx, view, running)
            part(f"export_progress_{view}", progressing, every=PROGRESS_EVERY_S)
        elif running.ended is not None:
            _draw_end(view, running.ended)


def _draw_form(ctx: "AppContext", view: str, subject: Subject, running: _Running) -> None:
    busy = running.job is not None and running.ended is None

    def start() -> None:
        target = actions.free_target(ctx, subject.name, chosen)
        running.ended = None
        running.job = actions.start_export(
            ctx, target=target, fmt=chosen, dataset=subject.dataset, sql=subject.sql,
            parameters=dict(subject.parameters), run=subject.run, answer=subject.answer,
        )  # fmt: skip
        redraw(f"export_{view}", STATUS)

    chosen: str = s_segments(
        ctx, "export", "format", instance=view, label=_(texts.FORMAT), options=list(texts.FORMATS),
        naming=texts.FORMATS.__getitem__, default="csv",
    )  # fmt: skip
    with st.container(horizontal=True):
        st.button(
            _(texts.WRITE), key=field_key("export", "start", view), type="primary", disabled=busy,
            on_click=guarded(view, start),
        )  # fmt: skip
        if busy and running.job is not None:
            st.button(
                _(texts.CANCEL),
                key=field_key("export", "cancel", view),
                on_click=guarded(view, _cancel),
                args=(ctx, running.job),
            )
    if running.job is None:
        st.caption(_(texts.WHAT))


def _cancel(ctx: "AppContext", job_id: str) -> None:
    work.cancel(ctx, job_id)


def _draw_progress(ctx: "AppContext", view: str, running: _Running) -> None:
    if running.job is None:
        return
    status = work.poll(ctx, running.job)
    progress(status, _(texts.WRITING))
    if status.state in work.ENDED:
        running.ended = status
        refresh(f"export_{view}", STATUS)


def _draw_end(view: str, ended: "JobStatus") -> None:
    if ended.state == "cancelled":
        st.info(_(texts.CANCELLED), icon=":material/info:")
        return
    if ended.state != "done":
        problem(*work.reason_of(ended, _(texts.FAILED)))
        return
    result = work.result_of(ended)
    path = Path(str(result["path"]))
    facts = f"{counted(int(str(result['rows'])), 'row')}, {size(int(str(result['bytes'])))}"
    st.markdown(f"**{escaped(path.name)}** · {facts}")
    st.download_button(
        _(texts.SAVE), data=path.read_bytes, file_name=path.name, key=field_key("export", "save", view),
        icon=":material/download:", on_click="ignore",
    )  # fmt: skip
    if result.get("asked_again"):
        st.caption(_(texts.ASKED_AGAIN))
    st.caption(_(texts.ALSO).format(folder=escaped(str(path.parent))))
