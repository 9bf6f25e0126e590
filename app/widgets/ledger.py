"""The ledger of a dataset, drawn: what became of each line, line by line, exported, and set right by hand.

Used by the Import page after an import and by Data → Where from. A line that is set right waits until the file is
imported again with all corrections, as the next version; the version before stays as it is.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from app import work
from app.boundary import escaped, guarded, part, problem
from app.components.grid import GridEvent, Kind, grid, ledger_rows
from app.components.ledgerbar import ledger_bar
from app.messages import say
from app.readings import can_be_corrected, correct, correction, export_ledger, ledger_page, save_dataset_reading
from app.refresh import NAV, STATUS, redraw, refresh, view_key
from app.router import redraw_view, router
from app.session import forget_inputs, kept, persist_input, stored_input, value
from app.widgets.choices import s_segments
from app.widgets.guesses import guess_words
from app.widgets.keys import field_key
from app.widgets.parts import grid_place, progress
from app.widgets.texts import s_text
from app.widgets.words import counted, done_word
from core.errors import UsageError
from core.i18n import N_, _, ngettext, retold
from core.ids import new_id
from core.types import Correction, Flag, Json, LineAction, Manifest

if TYPE_CHECKING:
    from analysis.ledgers import LedgerEntry, LedgerFormat
    from app.context import AppContext
    from jobs.manager import JobStatus

EVERY_S: Final = 0.4
TOLD: Final = (LineAction.REPAIRED.value, LineAction.REJECTED.value)
"""What a person should look at; shown while no part is pressed."""
_FORMATS: "Final[dict[LedgerFormat, str]]" = {
    "csv": "CSV",
    "json": "JSON",
    "ndjson": "NDJSON",
    "parquet": "Parquet",
}
_CLEAN: Final = N_("Every line was read as it is: nothing was repaired and nothing was left out.")
_LINES: Final = N_("Lines that were not simply loaded, click one to set it right")
_CLICK: Final = N_("Click a line to set it right or to leave it out.")
_ONLY_LINES: Final = N_("Lines that were not simply loaded")
_NOT_HERE: Final = N_(
    "Nothing can be set right here; that is possible for one text file, JSON file or spreadsheet."
)
_COLUMNS: Final = N_("Columns to know about")
_EXPORT: Final = N_("Export ledger")
_FORMAT: Final = N_("Format")
_SAVE_COPY: Final = N_("Save a copy")
_SAVE_READING: Final = N_("Save reading…")
_SAVE: Final = N_("Save")
_READING_NAME: Final = N_("Name of the reading")
_READING_HINT: Final = N_("With the corrections; the next file with the same columns is read in the same way.")
_READING_SAVED: Final = N_("“{name}” is saved; the next file with the same columns is read in the same way.")
_TEXT_OF: Final = N_("Line {line}, as it shall be read")
_SET: Final = N_("Set right")
_LEAVE_OUT: Final = N_("Leave out")
_TAKE_BACK: Final = N_("Take the correction back")
_CLOSE: Final = N_("Close")
_AGAIN: Final = N_("Import again")
_AGAIN_NOTE: Final = N_("The file itself is not changed; this becomes the next version.")
_AGAIN_DOING: Final = N_("Importing {name} again")
_AGAIN_DONE: Final = N_("“{name}” has version {version} now.")
_AGAIN_FAILED: Final = N_("The import failed.")
_DROP: Final = N_("Discard")


_HEARD: Final[tuple[Kind, ...]] = ("cell",)


@dataclass(slots=True)
class LedgerState:
    """What a window remembers of one dataset's ledger.

    `line` is the one that is set right now; `waiting` are corrections that are not imported yet, by line, `undo`
    the lines whose correction is to be taken back.
    """

    version: int = 0
    only: str | None = None
    line: int | None = None
    waiting: dict[int, Correction] = field(default_factory=dict)
    undo: set[int] = field(default_factory=set)
    job: str | None = None
    ended: "JobStatus | None" = None

    def to_json(self) -> dict[str, Json]:
        """Return what must not be lost: the corrections that wait."""
        return {"waiting": [one.to_dict() for one in self.waiting.values()], "undo": [*sorted(self.undo)]}

    @classmethod
    def from_json(cls, told: Any) -> "LedgerState":  # noqa: ANN401 - JSON
        """Return the state that `to_json` told of; whatever else raises."""
        waiting = [Correction.from_dict(one) for one in told["waiting"]]
        return cls(waiting={one.line: one for one in waiting}, undo=set(told["undo"]))


def draw_ledger(ctx: "AppContext", view: str, manifest: Manifest) -> None:
    """Draw the ledger of a dataset version on a page."""
    state = _state(view, manifest)
    if state.version != manifest.version:
        state.version, state.line, state.only = manifest.version, None, None

    def press(name: str | None) -> None:
        state.only, state.line = name, None
        redraw_view(view)

    ledger_bar(
        manifest.ledger, key=field_key(view, "sum"), active=state.only, on_part=guarded(view, press),
        without=("loaded",),
    )  # fmt: skip
    _draw_tools(ctx, view, manifest)
    _draw_again(ctx, view, manifest, state)
    _draw_columns(ctx, manifest)
    kept_lines = manifest.ledger.total - manifest.ledger.loaded
    if not kept_lines or not (state.only or manifest.ledger.repaired or manifest.ledger.rejected):
        st.markdown(_(_CLEAN))
        return
    if not can_be_corrected(manifest):
        st.caption(_(_NOT_HERE))
    elif state.line is not None:
        _draw_line(ctx, view, manifest, state)
    else:
        st.caption(_(_CLICK))
    _draw_lines(ctx, view, manifest, state)


def _state(view: str, manifest: Manifest) -> LedgerState:
    """Return what the window remembers of a ledger; at first, what waited before a restart."""
    known = kept(f"ledger_{view}", dict[str, LedgerState])
    if manifest.dataset_id not in known:
        found = stored_input(
            _waiting_key(view, manifest), fits=lambda told: LedgerState.from_json(told) is not None
        )
        known[manifest.dataset_id] = LedgerState.from_json(found) if found is not None else LedgerState()
    return known[manifest.dataset_id]


def _remember(view: str, manifest: Manifest, state: LedgerState) -> None:
    """Within a callback: write down what waits for the next import."""
    if state.waiting or state.undo:
        persist_input(_waiting_key(view, manifest), state.to_json())
    else:
        forget_inputs(_waiting_key(view, manifest))


def _waiting_key(view: str, manifest: Manifest) -> str:
    return field_key(view, "line_waiting", manifest.dataset_id.lower())


# ---- lines ------------------------------------------------------------------------------------------------


def _draw_lines(ctx: "AppContext", view: str, manifest: Manifest, state: LedgerState) -> None:
    only = "+".join((state.only,) if state.only else TOLD)

    def heard(event: GridEvent) -> None:
        if event.row is not None:
            entry = _entry(ctx, manifest, only, event.row)
            state.line = entry.line if entry else None
            redraw_view(view)

    with grid_place("ledger", "stretch"):
        grid(
            ledger_rows(manifest, only=only),
            key=field_key(view, "ledger", manifest.dataset_id.lower()),
            label=_(_LINES) if can_be_corrected(manifest) else _(_ONLY_LINES),
            tools=False,
            events=_HEARD if can_be_corrected(manifest) else (),
            on_event=guarded(view, heard),
        )


def _entry(ctx: "AppContext", manifest: Manifest, only: str, row: int) -> "LedgerEntry | None":
    from analysis.ledgers import LedgerQuery

    query = LedgerQuery(actions=tuple(only.split("+")), offset=row, limit=1)
    return next(iter(ledger_page(ctx, manifest.name, query).entries), None)


def _draw_columns(ctx: "AppContext", manifest: Manifest) -> None:
    """Draw what there is to say of whole columns: what was done to them, and what else they could be."""
    told = [_column_line(flag) for flag in manifest.flags if flag.line is None]
    told += [
        f"- **{escaped(guess.column)}** {' · '.join(guess_words(guess))}"
        for guess in ctx.analysis.originals.guesses(manifest)
        if guess.offered
    ]
    if told:
        with st.expander(f"{_(_COLUMNS)} ({len(told)})"):
            st.markdown("\n".join(told))


def _column_line(flag: Flag) -> str:
    told = retold(flag.message)
    named = flag.file is None or f"'{flag.file}'" in flag.message
    what = f"{done_word(flag.action)}: {told if named else f'{flag.file}: {told}'}"
    return f"- **{escaped(flag.column or '')}** {escaped(what)}"


# ---- one line ---------------------------------------------------------------------------------------------


def _draw_line(ctx: "AppContext", view: str, manifest: Manifest, state: LedgerState) -> None:
    """Draw the line that was chosen, and what can be done with it."""
    from analysis.ledgers import LedgerQuery

    line = state.line or 0
    found = ledger_page(ctx, manifest.name, LedgerQuery(lines=(line,), limit=1)).entries
    if not found:
        return
    entry = found[0]
    before = next((one for one in manifest.corrections if one.line == line), None)
    waiting = state.waiting.get(line)
    of = f"{manifest.dataset_id.lower()}_{manifest.version}_{line}"
    key = field_key(view, "line_text", of)
    with st.container(key=f"{view}_line", border=True, horizontal=True, vertical_alignment="bottom", gap="small"):
        s_text(
            ctx, view, "line_text", instance=of, label=_(_TEXT_OF).format(line=line),
            default=waiting.text if waiting else before.text if before else entry.text,
        )  # fmt: skip
        args = (view, manifest, state, entry, key)
        st.button(_(_SET), key=field_key(view, "line_set"), on_click=guarded(view, _set), args=args)
        st.button(_(_LEAVE_OUT), key=field_key(view, "line_out"), on_click=guarded(view, _leave_out), args=args)
        if before is not None:
            st.button(
                _(_TAKE_BACK), key=field_key(view, "line_back"), on_click=guarded(view, _take_back), args=args
            )
        st.button(
            _(_CLOSE), key=field_key(view, "line_close"), icon=":material/close:", type="tertiary",
            on_click=guarded(view, _close), args=args,
        )  # fmt: skip


def _in_one_line(text: str) -> str:
    """Return a record on a single line; between the values of JSON a line end is as good as a space."""
    return " ".join(part.strip() for part in text.splitlines()) if "\n" in text else text


def _set(view: str, manifest: Manifest, state: LedgerState, entry: "LedgerEntry", key: str) -> None:
    state.waiting[entry.line] = correction(entry, str(value(key, "") or ""))
    state.undo.discard(entry.line)
    _close(view, manifest, state, entry, key)


def _leave_out(view: str, manifest: Manifest, state: LedgerState, entry: "LedgerEntry", key: str) -> None:
    state.waiting[entry.line] = correction(entry, "")
    state.undo.discard(entry.line)
    _close(view, manifest, state, entry, key)


def _take_back(view: str, manifest: Manifest, state: LedgerState, entry: "LedgerEntry", key: str) -> None:
    state.undo.add(entry.line)
    state.waiting.pop(entry.line, None)
    _close(view, manifest, state, entry, key)


def _close(view: str, manifest: Manifest, state: LedgerState, entry: "LedgerEntry", key: str) -> None:
    del entry
    _remember(view, manifest, state)
    forget_inputs(key)
    state.line = None
    redraw_view(view)


# ---- again ------------------------------------------------------------------------------------------------


def _draw_again(ctx: "AppContext", view: str, manifest: Manifest, state: LedgerState) -> None:
    """Draw the corrections that wait, and the import that takes them in."""
    if state.job is not None:
        part(f"ledger_again_{view}", partial(_draw_progress, ctx, view, manifest, state), every=EVERY_S)
        return
    if state.ended is not None and state.ended.state != "done":
        problem(*work.reason_of(state.ended, _(_AGAIN_FAILED)))
    count = len(state.waiting) + len(state.undo)
    if not count:
        return
    with st.container(key=f"{view}_again", horizontal=True, vertical_alignment="center", gap="small"):
        told = ngettext("{count} line was set right.", "{count} lines were set right.", count).format(count=count)
        st.markdown(f"{told} {_(_AGAIN_NOTE)}", width="content")
        st.button(
            _(_AGAIN), key=field_key(view, "again"), type="primary", on_click=guarded(view, _again),
            args=(ctx, view, manifest, state),
        )  # fmt: skip
        st.button(
            _(_DROP), key=field_key(view, "again_not"), type="tertiary", on_click=guarded(view, _forget),
            args=(view, manifest, state),
        )  # fmt: skip


def _again(ctx: "AppContext", view: str, manifest: Manifest, state: LedgerState) -> None:
    state.ended = None
    state.job = correct(ctx, manifest.name, list(state.waiting.values()), undo=sorted(state.undo))
    router().views.spoil(view)
    redraw(view_key(view), STATUS)


def _forget(view: str, manifest: Manifest, state: LedgerState) -> None:
    state.waiting.clear()
    state.undo.clear()
    _remember(view, manifest, state)
    redraw_view(view)


def _draw_progress(ctx: "AppContext", view: str, manifest: Manifest, state: LedgerState) -> None:
    if state.job is None:
        return
    status = work.poll(ctx, state.job)
    progress(status, _(_AGAIN_DOING).format(name=manifest.name))
    if status.state not in work.ENDED:
        return
    state.job, state.ended = None, status
    if status.state == "done":
        state.waiting.clear()
        state.undo.clear()
        _remember(view, manifest, state)
        version = work.result_of(status).get("version")
        say(_(_AGAIN_DONE).format(name=manifest.name, version=version))
    refresh(view_key(view), NAV, STATUS)


# ---- export and save --------------------------------------------------------------------------------------


def _draw_tools(ctx: "AppContext", view: str, manifest: Manifest) -> None:
    formats: list[LedgerFormat] = list(_FORMATS)
    with st.container(key=f"{view}_ledger_tools", horizontal=True, gap="small"):
        with st.popover(_(_EXPORT), icon=":material/download:", key=field_key(view, "ledger_export")):
            chosen = s_segments(
                ctx, view, "ledger_format", label=_(_FORMAT), options=formats, naming=_FORMATS.__getitem__,
            )  # fmt: skip
            st.download_button(
                _(_SAVE_COPY), data=partial(_exported, ctx, manifest, chosen),
                file_name=f"{manifest.name}_{_ledger_word()}.{chosen}", key=field_key(view, "ledger_save"),
                on_click="ignore",
            )  # fmt: skip
        if manifest.question is None:
            _draw_save_reading(ctx, view, manifest)


def _ledger_word() -> str:
    return _("ledger")


def _exported(ctx: "AppContext", manifest: Manifest, fmt: "LedgerFormat") -> bytes:
    """Write the ledger to a file of its own and return what stands in it."""
    target = ctx.paths.exports / f"ledger-{new_id()}.{fmt}"
    try:
        export_ledger(ctx, manifest.name, target, fmt)
        return target.read_bytes()
    finally:
        target.unlink(missing_ok=True)


def _draw_save_reading(ctx: "AppContext", view: str, manifest: Manifest) -> None:
    key = field_key(view, "reading_name", manifest.dataset_id.lower())
    with st.popover(_(_SAVE_READING), key=field_key(view, "save_reading")):
        s_text(
            ctx, view, "reading_name", instance=manifest.dataset_id.lower(), label=_(_READING_NAME),
            default=manifest.saved_reading or manifest.name,
        )  # fmt: skip
        st.caption(_(_READING_HINT))
        st.button(
            _(_SAVE), key=field_key(view, "save"), type="primary", on_click=guarded(view, _save_reading),
            args=(ctx, manifest, key),
        )  # fmt: skip


def _save_reading(ctx: "AppContext", manifest: Manifest, key: str) -> None:
    name = str(value(key, "") or "").strip()
    if not name:
        raise UsageError(_("A reading needs a name."), hint=_("Type one."))
    save_dataset_reading(ctx, manifest.name, name, replace=name == manifest.saved_reading)
    forget_inputs(key)
    say(_(_READING_SAVED).format(name=name))
    redraw(NAV)


def ledger_facts(manifest: Manifest) -> str:
    """Return how large a dataset is, in words."""
    return f"{counted(manifest.rows, 'row')}, {counted(len(manifest.columns), 'column')}"
