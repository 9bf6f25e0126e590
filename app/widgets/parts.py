"""Parts every page draws the same way: toolbar, body, empty state, table, progress."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from app.boundary import escaped, guarded, notice
from app.components.heading import heading
from app.router import router
from app.widgets.keys import field_key
from core.i18n import _, retold

if TYPE_CHECKING:
    import pyarrow as pa

    from jobs.manager import JobStatus

ROW_PX = 26
HEAD_PX = 32
FILL_PX = 360
"""Height of a grid before the style sheet fits it to the window."""
NULL_SIGN = "∅"


@dataclass(frozen=True, slots=True)
class Step:
    """What undo or redo would do: its name, said on hover, and the callback that does it."""

    label: str
    do: Callable[[], object]


@contextmanager
def toolbar(
    view: str,
    title: str,
    about: str = "",
    *,
    rename: Callable[[str], object] | None = None,
    steps: tuple[Step | None, Step | None] | None = None,
) -> Iterator[None]:
    """Draw the head of a view: where this is on the left; the block adds what can be done here on the right.

    Args:
        view: The page's slug.
        title: What is shown.
        about: A few facts about it.
        rename: A callback that gets a new name; with it the title can be changed in place.
        steps: The step that can be taken back here and the one that can be done again, where there are any; a
            view that has steps always shows both buttons.
    """
    with st.container(
        key=f"toolbar_{view}", horizontal=True, wrap=False, gap="small", vertical_alignment="center"
    ):
        heading(
            view, title, about=about, crumbs=_way_to(view), on_rename=guarded(view, rename) if rename else None
        )
        if steps is not None:
            _step_button(view, "undo", _("Undo"), steps[0])
            _step_button(view, "redo", _("Redo"), steps[1])
        yield


def _way_to(view: str) -> list[dict[str, Any]]:
    """Return the steps above the place shown, for the heading."""
    window = router()
    above = window.pages[view].crumbs(window.params_of(view))[:-1]
    return [{"title": one.title, "place": {"page": one.page, "params": dict(one.params)}} for one in above]


def _step_button(view: str, sign: str, word: str, step: Step | None) -> None:
    st.button(
        word,
        key=field_key(view, f"step_{sign}"),
        icon=f":material/{sign}:",
        type="tertiary",
        help=f"{word}: {step.label}" if step else word,
        disabled=step is None,
        on_click=guarded(view, step.do) if step else None,
    )


@contextmanager
def body(view: str) -> Iterator[None]:
    """Draw the rest of a view; it scrolls by itself. What the last callback could not do stands on top."""
    with st.container(key=f"body_{view}", gap="small"):
        notice(view)
        yield


def empty(line: str) -> None:
    """Say in one line what a place is for; the two most likely actions follow."""
    st.markdown(line)


def table(
    rows: "pa.Table",
    *,
    key: str,
    alt: str,
    height: int | Literal["auto", "content"] = "auto",
) -> None:
    """Draw an Arrow table as it is; nobody can select or change anything in it. At most `height` pixels high."""
    from app.widgets.exact import for_screen

    shown, settings = for_screen(rows)
    if isinstance(height, int):
        height = min(height, HEAD_PX + ROW_PX * max(rows.num_rows, 1))
    # The key goes to a container: a grid in which nothing can be selected has no class of its own.
    with st.container(key=key, gap=None):
        st.dataframe(
            shown,
            alt=alt,
            height=height,
            hide_index=True,
            row_height=ROW_PX,
            placeholder=NULL_SIGN,
            column_config=settings,
            lazy=False,
        )


@contextmanager
def grid_place(key: str, height: int | Literal["stretch"]) -> Iterator[None]:
    """Give a grid its place: of its own height, or all that is left of the view."""
    if height == "stretch":
        with st.container(key=f"fill_{key}", height=FILL_PX, border=False, gap=None):
            yield
    else:
        with st.container(key=f"hold_{key}", gap=None):
            yield


def progress(status: "JobStatus", doing: str) -> None:
    """Draw how far a job is."""
    step = f" · {escaped(retold(status.step))}" if status.step else ""
    st.progress(min(max(status.fraction, 0.0), 1.0), f"{escaped(doing)}{step}")
