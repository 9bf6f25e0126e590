"""What became of an imported file, drawn: the ledger, and the lines a person should know about."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import escaped
from app.catalogue import current, reading_line
from app.features.datasets import texts
from app.widgets import field_key
from app.widgets.parts import ledger_bar, table
from app.widgets.told import told_table
from app.widgets.words import counted
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from jobs.manager import JobStatus

VIEW: Final = "import"
TOLD_PX: Final = 340


def draw_result(ctx: "AppContext", ended: "JobStatus") -> None:
    """Draw the ledger bar and the flagged lines of a finished import."""
    manifest = current(ctx, str(work.result_of(ended).get("dataset")))
    with st.container(key="import_result", gap="xsmall"):
        facts = f"{counted(manifest.rows, 'row')}, {counted(len(manifest.columns), 'column')}"
        st.markdown(f"**{escaped(manifest.name)}** · {facts}")
        st.caption(escaped(reading_line(manifest)))
    st.subheader(_(texts.LEDGER), anchor=False)
    ledger_bar(manifest.ledger)
    told = told_table(ctx, manifest)
    if told.num_rows == 0:
        st.markdown(_(texts.CLEAN))
        return
    st.subheader(_(texts.TOLD), anchor=False)
    table(told, key=field_key(VIEW, "told", manifest.dataset_id), alt=_(texts.TOLD), height=TOLD_PX)
