"""The Data page: the list of datasets, or one dataset with its rows, its profile and where it is from."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import catalogue, messages
from app.boundary import escaped, guarded
from app.components.lines import Head, Row, line_table
from app.desk import Subject
from app.features.explore import texts
from app.features.explore.inspector import draw_inspector
from app.features.explore.listed import draw_listed
from app.features.explore.profile import draw_profile
from app.features.explore.rows import draw_rows
from app.features.explore.source import draw_source
from app.features.explore.stale import draw_stale
from app.features.explore.state import DataState
from app.page import Crumb, Event, Page, Params
from app.router import navigate, redraw_inspector
from app.session import kept, put, seed_input, value
from app.widgets import field_key, s_segments, s_text
from app.widgets.parts import body, empty, toolbar
from app.widgets.words import counted, number, size, when
from core.i18n import _, current_language, current_locale

if TYPE_CHECKING:
    from app.catalogue import DatasetLine
    from app.context import AppContext
    from app.desk import Desk
    from core.types import Manifest

VIEW: Final = "data"
LINES_SAID: Final = 2_000
"""Lines of the list whose texts are remembered."""
_TAB: Final = field_key(VIEW, "tab")
_SEARCH: Final = field_key(VIEW, "search")


class DataParams(Params):
    """Which dataset is shown; without one the list of all."""

    dataset: str | None = None


class DataPage(Page):
    """What there is, and each dataset."""

    slug = VIEW
    icon = "table"
    params = DataParams
    watches = ("table:dataset",)

    @property
    def title(self) -> str:
        """The page's name."""
        return _(texts.TITLE)

    def crumbs(self, params: DataParams) -> Sequence[Crumb]:
        """Return the list, and the dataset below it."""
        if params.dataset is None:
            return (Crumb(self.title),)
        return (Crumb(self.title, VIEW), Crumb(params.dataset))

    def on_event(self, ctx: "AppContext", event: Event) -> bool:
        """Want only some rows of a dataset when another page leads to them."""
        if event.name != "filter":
            return super().on_event(ctx, event)
        manifest = catalogue.find(ctx, str(event.facts["dataset"]))
        if manifest is not None:
            state().narrowed(manifest.dataset_id, event.facts["filters"])
            put(_TAB, texts.ROWS)
        return True

    def render(self, ctx: "AppContext", desk: "Desk", params: DataParams) -> None:
        """Draw the list, or the dataset of the place."""
        if params.dataset is None:
            _draw_list(ctx)
        else:
            _draw_dataset(ctx, desk, params.dataset)

    def inspector(self, ctx: "AppContext", desk: "Desk", params: DataParams) -> None:
        """Draw what the chosen column, or the picked line of the list, holds."""
        del desk
        if params.dataset is None:
            draw_listed(ctx, state(), partial(_delete, ctx))
            return
        manifest = catalogue.shown(ctx, params.dataset)
        if manifest is not None:
            draw_inspector(ctx, manifest, state(), _TAB)


def state() -> DataState:
    """Return what this window remembers of the Data page."""
    return kept(VIEW, DataState)


# ---- the list ---------------------------------------------------------------------------------------------


def _draw_list(ctx: "AppContext") -> None:
    seed_input(_SEARCH, "")  # what it narrows stands above it
    search = str(value(_SEARCH, "") or "")
    lines = catalogue.shown_datasets(ctx, search)
    with toolbar(VIEW, _(texts.TITLE), counted(len(lines), "dataset")):
        s_text(
            ctx, VIEW, "search", label=_(texts.SEARCH_DATASETS), live=True, width=260, hide_label=True,
            placeholder=_(texts.SEARCH_DATASETS),
        )  # fmt: skip
    with body(VIEW):
        _draw_undo(ctx)
        if lines:
            _draw_lines(lines)
        elif search:
            empty(_(texts.NO_MATCH))
        else:
            empty(_(texts.EMPTY))
            with st.container(horizontal=True):
                st.button(
                    _(texts.TO_IMPORT),
                    key=field_key(VIEW, "to_import"),
                    type="primary",
                    on_click=navigate,
                    args=("import",),
                )
                st.button(
                    _(texts.TO_SAMPLE),
                    key=field_key(VIEW, "to_sample"),
                    on_click=navigate,
                    args=("import",),
                    kwargs={"event": "sample"},
                )


def _draw_lines(lines: "list[DatasetLine]") -> None:
    def pick(place: int) -> None:
        state().picked = lines[place].id
        redraw_inspector(VIEW)

    line_table(
        [
            Head(_(texts.NAME)),
            Head(_(texts.ROWS), "number"),
            Head(_(texts.COLUMNS), "number"),
            Head(_(texts.SIZE), "number"),
            Head(_(texts.VERSION), "number"),
            Head(_(texts.FROM)),
            Head(_(texts.CHANGED)),
        ],
        [Row(_cells(line), place=(VIEW, {"dataset": line.name})) for line in lines],
        key=field_key(VIEW, "list"),
        label=_(texts.LIST),
        chosen=next((place for place, line in enumerate(lines) if line.id == state().picked), None),
        on_choose=guarded(VIEW, pick),
    )  # fmt: skip


