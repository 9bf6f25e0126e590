"""The tree a form's steps make, inside one transaction: adding, moving along it, states of any step.

Used by `FormHistory` only, which decides what is asked; here is how it is written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from app.forms.diff import applied, changes_between, reverted, same
from app.forms.merge import Merged, three_way
from core.errors import FormError
from core.i18n import _
from core.types import Json

if TYPE_CHECKING:
    from storage.database.models import FormRow, FormVersionRow
    from storage.database.unit_of_work import UnitOfWork

Kind = Literal["begin", "step", "undo", "redo", "jump", "save", "reset", "merge", "aside"]
Effect = Callable[["UnitOfWork", dict[str, Json]], None]
"""What else a save writes, in the same transaction; gets what is saved."""

BEGIN: Final = 1
"""The number of the first version: what the form held before its first step."""


@dataclass(frozen=True, slots=True)
class FormVersion:
    """One line of a form's history. `mark` is the step whose state it had; `at` is ISO 8601 UTC.

    `changes` are what it changed, see `app.forms.diff`; none for what only went to an earlier state.
    """

    number: int
    kind: Kind
    mark: int
    label: str
    at: str
    present: bool = False
    changes: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a form stands: what it holds, what was saved last, and what undo and redo would do.

    `last` is the number of its newest version, 0 while it has none; with it a window says what it has seen.
    `undo` and `redo` name a step, or are None. `aside` are the versions that wait to be merged.
    """

    name: str
    data: dict[str, Json]
    last: int = 0
    mark: int = 0
    undo: str | None = None
    redo: str | None = None
    saved: int | None = None
    saved_data: dict[str, Json] | None = None
    aside: tuple[int, ...] = ()

    @property
    def dirty(self) -> bool:
        """Whether it holds something else than what was saved."""
        return self.saved_data is not None and not same(self.data, self.saved_data)


@dataclass(frozen=True, slots=True)
class Act:
    """What a person did.

    `label` is said beside undo, in English. With `save` what the form then holds is saved in the same transaction,
    and `effect` writes what else goes with that. `window` is where it was done; `settles` is the version kept
    aside that a merge has decided.
    """

    label: str = ""
    kind: Kind = "step"
    save: bool = False
    effect: Effect | None = None
    window: str | None = None
    settles: int | None = None


def add(
    uow: "UnitOfWork", row: "FormRow", act: Act, *, mark: int | None = None, parent: int | None = None,
    changes: Sequence[Json] | None = None,
) -> "FormVersionRow":  # fmt: skip
    """Write one more version; without a mark it is a step of its own."""
    from storage.database.models import FormVersionRow

    number = row.last + 1
    row.last = number
    kept = None if changes is None else list(changes)
    return uow.form_versions.note(
        FormVersionRow(
            form_id=row.id, number=number, kind=act.kind, mark=number if mark is None else mark, parent=parent,
            label=act.label, changes=kept, window=act.window, settles=act.settles,
        )
    )  # fmt: skip


def advance(
    uow: "UnitOfWork", row: "FormRow", data: dict[str, Json], seen: int, act: Act
) -> tuple[Merged, int] | None:
    """Let the form hold `data`, merged with what came in between; return what clashes, and where mine is kept."""
    seen = max(seen, BEGIN)
    if seen < row.last:
        base_mark = mark_of(uow, row, seen)
        if base_mark != row.mark:
            base = state_of(uow, row, base_mark)
            merged = three_way(base, data, row.data)
            if merged.clashes:
                kept = add(
                    uow,
                    row,
                    replace(act, kind="aside", settles=None),
                    parent=base_mark,
                    changes=[*changes_between(base, data)],
                )
                return merged, kept.number
            data = merged.data
    changes = changes_between(row.data, data)
    if changes:
        step = add(uow, row, act, parent=row.mark, changes=[*changes])
        _hold(row, data, step.number)
        row.tip = step.number
    return None


def move(uow: "UnitOfWork", row: "FormRow", to: "Way", act: Act) -> None:
    """Let the form hold the state of a step."""
    add(uow, row, replace(act, label=to.label), mark=to.mark)
    _hold(row, to.data, to.mark)
    if act.save:
        keep_saved(uow, row, act)


def _hold(row: "FormRow", data: dict[str, Json], mark: int) -> None:
    """Let the form hold the state of a step; what was saved is written beside it once it is something else."""
    if row.saved_data is None and row.saved is not None and row.saved_mark == row.mark:
        row.saved_data = row.data
    row.data, row.mark = data, mark


def saved_of(row: "FormRow") -> dict[str, Json] | None:
    """Return what was saved last, if anything was."""
    if row.saved is None:
        return None
    return dict(row.data if row.saved_data is None else row.saved_data)


def keep_saved(uow: "UnitOfWork", row: "FormRow", act: Act) -> None:
    """Let what the form holds be what was saved, unless it is already."""
    if row.saved_mark == row.mark and row.saved is not None:
        return
    row.saved, row.saved_mark, row.saved_data = row.last, row.mark, None
    if act.effect is not None:
        act.effect(uow, dict(row.data))


