"""The Profile tab: one line per column, and the spread and most frequent values of the chosen one."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.boundary import escaped, guarded, part
from app.features.explore import actions, texts
from app.features.explore.state import DataState
from app.later import Later
from app.refresh import refresh, view_key
from app.widgets import field_key
from app.widgets.parts import HEAD_PX, NULL_SIGN, ROW_PX, table
from app.widgets.words import counted, number

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.profile import ColumnProfile, TableProfile
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
COLUMNS_PX: Final = 580
TOP_PX: Final = 300
CHART_PX: Final = 220
AT_ONCE_S: Final = 0.3
"""A profile that is there within this is drawn without a progress bar before it."""
LOOK_EVERY_S: Final = 0.4
_MEDIAN: Final = "0.5"


def draw_profile(ctx: "AppContext", manifest: "Manifest", state: DataState) -> None:
    """Draw the profile of a dataset; while it is made, how far it is."""
    making = _making(ctx, manifest, state)
    if not making.wait(AT_ONCE_S):
        part("profile_making", partial(_draw_making, making, manifest), every=LOOK_EVERY_S)
        return
    try:
        profile = making.value()
    finally:
        del state.profiles[manifest.dataset_id, manifest.version]  # the cache keeps it, and may drop it
    _draw(profile, manifest, state)


def _making(ctx: "AppContext", manifest: "Manifest", state: DataState) -> "Later[TableProfile]":
    """Return the profile on its way; that of another dataset is stopped, nobody waits for it any more."""
    wanted = (manifest.dataset_id, manifest.version)
    for other in [key for key in state.profiles if key != wanted]:
        state.profiles.pop(other).cancel()
    if wanted not in state.profiles:
        state.profiles[wanted] = Later(
            lambda progress: actions.profile(ctx, manifest.name, progress=progress), what=texts.PROFILE
        )
    return state.profiles[wanted]


def _draw_making(making: "Later[TableProfile]", manifest: "Manifest") -> None:
    step = f" · {escaped(making.step)}" if making.step else ""
    st.progress(min(making.fraction, 1.0), texts.MAKING.format(rows=counted(manifest.rows, "row")) + step)
    if making.wait(0):
        refresh(view_key(VIEW))


def _draw(profile: "TableProfile", manifest: "Manifest", state: DataState) -> None:
    """Draw a profile; a click on a line shows that column on the right."""
    names = [column.name for column in profile.columns]
    chosen = state.column.get(manifest.dataset_id, names[0])
    shown = profile.columns[names.index(chosen) if chosen in names else 0]
    left, right = st.columns([5, 2], gap="medium")
    with left:
        _draw_columns(profile, manifest, state)
        st.caption(_exactness(profile))
    with right:
        _draw_column(shown)


def _draw_columns(profile: "TableProfile", manifest: "Manifest", state: DataState) -> None:
    key = field_key(VIEW, "profile", manifest.dataset_id)

    def choose() -> None:
        rows: list[int] = st.session_state[key]["selection"]["rows"]
        if rows and rows[0] < len(profile.columns):
            state.column[manifest.dataset_id] = profile.columns[rows[0]].name

    height = min(HEAD_PX + ROW_PX * len(profile.columns), COLUMNS_PX)
    with st.container(key="profile_columns", gap=None):
        st.dataframe(
            _as_arrow(profile),
            key=key,
            height=height,
            hide_index=True,
            row_height=ROW_PX,
            placeholder=NULL_SIGN,
            on_select=guarded(VIEW, choose),
            selection_mode="single-row",
            column_config={name: st.column_config.TextColumn(alignment="right") for name in texts.RIGHT},
            alt=texts.PROFILE_TABLE,
            lazy=False,
        )


def _as_arrow(profile: "TableProfile") -> "pa.Table":
    import pyarrow as pa

    columns = profile.columns
    text = pa.string()
    return pa.table(
        {
            "Column": pa.array([one.name for one in columns], text),
            "Type": pa.array([one.type for one in columns], text),
            "Missing": pa.array([_missing(one, profile.rows) for one in columns], text),
            "Different": pa.array([_distinct(one) for one in columns], text),
            "Least": pa.array([one.min for one in columns], text),
            "Median": pa.array([one.quantiles.get(_MEDIAN) for one in columns], text),
            "Greatest": pa.array([one.max for one in columns], text),
            "Mean": pa.array([None if one.mean is None else f"{one.mean:,.6g}" for one in columns], text),
        }
    )


def _missing(column: "ColumnProfile", rows: int) -> str:
    if column.nulls == 0:
        return "0"
    share = column.nulls / rows
    return f"{number(column.nulls)} ({'<1' if share < 0.01 else format(share * 100, '.0f')} %)"


def _distinct(column: "ColumnProfile") -> str:
    return f"{'≈ ' if column.distinct_error else ''}{number(column.distinct)}"


def _exactness(profile: "TableProfile") -> str:
    if profile.sampled_rows is None:
        return texts.EXACT
    return texts.SAMPLED.format(rows=number(profile.sampled_rows), bound=f"{profile.share_error:.1%}")


# ---- one column -------------------------------------------------------------------------------------------


def _draw_column(column: "ColumnProfile") -> None:
    st.subheader(escaped(column.name), anchor=False)
    st.caption(f"{column.type} · {counted(column.distinct, 'different value')}")
    if column.histogram:
        st.echarts_chart(
            _histogram(column),
            height=CHART_PX,
            key=field_key(VIEW, "histogram"),
            alt=f"Histogram of {column.name}, from {column.histogram[0].low} to {column.histogram[-1].high}",
        )
    if column.top:
        table(
            _top_values(column),
            key=field_key(VIEW, "top"),
            alt=f"{texts.TOP}: {column.name}",
            height=TOP_PX,
            columns={
                "Rows": st.column_config.ProgressColumn(
                    min_value=0, max_value=max(column.top[0].count, 1), format="%d", color="primary"
                )
            },
        )
    if not column.histogram and not column.top:
        st.caption(texts.NO_SPREAD)


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
                "name": "Rows",
                "barCategoryGap": "4%",
                "data": [one.count for one in column.histogram],
            }
        ],
    }


def _top_values(column: "ColumnProfile") -> "pa.Table":
    import pyarrow as pa

    return pa.table(
        {
            "Value": pa.array([one.value for one in column.top], pa.string()),
            "Rows": pa.array([one.count for one in column.top], pa.int64()),
        }
    )
