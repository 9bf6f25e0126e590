"""The Profile tab: one line per column; a click shows that column on the right."""

from decimal import Decimal, InvalidOperation
from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import guarded
from app.components.lines import Head, Row, line_table
from app.features.explore import texts
from app.features.explore.making import with_profile
from app.features.explore.state import DataState
from app.refresh import view_key
from app.router import redraw_inspector
from app.widgets import field_key
from app.widgets.words import number, percent, rounded
from core.i18n import _, decimal
from core.words import type_word

if TYPE_CHECKING:
    from analysis.profile import ColumnProfile, TableProfile
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
COLUMNS_PX: Final = 560
MEDIAN: Final = "0.5"
_SHORT_DIGITS: Final = 4
_RIGHT: Final = (texts.MISSING, texts.DIFFERENT, texts.LEAST, texts.MEDIAN, texts.GREATEST, texts.MEAN)
"""Columns that are read as numbers."""
_HEADS: Final = (texts.COLUMN, texts.TYPE, *_RIGHT)


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
    names = [one.name for one in profile.columns]
    looked_at = state.column.get(manifest.dataset_id)

    def choose(line: int) -> None:
        state.column[manifest.dataset_id] = names[line]
        redraw_inspector(VIEW)

    line_table(
        [Head(_(name), "number" if name in _RIGHT else "text") for name in _HEADS],
        [Row(_cells(one, profile.rows)) for one in profile.columns],
        key=field_key(VIEW, "profile", manifest.dataset_id),
        label=_(texts.PROFILE_TABLE),
        chosen=names.index(looked_at) if looked_at in names else None,
        on_choose=guarded(VIEW, choose),
        height=COLUMNS_PX,
    )
    st.caption(exactness(profile))


def _cells(column: "ColumnProfile", rows: int) -> tuple[str | None, ...]:
    return (
        column.name,
        type_word(column.type),
        missing(column, rows),
        distinct(column),
        told(column, column.min),
        told(column, column.quantiles.get(MEDIAN)),
        told(column, column.max),
        None if column.mean is None else rounded(column.mean),
    )


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
    whole = value is not None and "." not in value
    if value is None or column.mean is None or (whole and longest <= _SHORT_DIGITS):
        return value
    try:
        amount = Decimal(value)
    except InvalidOperation:
        return value
    if not amount.is_finite() or "e" in value.lower():
        return value
    if column.type.endswith("INT") and amount == int(amount):  # in the middle of two: 20.0
        return str(int(amount)) if longest <= _SHORT_DIGITS else number(int(amount))
    return decimal(amount, len(value.partition(".")[2]))


def exactness(profile: "TableProfile") -> str:
    """Return how far the numbers of a profile can be trusted."""
    if profile.sampled_rows is None:
        return _(texts.EXACT)
    return _(texts.SAMPLED).format(rows=number(profile.sampled_rows), bound=percent(profile.share_error, digits=1))
