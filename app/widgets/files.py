"""`s_file`: a file a person hands in, kept in the profile by its content."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.forms.state import FormState
from app.session import kept, persist_input, put, seed_input
from app.uploads import file_name
from app.widgets.field import Hear, Place, Width, framed, place, take_from_form
from app.widgets.keys import field_key
from app.widgets.offers import draw_unfit
from app.widgets.words import size
from core.i18n import _
from core.ids import new_id
from core.paths import translate_os_error
from core.progress import SilentProgress
from core.rules import Rule

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.context import AppContext
    from core.types import Json


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was handed in: what it is called, the BLAKE3 hex digest of its content, and its size."""

    name: str
    digest: str
    size_bytes: int

    def __str__(self) -> str:
        """Return its name, for lists and merge views."""
        return self.name

    def path(self, ctx: "AppContext") -> Path:
        """Return where its content lies."""
        return ctx.storage.sources.path(self.digest)


FILE: Final[Rule[KeptFile]] = Rule(KeptFile, required=False)
"""The rule of a file that may be any, or none."""


def s_file(
    ctx: "AppContext", view: str, field: str, *, label: str, types: "Sequence[str] | None" = None,
    rule: Rule[Any] | None = None, form: FormState | None = None, instance: str | int | None = None,
    on_change: Hear | None = None, hide_label: bool = False, disabled: bool = False, help: str | None = None,  # noqa: A002
    width: Width = "stretch",
) -> KeptFile | None:  # fmt: skip
    """Draw a place for a file, and return the one that is kept there; `types` are the endings it may have.

    The content is kept in the profile's sources, once for each content; the rest is as in `s_text`.
    """
    at = place(ctx, view, field, rule=rule, form=form, instance=instance, on_change=on_change, otherwise=FILE)
    if form is not None:
        take_from_form(at, _plain(form.held(field)))
    else:
        seed_input(at.key, None, fits=_is_kept)
    found = _kept(st.session_state.get(at.key))
    turns: dict[str, int] = kept("file_turns", dict)
    upload = f"{at.key}_upload_{turns.get(at.key, 0)}"

    def take() -> None:
        given = st.session_state.get(upload)
        if given is not None:
            turns[at.key] = turns.get(at.key, 0) + 1
            _hear(at, taken_in(ctx, given.name, given.getbuffer()))

    with framed(at, width=width):
        if found is not None:
            _draw_kept(at, found)
        st.file_uploader(
            label, type=types, key=upload, on_change=guarded(view, take), disabled=disabled, help=help,
            label_visibility="collapsed" if hide_label or found is not None else "visible",
        )  # fmt: skip
    if form is None:
        draw_unfit(at, _is_kept, naming=_name)
    return found


def take_files(
    view: str,
    field: str,
    *,
    label: str,
    on_files: Callable[[list[Any]], object],
    instance: str | int | None = None,
) -> None:  # fmt: skip
    """Draw a place for any number of files that are taken over at once; nothing is kept here.

    Args:
        view: The page's slug.
        field: What it is there.
        label: What it is called; told to those who hear the page.
        on_files: A callback; gets what was handed in: open files with a `name`.
        instance: Another one for each time the place is to be empty again.
    """
    key = field_key(view, field, instance)

    def take() -> None:
        found = st.session_state.get(key)
        if found:
            on_files(list(found))

    st.file_uploader(
        label, accept_multiple_files=True, key=key, label_visibility="collapsed", on_change=guarded(view, take)
    )


def taken_in(ctx: "AppContext", name: str, content: "bytes | memoryview") -> KeptFile:
    """Keep a file's content in the profile and return what it is kept as.

    Raises:
        DiskFullError, ProfileReadOnlyError, StorageIOError: the disk refused; nothing is left.
    """
    folder = ctx.paths.uploads / new_id()
    path = folder / file_name(name)
    try:
        folder.mkdir(mode=0o700, parents=True)
        path.write_bytes(content)
        with ctx.storage.sources.take(path, progress=SilentProgress()) as taken:
            taken.keep()
            return KeptFile(path.name, taken.ref.digest, taken.ref.size_bytes)
    except OSError as error:
        raise translate_os_error(error, path) from error
    finally:
        path.unlink(missing_ok=True)
        if folder.is_dir():
            folder.rmdir()


def _draw_kept(at: Place, found: KeptFile) -> None:
    there = found.path(at.ctx).is_file()
    with st.container(horizontal=True, key=f"kept_file_{at.key}", vertical_alignment="center", gap="small"):
        st.markdown(f":material/draft: **{escaped(found.name)}** · {size(found.size_bytes)}", width="content")
        if not there:
            st.caption(escaped(_("Its content is no longer kept; hand it in again.")), width="content")
        st.button(
            _("Remove"), key=field_key("kept_file", "remove", at.key), type="tertiary",
            on_click=guarded(at.view, _hear), args=(at, None),
        )  # fmt: skip


def _hear(at: Place, found: KeptFile | None) -> None:
    held = None if found is None else {"name": found.name, "digest": found.digest, "size_bytes": found.size_bytes}
    put(at.key, held)
    if at.form is None:
        persist_input(at.key, held)
        if at.on_change is not None and at.problem is None:
            at.on_change(found)
    else:
        at.hear()


def _plain(held: Any) -> "Json":  # noqa: ANN401 - a file, or what broke the rule
    if isinstance(held, KeptFile):
        return {"name": held.name, "digest": held.digest, "size_bytes": held.size_bytes}
    return held if isinstance(held, dict) else None


def _kept(held: object) -> KeptFile | None:
    if not isinstance(held, dict) or not _is_kept(held):
        return None
    return KeptFile(str(held["name"]), str(held["digest"]), int(held["size_bytes"]))


def _name(held: object) -> str:
    return str(held["name"]) if isinstance(held, dict) and "name" in held else str(held)


def _is_kept(held: object) -> bool:
    return held is None or (
        isinstance(held, dict)
        and isinstance(held.get("name"), str)
        and isinstance(held.get("digest"), str)
        and held["digest"].isalnum()
        and isinstance(held.get("size_bytes"), int)
    )
