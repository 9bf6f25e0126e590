"""The tree a form's steps make, inside one transaction: adding, moving along it, states of any step.

Used by `FormHistory` only, which decides what is asked; here is how it is written.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

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
    """One line of a form's history. `mark` is the step whose state it had; `at` is ISO 8601 UTC."""

    number: int
    kind: Kind
    mark: int
    label: str
    at: str
    present: bool = False


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
    return uow.form_versions.add(
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
        row.data, row.mark, row.tip = data, step.number, step.number
    return None


def move(uow: "UnitOfWork", row: "FormRow", mark: int, act: Act) -> None:
    """Let the form hold the state of a step."""
    data = state_of(uow, row, mark)
    add(uow, row, act, mark=mark)
    row.data, row.mark = data, mark


def keep_saved(uow: "UnitOfWork", row: "FormRow", act: Act) -> None:
    """Let what the form holds be what was saved, unless it is already."""
    if row.saved_mark == row.mark and row.saved is not None:
        return
    row.saved, row.saved_mark, row.saved_data = row.last, row.mark, row.data
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


def step_before(uow: "UnitOfWork", row: "FormRow") -> int | None:
    """Return the step undo goes to, if there is one."""
    present = uow.form_versions.one(row.id, row.mark)
    return None if present is None else present.parent


def step_after(uow: "UnitOfWork", row: "FormRow") -> int | None:
    """Return the step redo goes to, if there is one: the next on the line that ends with the tip."""
    if row.mark == row.tip:
        return None
    children = uow.form_versions.children(row.id, row.mark)
    if len(children) == 1:
        return children[0]
    parents = uow.form_versions.parents(row.id)
    return next((number for number in line_up(parents, row.tip) if parents[number] == row.mark), None)


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
    before, after = step_before(uow, row), step_after(uow, row)
    return Standing(
        name=row.name,
        data=dict(row.data),
        last=row.last,
        mark=row.mark,
        undo=None if before is None else label_of(uow, row, row.mark),
        redo=None if after is None else label_of(uow, row, after),
        saved=row.saved,
        saved_data=None if row.saved_data is None else dict(row.saved_data),
        aside=tuple(uow.form_versions.asides(row.id)),
    )


def line_of(version: "FormVersionRow", row: "FormRow") -> FormVersion:
    """Return a version as the list of steps shows it."""
    kind: Kind = version.kind  # type: ignore[assignment]  # nothing else is ever written
    return FormVersion(
        version.number, kind, version.mark, version.label, version.created_at,
        present=version.number == version.mark == row.mark,
    )  # fmt: skip


def gone() -> FormError:
    """Return the error for a step that was removed as too old."""
    return FormError(_("This step is no longer kept."), hint=_("Older steps are removed; newer ones are listed."))
