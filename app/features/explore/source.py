"""The Where from tab: the file, how it was read, and what became of each of its lines; or the question."""

from typing import TYPE_CHECKING, Final

import streamlit as st

from app.catalogue import outdated, reading_line
from app.features.explore import texts
from app.widgets.facts import facts
from app.widgets.ledger import draw_ledger
from app.widgets.words import size, when
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from core.types import Manifest, QuestionRef

VIEW: Final = "data"
FACTS_PX: Final = 780
DIGEST_SHOWN: Final = 24
"""Enough of a fingerprint to compare by eye; the whole is in `bestand data show`."""


def draw_source(ctx: "AppContext", manifest: "Manifest") -> None:
    """Draw where a dataset is from."""
    if manifest.question is not None:
        _draw_question(ctx, manifest, manifest.question)
        return
    with st.container(width=FACTS_PX, key="data_facts"):
        _draw_facts(manifest)
    st.subheader(_(texts.LEDGER), anchor=False)
    draw_ledger(ctx, VIEW, manifest)


def _draw_question(ctx: "AppContext", manifest: "Manifest", question: "QuestionRef") -> None:
    """Draw the question whose answer a dataset is, and which versions of which datasets it was asked of."""
    changed = set(outdated(ctx, manifest))
    names = {
        _(texts.ASKED_OF).format(name=one.name): _(texts.ASKED_VERSION).format(version=one.version)
        + (f" · {_(texts.OUTDATED)}" if one.name in changed else "")
        for one in question.datasets
    }
    values = {f"${name}": text for name, text in question.parameters.items()}
    with st.container(width=FACTS_PX, key="data_facts"):
        facts({_(texts.ASKED): when(manifest.created_at), **names, **values}, label=_(texts.SOURCE))
    st.subheader(_(texts.QUESTION), anchor=False)
    st.code(question.sql, language="sql", wrap_lines=True)


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
