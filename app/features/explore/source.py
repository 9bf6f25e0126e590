"""The Where from tab: the file, how it was read, and what became of each of its lines."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.catalogue import reading_line
from app.features.explore import texts
from app.widgets.facts import facts
from app.widgets.ledger import draw_ledger
from app.widgets.words import size, when
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from core.types import Manifest

VIEW: Final = "data"
FACTS_PX: Final = 780
DIGEST_SHOWN: Final = 24
"""Enough of a fingerprint to compare by eye; the whole is in `bestand data show`."""


def draw_source(ctx: "AppContext", manifest: "Manifest") -> None:
    """Draw where a dataset is from."""
    with st.container(width=FACTS_PX, key="data_facts"):
        _draw_facts(manifest)
    st.subheader(_(texts.LEDGER), anchor=False)
    draw_ledger(ctx, VIEW, manifest)


def _draw_facts(manifest: "Manifest") -> None:
    source = manifest.source
    kept = _(texts.KEPT) if source.kept else _(texts.REFERENCED).format(path=source.path)
    facts(
        {
            _(texts.FILE): source.name,
            _(texts.SIZE): size(source.size_bytes),
            _(texts.ORIGINAL): kept,
            _(texts.FINGERPRINT): f"{source.digest[:DIGEST_SHOWN]}…",
            _(texts.IMPORTED): when(manifest.created_at),
            _(texts.READ_AS): reading_line(manifest),
        },
        label=_(texts.SOURCE),
        code=[_(texts.FINGERPRINT)],
    )