def trim(uow: "UnitOfWork", row: "FormRow", keep: int) -> None:
    """Remove what lies more than `keep` steps back."""
    parents = uow.form_versions.parents(row.id)
    line = line_up(parents, row.tip)
    if len(line) <= keep:
        return
    root = line[max(keep, line.index(row.mark))]
    kept = {root}
    for number, parent in sorted(parents.items()):
        if parent in kept:
            kept.add(number)
    first = uow.form_versions.one(row.id, root)
    if first is not None:
        first.parent, first.changes = None, None
    uow.form_versions.drop(row.id, kept)


def state_of(uow: "UnitOfWork", row: "FormRow", mark: int) -> dict[str, Json]:
    """Return the state of a step: from the present one up to where the two lines part, and down again."""
    if mark == row.mark:
        return dict(row.data)
    ends = uow.form_versions.some(row.id, {row.mark, mark})
    if row.mark in ends and ends[row.mark].parent == mark:
        return reverted(row.data, _changes_of(ends[row.mark]))
    if mark in ends and ends[mark].parent == row.mark:
        return applied(row.data, _changes_of(ends[mark]))
    parents = uow.form_versions.parents(row.id)
    here, there = line_up(parents, row.mark), line_up(parents, mark)
    common = set(here) & set(there)
    if not common:
        raise gone()
    up = [number for number in here if number not in common]
    down = [number for number in reversed(there) if number not in common]
    steps = uow.form_versions.some(row.id, {*up, *down})
    state: dict[str, Json] = dict(row.data)
    for number in up:
        state = reverted(state, _changes_of(steps[number]))
    for number in down:
        state = applied(state, _changes_of(steps[number]))
    return state


def _changes_of(version: "FormVersionRow") -> list[Mapping[str, Json]]:
    return [change for change in version.changes or () if isinstance(change, dict)]


def line_up(parents: Mapping[int, int | None], mark: int) -> list[int]:
    """Return a step and those before it, up to the first one that is kept."""
    line: list[int] = []
    at: int | None = mark
    while at is not None and at in parents:
        line.append(at)
        at = parents[at]
    return line


@dataclass(frozen=True, slots=True)
class Way:
    """A step one can go to: its mark, what undo or redo say of it, and its state."""

    mark: int
    label: str
    data: dict[str, Json]


@dataclass(frozen=True, slots=True)
class Around:
    """What can be seen from where a form stands.

    `before` is the step undo takes back, `after` the one redo makes again, where there are any: the next on the
    line that ends with the tip. `asides` are the versions that wait to be merged.
    """

    before: "FormVersionRow | None"
    after: "FormVersionRow | None"
    asides: tuple[int, ...]

    def way(self, row: "FormRow", kind: Literal["undo", "redo"]) -> Way | None:
        """Return the step undo or redo goes to."""
        if kind == "undo" and self.before is not None and self.before.parent is not None:
            return Way(self.before.parent, self.before.label, reverted(row.data, _changes_of(self.before)))
        if kind == "redo" and self.after is not None:
            return Way(self.after.number, self.after.label, applied(row.data, _changes_of(self.after)))
        return None


def around(uow: "UnitOfWork", row: "FormRow") -> Around:
    """Return what can be seen from where a form stands, by one question to the database."""
    seen = uow.form_versions.around(row.id, row.mark)
    present = next((one for one in seen if one.number == row.mark), None)
    settled = {one.settles for one in seen}
    return Around(
        before=present if present is not None and present.parent is not None else None,
        after=None if row.mark == row.tip else _towards_tip(uow, row, seen),
        asides=tuple(one.number for one in seen if one.kind == "aside" and one.number not in settled),
    )


def _towards_tip(
    uow: "UnitOfWork", row: "FormRow", seen: "Sequence[FormVersionRow]"
) -> "FormVersionRow | None":  # fmt: skip
    children = [one for one in seen if one.parent == row.mark and one.number == one.mark]
    if len(children) == 1:
        return children[0]
    line = set(line_up(uow.form_versions.parents(row.id), row.tip))
    return next((one for one in children if one.number in line), None)


def mark_of(uow: "UnitOfWork", row: "FormRow", number: int) -> int:
    """Return the step whose state a version had; raises when it is no longer kept."""
    version = uow.form_versions.one(row.id, number)
    if version is None:
        raise gone()
    return version.mark


def label_of(uow: "UnitOfWork", row: "FormRow", number: int) -> str:
    """Return what a version is called."""
    version = uow.form_versions.one(row.id, number)
    return version.label if version is not None else ""


def standing_of(uow: "UnitOfWork", row: "FormRow") -> Standing:
    """Return where a form stands."""
    near = around(uow, row)
    return Standing(
        name=row.name,
        data=dict(row.data),
        last=row.last,
        mark=row.mark,
        undo=None if near.before is None else near.before.label,
        redo=None if near.after is None else near.after.label,
        saved=row.saved,
        saved_data=saved_of(row),
        aside=near.asides,
    )


def line_of(version: "FormVersionRow", row: "FormRow") -> FormVersion:
    """Return a version as the list of steps shows it."""
    kind: Kind = version.kind  # type: ignore[assignment]  # nothing else is ever written
    return FormVersion(
        version.number, kind, version.mark, version.label, version.created_at,
        present=version.number == version.mark == row.mark,
        changes=tuple(one for one in version.changes or () if isinstance(one, dict)),
    )  # fmt: skip


def gone() -> FormError:
    """Return the error for a step that was removed as too old."""
    return FormError(_("This step is no longer kept."), hint=_("Older steps are removed; newer ones are listed."))
