"""The Profile tab: one line per column; a click shows that column on the right."""

from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import guarded
from app.features.explore import texts
from app.features.explore.making import with_profile
from app.features.explore.state import DataState
from app.refresh import view_key
from app.router import redraw_inspector
from app.widgets import field_key
from app.widgets.parts import HEAD_PX, NULL_SIGN, ROW_PX
from app.widgets.words import number, percent, rounded
from core.i18n import _

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.profile import ColumnProfile, TableProfile
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
COLUMNS_PX: Final = 560
MEDIAN: Final = "0.5"
_SHORT_DIGITS: Final = 4
_RIGHT: Final = (texts.MISSING, texts.DIFFERENT, texts.LEAST, texts.MEDIAN, texts.GREATEST, texts.MEAN)
"""Columns that are read as numbers."""


def draw_profile(ctx: "AppContext", manifest: "Manifest", state: DataState) -> None:
    """Draw the profile of a dataset; while it is made, how far it is."""
    with_profile(
        ctx,
        manifest,
        state,
        partial(_draw, manifest=manifest, state=state),
        key="profile_making",
        then=view_key(VIEW),
    )


def _draw(profile: "TableProfile", *, manifest: "Manifest", state: DataState) -> None:
    key = field_key(VIEW, "profile", manifest.dataset_id)

    def choose() -> None:
        cells: list[tuple[int, str]] = st.session_state[key]["selection"]["cells"]
        if cells and cells[0][0] < len(profile.columns):
            state.column[manifest.dataset_id] = profile.columns[cells[0][0]].name
            redraw_inspector(VIEW)

    with st.container(key="profile_columns", gap=None):
        st.dataframe(
            _as_arrow(profile),
            key=key,
            height=min(HEAD_PX + ROW_PX * len(profile.columns), COLUMNS_PX),
            hide_index=True,
            row_height=ROW_PX,
            placeholder=NULL_SIGN,
            on_select=guarded(VIEW, choose),
            selection_mode="single-cell",
            column_config={_(name): st.column_config.TextColumn(alignment="right") for name in _RIGHT},
            alt=_(texts.PROFILE_TABLE),
            lazy=False,
        )
    st.caption(exactness(profile))


def _as_arrow(profile: "TableProfile") -> "pa.Table":
    import pyarrow as pa

    columns = profile.columns
    cells: dict[str, list[str | None]] = {
        texts.COLUMN: [one.name for one in columns],
        texts.TYPE: [one.type for one in columns],
        texts.MISSING: [missing(one, profile.rows) for one in columns],
        texts.DIFFERENT: [distinct(one) for one in columns],
        texts.LEAST: [told(one, one.min) for one in columns],
        texts.MEDIAN: [told(one, one.quantiles.get(MEDIAN)) for one in columns],
        texts.GREATEST: [told(one, one.max) for one in columns],
        texts.MEAN: [None if one.mean is None else rounded(one.mean) for one in columns],
    }
    return pa.table({_(name): pa.array(values, pa.string()) for name, values in cells.items()})


def missing(column: "ColumnProfile", rows: int) -> str:
    """Return how many values of a column are missing, and their share."""
    if column.nulls == 0:
        return "0"
    share = column.nulls / rows
    return f"{number(column.nulls)} ({'<' if share < 0.01 else ''}{percent(max(share, 0.01), digits=0)})"


def distinct(column: "ColumnProfile") -> str:
    """Return how many different values a column has."""
    return f"{'≈ ' if column.distinct_error else ''}{number(column.distinct)}"


def told(column: "ColumnProfile", value: str | None) -> str | None:
    """Return a value of a column as people write it: numbers in groups, but years and the like as they are."""
    longest = max(len((end or "").lstrip("-").split(".")[0]) for end in (column.min, column.max))
    if value is None or column.mean is None or longest <= _SHORT_DIGITS:
        return value
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    return number(amount) if amount.is_finite() and "e" not in value.lower() else value


def exactness(profile: "TableProfile") -> str:
    """Return how far the numbers of a profile can be trusted."""
    if profile.sampled_rows is None:
        return _(texts.EXACT)
    return _(texts.SAMPLED).format(rows=number(profile.sampled_rows), bound=percent(profile.share_error, digits=1))
