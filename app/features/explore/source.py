"""The Where from tab: the file, how it was read, and what became of each of its lines."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped
from app.features.explore import texts
from app.widgets import field_key
from app.widgets.parts import ledger_bar, table
from app.widgets.told import told_table
from app.widgets.words import reading_line, size, when

if TYPE_CHECKING:
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
TOLD_PX: Final = 300


def draw_source(ctx: "AppContext", manifest: "Manifest") -> None:
    """Draw where a dataset is from."""
    source = manifest.source
    st.table(
        {
            "File": escaped(source.name),
            "Size": size(source.size_bytes),
            "Original": texts.KEPT if source.kept else f"{texts.REFERENCED}: {escaped(source.path)}",
            "Fingerprint": f"`{source.digest}`",
            "Imported": when(manifest.created_at),
            texts.READ_AS: escaped(reading_line(manifest.reading)),
        },
        border="horizontal",
        width="content",
        alt=texts.SOURCE,
    )
    st.subheader(texts.LEDGER, anchor=False)
    ledger_bar(manifest.ledger)
    told = told_table(ctx, manifest)
    if told.num_rows == 0:
        st.markdown(texts.CLEAN)
        return
    st.subheader(texts.TOLD, anchor=False)
    table(told, key=field_key(VIEW, "told", manifest.dataset_id), alt=texts.TOLD, height=TOLD_PX)
