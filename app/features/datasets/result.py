"""What became of an imported file, drawn: what it was read as, and its ledger."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app import work
from app.boundary import escaped
from app.catalogue import current, reading_line
from app.features.datasets import texts
from app.widgets.ledger import draw_ledger, ledger_facts
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from jobs.manager import JobStatus

VIEW: Final = "import"


def draw_result(ctx: "AppContext", ended: "JobStatus") -> None:
    """Draw the dataset a finished import became."""
    manifest = current(ctx, str(work.result_of(ended).get("dataset")))
    with st.container(key="import_result", gap="xsmall"):
        version = f" · {_(texts.VERSION).format(version=manifest.version)}" if manifest.version > 1 else ""
        st.markdown(f"**{escaped(manifest.name)}**{version} · {ledger_facts(manifest)}")
        st.caption(escaped(reading_line(manifest)))
    draw_ledger(ctx, VIEW, manifest)
