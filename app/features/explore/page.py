"""The Data page: the list of datasets, or one dataset with its rows, its profile and where it is from."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import catalogue
from app.boundary import escaped, guarded
from app.desk import Subject
from app.features.explore import texts
from app.features.explore.profile import draw_profile
from app.features.explore.rows import draw_rows
from app.features.explore.source import draw_source
from app.features.explore.state import DataState
from app.page import Crumb, Page, Params
from app.router import navigate
from app.session import NOTHING_CHOSEN, kept, put, seed, value
from app.widgets import field_key
from app.widgets.parts import body, empty, toolbar
from app.widgets.words import counted, size, when

if TYPE_CHECKING:
    import pyarrow as pa

    from app.catalogue import DatasetLine
    from app.context import AppContext
    from app.desk import Desk
    from core.types import Manifest

VIEW: Final = "data"
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
        return texts.TITLE

    def crumbs(self, params: DataParams) -> Sequence[Crumb]:
        """Return the list, and the dataset below it."""
        if params.dataset is None:
            return (Crumb(self.title),)
        return (Crumb(self.title, VIEW), Crumb(params.dataset))

    def render(self, ctx: "AppContext", desk: "Desk", params: DataParams) -> None:
        """Draw the list, or the dataset of the place."""
        if params.dataset is None:
            _draw_list(ctx)
        else:
            _draw_dataset(ctx, desk, params.dataset)


def state() -> DataState:
    """Return what this window remembers of the Data page."""
    return kept(VIEW, DataState)


# ---- the list ---------------------------------------------------------------------------------------------


def _draw_list(ctx: "AppContext") -> None:
    search = str(value(_SEARCH, "") or "")
    lines = catalogue.list_datasets(ctx, search)
    with toolbar(VIEW, texts.TITLE, counted(len(lines), "dataset")):
        st.text_input(
            texts.SEARCH_DATASETS, key=_SEARCH, type="search", live=True, width=260,
            placeholder=texts.SEARCH_DATASETS, label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
    with body(VIEW):
        _draw_undo(ctx)
        if lines:
            _draw_lines(lines)
        elif search:
            empty(texts.NO_MATCH)
        else:
            empty(texts.EMPTY)
            with st.container(horizontal=True):
                st.button(
                    texts.TO_IMPORT,
                    key=field_key(VIEW, "to_import"),
                    type="primary",
                    on_click=navigate,
                    args=("import",),
                )
                st.button(
                    texts.TO_SAMPLE,
                    key=field_key(VIEW, "to_sample"),
                    on_click=navigate,
                    args=("import",),
                    kwargs={"event": "sample"},
                )


def _draw_lines(lines: "list[DatasetLine]") -> None:
    key = field_key(VIEW, "list")

    def open_chosen() -> None:
        chosen = st.session_state[key]["selection"]["rows"]
        if chosen and chosen[0] < len(lines):
            put(key, NOTHING_CHOSEN)
            navigate(VIEW, dataset=lines[chosen[0]].name)

    st.dataframe(
        _as_arrow(lines),
        key=key,
        on_select=open_chosen,
        selection_mode="single-row",
        hide_index=True,
        height="content",
        row_height=28,
        alt=texts.LIST,
        lazy=False,
    )


def _as_arrow(lines: "list[DatasetLine]") -> "pa.Table":
    import pyarrow as pa

    return pa.table(
        {
            "Name": [line.name for line in lines],
            "Rows": [line.rows for line in lines],
            "Columns": [line.columns for line in lines],
            "Size": [size(line.size_bytes) for line in lines],
            "Version": [line.version for line in lines],
            "From": [line.source for line in lines],
            "Changed": [when(line.changed_at) for line in lines],
        }
    )


def _draw_undo(ctx: "AppContext") -> None:
    """Draw what was deleted last, and the way back."""
    gone = state().deleted
    if gone is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="data_undo"):
        st.markdown(escaped(texts.DELETED.format(name=gone[1])), width="content")
        st.button(texts.UNDO, key=field_key(VIEW, "undo"), on_click=guarded(VIEW, _undo), args=(ctx, gone[0]))


def _undo(ctx: "AppContext", dataset_id: str) -> None:
    name = catalogue.restore(ctx, dataset_id)
    state().deleted = None
    navigate(VIEW, dataset=name)


# ---- one dataset ------------------------------------------------------------------------------------------


def _draw_dataset(ctx: "AppContext", desk: "Desk", name: str) -> None:
    manifest = catalogue.current(ctx, name)
    seed(_TAB, texts.ROWS)
    with toolbar(VIEW, name, _about(manifest)):
        tab = st.segmented_control(
            texts.TITLE, (texts.ROWS, texts.PROFILE, texts.SOURCE), key=_TAB, required=True,
            label_visibility="collapsed", persist_state="session",
        )  # fmt: skip
        desk.export(VIEW, Subject(name=name, dataset=name))
        st.button(
            texts.DELETE, key=field_key(VIEW, "delete"), icon=":material/delete:", type="tertiary",
            on_click=guarded(VIEW, _delete), args=(ctx, name),
        )  # fmt: skip
    with body(VIEW):
        if tab == texts.PROFILE:
            draw_profile(ctx, manifest, state())
        elif tab == texts.SOURCE:
            draw_source(ctx, manifest)
        else:
            draw_rows(ctx, manifest, state().rows_of(manifest.dataset_id))


def _about(manifest: "Manifest") -> str:
    return f"v{manifest.version} · {counted(manifest.rows, 'row')} · {counted(len(manifest.columns), 'column')}"


def _delete(ctx: "AppContext", name: str) -> None:
    state().deleted = (catalogue.delete(ctx, name), name)
    navigate(VIEW)
