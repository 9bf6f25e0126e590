"""The right-hand side of a dataset: what the chosen column holds, or what the dataset is."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.catalogue import reading_line
from app.features.explore import texts
from app.features.explore.making import with_profile
from app.features.explore.profile import MEDIAN, distinct, exactness, missing, told
from app.features.explore.state import DataState
from app.refresh import inspector_key, redraw, view_key
from app.session import put
from app.widgets import field_key
from app.widgets.parts import HEAD_PX, ROW_PX
from app.widgets.words import counted, number, rounded, size, when
from core.i18n import _

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.profile import ColumnProfile, TableProfile
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
CHART_PX: Final = 150
TOP_PX: Final = 300


def draw_inspector(ctx: "AppContext", manifest: "Manifest", state: DataState, tab_key: str) -> None:
    """Draw the chosen column; while none is chosen, the dataset."""
    chosen = state.column.get(manifest.dataset_id)
    if chosen is None or all(column.name != chosen for column in manifest.columns):
        _draw_dataset(manifest)
        return
    with_profile(
        ctx,
        manifest,
        state,
        partial(_draw_column, chosen=chosen, manifest=manifest, state=state, tab_key=tab_key),
        key="inspector_making",
        then=inspector_key(VIEW),
    )


def _draw_dataset(manifest: "Manifest") -> None:
    st.subheader(_(texts.ABOUT), anchor=False)
    st.table(
        {
            _(texts.FILE): escaped(manifest.source.name),
            _(texts.SIZE): size(manifest.source.size_bytes),
            _(texts.ROWS): number(manifest.rows),
            _(texts.COLUMNS): number(len(manifest.columns)),
            _(texts.IMPORTED): when(manifest.created_at),
            _(texts.READ_AS): escaped(reading_line(manifest)),
        },
        border="horizontal",
        alt=_(texts.ABOUT),
    )
    st.caption(_(texts.PICK))


def _draw_column(
    profile: "TableProfile", *, chosen: str, manifest: "Manifest", state: DataState, tab_key: str
) -> None:
    column = next(one for one in profile.columns if one.name == chosen)
    st.subheader(escaped(column.name), anchor=False)
    st.caption(f"{column.type} · {counted(column.distinct, 'different value')}")
    if column.histogram:
        st.echarts_chart(
            _histogram(column),
            height=CHART_PX,
            key=field_key(VIEW, "histogram"),
            alt=_(texts.HISTOGRAM).format(
                column=column.name, low=column.histogram[0].low, high=column.histogram[-1].high
            ),
        )
    st.table(_facts(column, profile.rows), border="horizontal", alt=column.name)
    if column.top:
        _draw_top(column, manifest, state, tab_key)
    elif not column.histogram:
        st.caption(_(texts.NO_SPREAD))
    st.caption(exactness(profile))


def _facts(column: "ColumnProfile", rows: int) -> dict[str, str]:
    lengths = None if column.shortest is None else f"{number(column.shortest)}–{number(column.longest or 0)}"
    known: dict[str, str | None] = {
        texts.MISSING: missing(column, rows),
        texts.DIFFERENT: distinct(column),
        texts.LEAST: told(column, column.min),
        texts.MEDIAN: told(column, column.quantiles.get(MEDIAN)),
        texts.MEAN: None if column.mean is None else rounded(column.mean),
        texts.GREATEST: told(column, column.max),
        texts.DEVIATION: None if column.std is None else rounded(column.std),
        texts.LENGTH: lengths,
    }
    return {_(name): escaped(_short(value)) for name, value in known.items() if value is not None}


def _short(text: str) -> str:
    longest = 60
    return text if len(text) <= longest else f"{text[:longest]}…"


def _draw_top(column: "ColumnProfile", manifest: "Manifest", state: DataState, tab_key: str) -> None:
    """Draw the frequent values; a click shows their rows."""
    # Another key after each choice: then nothing is chosen, and the same value can be clicked once more.
    key = field_key(VIEW, "top", f"{manifest.dataset_id}_{column.name}_{state.wish(manifest.dataset_id)}")

    def choose() -> None:
        cells: list[tuple[int, str]] = st.session_state[key]["selection"]["cells"]
        if cells and cells[0][0] < len(column.top):
            state.only(manifest.dataset_id, column.name, column.top[cells[0][0]].value)
            put(tab_key, texts.ROWS)
            redraw(view_key(VIEW), inspector_key(VIEW))

    st.markdown(f"**{_(texts.TOP)}**")
    st.dataframe(
        _top_values(column),
        key=key,
        height=min(HEAD_PX + ROW_PX * len(column.top), TOP_PX),
        hide_index=True,
        row_height=ROW_PX,
        on_select=guarded(VIEW, choose),
        selection_mode="single-cell",
        column_config={
            _(texts.ROWS): st.column_config.ProgressColumn(
                min_value=0, max_value=max(column.top[0].count, 1), format="%d", color="primary"
            )
        },
        alt=_(texts.TOP_OF).format(column=column.name),
        lazy=False,
    )


def _histogram(column: "ColumnProfile") -> dict[str, Any]:
    """Return the chart: one bar per bin, named by where it begins; the whole range is in the tooltip."""
    return {
        "grid": {"left": 8, "right": 8, "top": 12, "bottom": 4, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "animation": False,
        "xAxis": {
            "type": "category",
            "data": [f"{one.low} – {one.high}" for one in column.histogram],
            "axisLabel": {"show": False},
            "axisTick": {"show": False},
        },
        "yAxis": {"type": "value", "splitNumber": 3},
        "series": [
            {
                "type": "bar",
                "name": _(texts.ROWS),
                "barCategoryGap": "4%",
                "data": [one.count for one in column.histogram],
            }
        ],
    }


def _top_values(column: "ColumnProfile") -> "pa.Table":
    import pyarrow as pa

    return pa.table(
        {
            _(texts.VALUE): pa.array([one.value for one in column.top], pa.string()),
            _(texts.ROWS): pa.array([one.count for one in column.top], pa.int64()),
        }
    )
