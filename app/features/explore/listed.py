"""The right-hand side of the list of datasets: the one that is picked, or what there is in all."""

from functools import partial
from typing import TYPE_CHECKING, Final

import streamlit as st

from app import catalogue
from app.boundary import escaped, guarded
from app.features.explore import texts
from app.features.explore.stale import draw_stale
from app.features.explore.state import DataState
from app.router import navigate
from app.widgets import field_key
from app.widgets.facts import facts
from app.widgets.words import counted, number, size, when
from core.i18n import _
from core.words import type_word

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from app.catalogue import DatasetLine
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
VERSIONS_SHOWN: Final = 5
COLUMNS_SHOWN: Final = 40


def draw_listed(ctx: "AppContext", state: DataState, delete: "Callable[[str], None]") -> None:
    """Draw the picked dataset; while none is picked, the list as a whole. `delete` takes one out of it."""
    lines = catalogue.shown_datasets(ctx)
    line = next((one for one in lines if one.id == state.picked), None)
    manifest = catalogue.shown(ctx, line.name) if line is not None else None
    if line is not None and manifest is not None:
        _draw_tools(line, delete)
        draw_stale(ctx, manifest, state)
        _draw_about(ctx, line, manifest)
        _draw_relations(ctx, line, lines)
        _draw_columns(manifest)
    elif lines:
        _draw_all(lines)


def _draw_all(lines: "Sequence[DatasetLine]") -> None:
    st.subheader(_(texts.TO_LIST), anchor=False)
    latest = max(lines, key=lambda one: one.changed_at)
    old = sum(1 for one in lines if one.outdated)
    known = {
        _(texts.DATASETS): number(len(lines)),
        _(texts.ROWS): number(sum(one.rows for one in lines)),
        _(texts.SIZE): size(sum(one.size_bytes for one in lines)),
        _(texts.CHANGED_LAST): f"{latest.name} · {when(latest.changed_at)}",
    }
    facts(known | ({_(texts.OUTDATED_ANSWERS): number(old)} if old else {}), label=_(texts.TO_LIST))
    st.caption(_(texts.PICK_LINE))


def _draw_tools(line: "DatasetLine", delete: "Callable[[str], None]") -> None:
    st.subheader(escaped(line.name), anchor=False)
    with st.container(horizontal=True, gap="small", key="data_listed_tools"):
        st.button(
            _(texts.OPEN), key=field_key(VIEW, "listed_open"), type="primary", icon=":material/table:",
            on_click=navigate, args=(VIEW,), kwargs={"dataset": line.name},
        )  # fmt: skip
        st.button(
            _("Chart"), key=field_key(VIEW, "listed_chart"), icon=":material/bar_chart:", on_click=navigate,
            args=("chart",), kwargs={"dataset": line.name},
        )  # fmt: skip
        st.button(
            _(texts.DELETE), key=field_key(VIEW, "listed_delete"), type="tertiary", icon=":material/delete:",
            on_click=guarded(VIEW, partial(delete, line.name)),
        )  # fmt: skip


def _draw_about(ctx: "AppContext", line: "DatasetLine", manifest: "Manifest") -> None:
    counts = {
        _(texts.ROWS): number(line.rows), _(texts.COLUMNS): number(line.columns),
        _(texts.SIZE): size(line.size_bytes),
    }  # fmt: skip
    if manifest.question is None:
        source = manifest.source
        facts(
            {
                **counts,
                _(texts.FILE): f"{source.name} · {size(source.size_bytes)}",
                _(texts.IMPORTED): when(manifest.created_at),
                _(texts.READ_AS): catalogue.reading_line(manifest),
            },
            label=_(texts.ABOUT),
        )
        return
    changed = catalogue.outdated(ctx, manifest)
    of = ", ".join(
        f"{one.name} · {_(texts.OUTDATED)}" if one.name in changed else one.name
        for one in manifest.question.datasets
    )
    facts({**counts, _(texts.ANSWER_FROM): of, _(texts.ASKED): when(manifest.created_at)}, label=_(texts.ABOUT))
    st.code(manifest.question.sql, language="sql", wrap_lines=True)


def _draw_relations(ctx: "AppContext", line: "DatasetLine", lines: "Sequence[DatasetLine]") -> None:
    """Draw the versions there are, and the answers made of it."""
    versions = catalogue.versions(ctx, line.id)
    named = {
        _(texts.VERSION_NAMED).format(version=number(one.version)): f"{counted(one.rows, 'row')} · {when(one.at)}"
        for one in versions[:VERSIONS_SHOWN]
    }
    st.subheader(_(texts.VERSIONS), anchor=False)
    facts(named, label=_(texts.VERSIONS))
    if len(versions) > VERSIONS_SHOWN:
        st.caption(_(texts.MORE).format(count=number(len(versions) - VERSIONS_SHOWN)))
    used = [one for one in lines if line.id in one.reads]
    if used:
        st.subheader(_(texts.USED_BY), anchor=False)
        with st.container(gap=None, key="data_listed_used"):
            for one in used:
                st.button(
                    f"{escaped(one.name)} · {when(one.changed_at)}", key=field_key(VIEW, f"listed_used_{one.id}"),
                    type="tertiary", on_click=navigate, args=(VIEW,), kwargs={"dataset": one.name},
                )  # fmt: skip


def _draw_columns(manifest: "Manifest") -> None:
    st.subheader(_(texts.COLUMNS), anchor=False)
    facts({one.name: type_word(one.type) for one in manifest.columns[:COLUMNS_SHOWN]}, label=_(texts.COLUMNS))
    if len(manifest.columns) > COLUMNS_SHOWN:
        st.caption(_(texts.MORE).format(count=number(len(manifest.columns) - COLUMNS_SHOWN)))