def _cells(line: "DatasetLine") -> tuple[str, ...]:
    """Return what is told of a dataset; said once for a language and a day, since every window draws this list."""
    return _said(line, current_language(), current_locale(), datetime.now(UTC).astimezone().date())


@lru_cache(maxsize=LINES_SAID)
def _said(line: "DatasetLine", *_spoken_on: object) -> tuple[str, ...]:
    return (
        line.name, number(line.rows), number(line.columns), size(line.size_bytes), number(line.version),
        _from(line), when(line.changed_at),
    )  # fmt: skip


def _from(line: "DatasetLine") -> str:
    """Return what a dataset came from, and whether that has changed since."""
    source = _("SQL") if line.is_answer else line.source
    return f"{source} · {_(texts.OUTDATED)}" if line.outdated else source


def _draw_undo(ctx: "AppContext") -> None:
    """Draw what was deleted last, and the way back."""
    gone = state().deleted
    if gone is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="data_undo"):
        st.markdown(escaped(_(texts.DELETED).format(name=gone[1])), width="content")
        st.button(_(texts.UNDO), key=field_key(VIEW, "undo"), on_click=guarded(VIEW, _undo), args=(ctx, gone[0]))


def _undo(ctx: "AppContext", dataset_id: str) -> None:
    name = catalogue.restore(ctx, dataset_id)
    state().deleted = None
    navigate(VIEW, dataset=name)


# ---- one dataset ------------------------------------------------------------------------------------------


def _draw_dataset(ctx: "AppContext", desk: "Desk", name: str) -> None:
    manifest = catalogue.shown(ctx, name)
    if manifest is None:
        _draw_gone(ctx, name)
        return
    with toolbar(VIEW, name, _about(manifest), rename=partial(_rename, ctx, manifest)):
        tab = s_segments(
            ctx, VIEW, "tab", label=_(texts.TABS), options=(texts.ROWS, texts.PROFILE, texts.SOURCE), naming=_,
            hide_label=True, width="content",
        )  # fmt: skip
        st.button(
            _("Chart"), key=field_key(VIEW, "chart"), icon=":material/bar_chart:", on_click=navigate,
            args=("chart",), kwargs={"dataset": name},
        )  # fmt: skip
        desk.export(VIEW, Subject(name=name, dataset=name))
        st.button(
            _(texts.DELETE), key=field_key(VIEW, "delete"), icon=":material/delete:", type="tertiary",
            on_click=guarded(VIEW, _delete), args=(ctx, name),
        )  # fmt: skip
    with body(VIEW):
        draw_stale(ctx, manifest, state())
        if tab == texts.PROFILE:
            draw_profile(ctx, manifest, state())
        elif tab == texts.SOURCE:
            draw_source(ctx, manifest)
        else:
            draw_rows(manifest, state())


def _draw_gone(ctx: "AppContext", name: str) -> None:
    """Say that a dataset is not there any more, and lead out of it."""
    with toolbar(VIEW, name):
        pass
    with body(VIEW):
        empty(escaped(_(texts.GONE).format(name=name)))
        with st.container(horizontal=True):
            st.button(
                _(texts.TO_LIST), key=field_key(VIEW, "to_list"), type="primary", on_click=navigate, args=(VIEW,)
            )
            deleted = catalogue.deleted_id(ctx, name)
            if deleted is not None:
                st.button(
                    _(texts.BRING_BACK),
                    key=field_key(VIEW, "bring_back"),
                    on_click=guarded(VIEW, _undo),
                    args=(ctx, deleted),
                )


def _about(manifest: "Manifest") -> str:
    return f"v{manifest.version} · {counted(manifest.rows, 'row')} · {counted(len(manifest.columns), 'column')}"


def _rename(ctx: "AppContext", manifest: "Manifest", wanted: str) -> None:
    """Within a callback: call the dataset something else; the address follows, and it can be taken back."""

    def take_back() -> None:
        navigate(VIEW, replace=True, dataset=catalogue.rename(ctx, manifest.dataset_id, manifest.name))

    name = catalogue.rename(ctx, manifest.dataset_id, wanted)
    if name != manifest.name:
        messages.say(_(texts.RENAMED).format(old=manifest.name, new=name), undo=take_back)
    navigate(VIEW, replace=True, dataset=name)


def _delete(ctx: "AppContext", name: str) -> None:
    """Within a callback: take the dataset out of the list, where a line that stays says so and leads back."""
    state().deleted = (catalogue.delete(ctx, name), name)
    navigate(VIEW)
