"""What a section of the settings tells beside its settings: examples, places, connections, shortcuts, origins."""

import datetime as dt
import shutil
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped
from app.features.settings import texts
from app.router import router
from app.widgets import field_key
from app.widgets.parts import table
from core.i18n import date, number, size, when

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.context import AppContext
    from app.features.settings.actions import Setting

VIEW: Final = "settings"
_EXAMPLE: Final = 1234567.5
TABLE_PX: Final = 520


def draw_facts(ctx: "AppContext", section: str, settings: "Sequence[Setting]") -> None:
    """Draw what belongs to a section besides its settings."""
    if section == texts.LANGUAGE:
        now = dt.datetime.now(dt.UTC)
        st.caption(escaped(texts.sample(number(_EXAMPLE), date(now), when(now - dt.timedelta(days=3)))))
    elif section == texts.DATA:
        free = size(shutil.disk_usage(ctx.paths.root).free)
        st.caption(escaped(texts.folder(str(ctx.paths.root), free)))
    elif section == texts.PRIVACY:
        _draw_connections(ctx)
    elif section == texts.SHORTCUTS:
        _draw_shortcuts(ctx)
    elif section == texts.ADVANCED:
        _draw_origins(settings)


def _draw_connections(ctx: "AppContext") -> None:
    ledger = ctx.network.ledger
    st.subheader(texts.connections(), anchor=False)
    if not ledger:
        st.caption(texts.no_connections())
        return
    rows = [[when(one.at), f"{one.host}:{one.port}", one.purpose, str(one.allowed).lower()] for one in ledger]
    _draw_table("ledger", texts.columns_of_connections(), rows, texts.connections())


def _draw_shortcuts(ctx: "AppContext") -> None:
    window = router()
    rows = [
        [_readable(one.keys), one.label, page.title]
        for page in window.pages.values()
        for one in page.actions(ctx, page.params())
        if one.keys
    ]
    st.caption(texts.all_shortcuts())
    if rows:
        _draw_table("shortcuts", texts.columns_of_shortcuts(), rows, texts.section(texts.SHORTCUTS))


def _readable(keys: str) -> str:
    """Return keys as they stand on a keyboard: Ctrl+Shift+Z."""
    return "+".join(part.capitalize() for part in keys.replace("mod", "ctrl").split("+"))


def _draw_origins(settings: "Sequence[Setting]") -> None:
    rows = [
        [
            one.key,
            str(one.value).lower() if isinstance(one.value, bool) else str(one.value),
            texts.origin(one.source, one.origin),
            texts.holds(after=one.after_restart),
        ]
        for one in settings
    ]
    _draw_table("origins", texts.columns_of_settings(), rows, texts.section(texts.ADVANCED))


def _draw_table(key: str, heads: "Sequence[str]", rows: "Sequence[Sequence[str]]", alt: str) -> None:
    import pyarrow as pa

    columns = {head: pa.array([row[i] for row in rows], pa.string()) for i, head in enumerate(heads)}
    table(pa.table(columns), key=field_key(VIEW, key), alt=alt, height=TABLE_PX)
