"""What a section of the settings tells beside its settings: examples, places, connections, shortcuts, origins."""

import datetime as dt
import shutil
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import messages
from app.boundary import escaped, guarded
from app.features.settings import actions, texts
from app.refresh import FRAME, redraw, view_key
from app.router import router
from app.shortcuts import everywhere, listed
from app.widgets import field_key
from app.widgets.parts import table
from core.i18n import date, number, retold, size, when
from core.words import yes_or_no

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
    elif section == texts.BACKUP:
        _draw_backups(ctx)
    elif section == texts.PRIVACY:
        _draw_connections(ctx)
    elif section == texts.SYNC:
        st.markdown(texts.sync_is_off())
    elif section == texts.SHORTCUTS:
        _draw_shortcuts(ctx)
    elif section == texts.ADVANCED:
        _draw_origins(settings)


def _draw_connections(ctx: "AppContext") -> None:
    ledger = actions.network_ledger(ctx)
    st.subheader(texts.connections(), anchor=False)
    if not ledger.asked:
        st.caption(texts.no_connections())
        return
    st.caption(texts.connections_line(ledger.opened, ledger.asked))
    rows = [[when(one.at), one.where, one.purpose, yes_or_no(one.allowed)] for one in ledger.newest]
    _draw_table("ledger", texts.columns_of_connections(), rows, texts.connections())
    if ledger.asked > len(ledger.newest):
        st.caption(texts.newest_only(len(ledger.newest)))


def _draw_backups(ctx: "AppContext") -> None:
    def make() -> None:
        actions.make_backup(ctx)
        messages.say(texts.backup_made())
        redraw(view_key(VIEW), FRAME)

    found = actions.backups(ctx)
    st.markdown(
        texts.last_backup(when(found[0].created_at), size(found[0].size_bytes)) if found else texts.no_backup()
    )
    st.button(
        texts.make_backup(), key=field_key(VIEW, "backup"), icon=":material/save:", on_click=guarded(VIEW, make)
    )
    st.caption(escaped(texts.backup_holds(str(ctx.paths.backups))))
    if found:
        st.subheader(texts.backups(), anchor=False)
        rows = [
            [when(one.created_at), retold(one.reason), size(one.size_bytes), one.path(ctx.paths).name]
            for one in found
        ]
        _draw_table("backups", texts.columns_of_backups(), rows, texts.backups())


def _draw_shortcuts(ctx: "AppContext") -> None:
    window = router()
    pages = list(window.pages.values())
    rows = [
        [_readable(keys), told, where]
        for where, all_of_it in listed(everywhere(pages))
        for keys, told in all_of_it
    ]
    rows += [
        [_readable(one.keys), one.label, page.title]
        for page in pages
        for one in page.actions(ctx, page.params())
        if one.keys
    ]
    st.caption(texts.all_shortcuts())
    _draw_table("shortcuts", texts.columns_of_shortcuts(), rows, texts.section(texts.SHORTCUTS))


_ARROWS: Final = {"Arrowleft": "←", "Arrowright": "→", "Arrowup": "↑", "Arrowdown": "↓"}


def _readable(keys: str) -> str:
    """Return keys as they stand on a keyboard: Ctrl+Shift+Z, Alt+←, G H."""
    parts = keys.title().replace("Mod", "Ctrl").split("+")
    return "+".join(_ARROWS.get(part, part) for part in parts)


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
