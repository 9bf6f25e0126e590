"""The right-hand side of a dataset: what the chosen column holds, or what the dataset is."""

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.catalogue import reading_line
from app.components.frequent import frequent_values
from app.features.explore import texts
from app.features.explore.making import with_profile
from app.features.explore.profile import MEDIAN, distinct, exactness, missing, told
from app.features.explore.state import DataState
from app.refresh import inspector_key, redraw, view_key
from app.session import put
from app.widgets import field_key
from app.widgets.facts import facts
from app.widgets.words import counted, number, rounded, size, when
from core.i18n import _
from core.words import type_word

if TYPE_CHECKING:
    from analysis.profile import ColumnProfile, TableProfile
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
CHART_PX: Final = 150
FACT_CHARACTERS: Final = 60
VALUE_CHARACTERS: Final = 300


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
    counts = {_(texts.ROWS): number(manifest.rows), _(texts.COLUMNS): number(len(manifest.columns))}
    if manifest.question is not None:
        names = ", ".join(one.name for one in manifest.question.datasets)
        about = {_(texts.ANSWER_FROM): names, **counts, _(texts.ASKED): when(manifest.created_at)}
    else:
        about = {
            _(texts.FILE): manifest.source.name,
            _(texts.SIZE): size(manifest.source.size_bytes),
            **counts,
            _(texts.IMPORTED): when(manifest.created_at),
            _(texts.READ_AS): reading_line(manifest),
        }
    facts(about, label=_(texts.ABOUT))
    st.caption(_(texts.PICK))


def _draw_column(
    profile: "TableProfile", *, chosen: str, manifest: "Manifest", state: DataState, tab_key: str
) -> None:
    column = next(one for one in profile.columns if one.name == chosen)
    st.subheader(escaped(column.name), anchor=False)
    st.caption(f"{type_word(column.type)} · {counted(column.distinct, 'different value')}")
    if column.histogram:
        st.echarts_chart(
            _histogram(column),
            height=CHART_PX,
            key=field_key(VIEW, "histogram"),
            alt=_(texts.HISTOGRAM).format(
                column=column.name, low=column.histogram[0].low, high=column.histogram[-1].high
            ),
        )
    facts(_facts(column, profile.rows), label=column.name)
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
    return {_(name): _short(value) for name, value in known.items() if value is not None}


def _short(text: str, longest: int = FACT_CHARACTERS) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _draw_top(column: "ColumnProfile", manifest: "Manifest", state: DataState, tab_key: str) -> None:
    """Draw the frequent values; a click shows their rows."""

    def choose(place: int) -> None:
        state.only(manifest.dataset_id, column.name, column.top[place].value)
        put(tab_key, texts.ROWS)
        redraw(view_key(VIEW), inspector_key(VIEW))

    most = max(column.top[0].count, 1)
    st.markdown(f"**{_(texts.TOP)}**")
    frequent_values(
        [(_short(one.value, VALUE_CHARACTERS), number(one.count), one.count / most) for one in column.top],
        key=field_key(VIEW, "top", f"{manifest.dataset_id}_{column.name}"),
        label=_(texts.TOP_OF).format(column=column.name),
        on_choose=guarded(VIEW, choose),
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
