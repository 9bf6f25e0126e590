"""The history of forms in the state database: steps, undo and redo by marks, saving, two windows at once.

Each step is what it changed; what a form holds now is kept once beside its history. The history only grows: an
undo is a version that points back. Steps form a tree, since a step after an undo begins a new branch; nothing on
the old one is lost. Every function is one transaction and may be called again. Knows neither fields nor rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from app.forms.merge import Merged, three_way
from app.forms.tree import (
    BEGIN,
    Act,
    FormVersion,
    Standing,
    Way,
    add,
    advance,
    around,
    gone,
    keep_saved,
    label_of,
    line_of,
    line_up,
    mark_of,
    move,
    standing_of,
    state_of,
    trim,
)
from core.errors import FormError
from core.i18n import _
from core.trace import current_actor
from core.types import Json

if TYPE_CHECKING:
    from storage.database.database import Database
    from storage.database.models import FormRow
    from storage.database.unit_of_work import UnitOfWork

Data = Mapping[str, Json]

KEEP_STEPS: Final = 1_000
"""Steps of a form that can be taken back; older ones are removed."""
_TRIM_EVERY: Final = 128
"""Versions between two looks whether there are too many."""

_Clash = tuple[Merged, int]
_Writing = Callable[["UnitOfWork"], tuple[Standing, _Clash | None]]


class FormMovedError(FormError):
    """Another window changed the same fields first. What this one wanted is kept beside the history.

    `standing` is what holds now, `merged` both together, `aside` the number under which mine is kept.
    """

    code = "form_moved"

    def __init__(self, standing: Standing, merged: Merged, aside: int) -> None:
        super().__init__(
            _("Another window changed the same fields of this form."),
            hint=_("Choose for each of them what shall hold; nothing was lost."),
        )
        self.standing = standing
        self.merged = merged
        self.aside = aside


class FormHistory:
    """The forms of one profile; thread-safe.

    Args:
        database: The open state database.
        person: Whose forms; the present actor if not given.
        keep: Steps of each form that stay.
    """

    def __init__(self, database: "Database", *, person: str | None = None, keep: int = KEEP_STEPS) -> None:
        self._database = database
        self._person = person
        self._keep = keep

    # ---- looking ----------------------------------------------------------------------------------------

    def standing(self, name: str, defaults: Data) -> Standing:
        """Return where a form stands; one that was never used holds the defaults and is not written."""
        with self._database.read() as uow:
            row = uow.forms.by_name(self._who, name)
            return Standing(name, dict(defaults)) if row is None else standing_of(uow, row)

    def lines(self, name: str, *, limit: int = 100, before: int | None = None) -> list[FormVersion]:
        """Return what happened to a form, newest first."""
        with self._database.read() as uow:
            row = uow.forms.by_name(self._who, name)
            found = [] if row is None else uow.form_versions.of(row.id, limit=limit, before=before)
            return [line_of(one, row) for one in found if row is not None]

    def state_at(self, name: str, number: int) -> dict[str, Json]:
        """Return what a form held at one of its versions.

        Raises:
            FormError: that version is no longer kept.
        """
        with self._database.read() as uow:
            row = self._require(uow, name)
            return state_of(uow, row, mark_of(uow, row, number))

    def waiting(self, name: str, aside: int) -> Merged:
        """Return what was kept aside together with what the form holds now.

        Raises:
            FormError: it is no longer kept.
        """
        with self._database.read() as uow:
            row = self._require(uow, name)
            kept = uow.form_versions.one(row.id, aside)
            if kept is None or kept.parent is None:
                raise gone()
            return three_way(state_of(uow, row, kept.parent), state_of(uow, row, aside), row.data)

    # ---- changing ---------------------------------------------------------------------------------------

    def step(self, name: str, data: Data, act: Act, *, seen: int, defaults: Data | None = None) -> Standing:
        """Make a step: from now on the form holds `data`.

        Args:
            name: The form's.
            data: What it shall hold.
            act: What the person did.
            seen: `Standing.last` of the state the person saw. If the form has moved since, the fields only they
                changed are merged into what holds now.
            defaults: What it held before its first step.

        Returns:
            Where it stands now; unchanged if it holds `data` already.

        Raises:
            FormMovedError: another window changed the same fields since; mine is kept aside.
        """

        def write(uow: "UnitOfWork") -> tuple[Standing, _Clash | None]:
            row = self._row(uow, name, data if defaults is None else defaults, act)
            clash = advance(uow, row, dict(data), seen, act)
            if clash is None and act.save:
                keep_saved(uow, row, act)
            if clash is None and row.last % _TRIM_EVERY == 0:
                trim(uow, row, self._keep)
            return standing_of(uow, row), clash

        return self._written(write, "form_step")

    def save(self, name: str, data: Data, act: Act, *, seen: int, defaults: Data | None = None) -> FormVersion:
        """Save what a form holds as a version with a description; what is saved already is not saved again.

        Raises:
            FormMovedError: another window changed the same fields since; nothing was saved, mine is kept aside.
        """
        found: list[FormVersion] = []

        def write(uow: "UnitOfWork") -> tuple[Standing, _Clash | None]:
            row = self._row(uow, name, data if defaults is None else defaults, act)
            clash = advance(uow, row, dict(data), seen, Act(act.label, window=act.window))
            if clash is None:
                if row.saved is None or row.saved_mark != row.mark:
                    add(uow, row, Act(act.label, "save", window=act.window), mark=row.mark)
                    keep_saved(uow, row, act)
                version = uow.form_versions.one(row.id, row.saved or 0)
                found[:] = [line_of(version, row)] if version is not None else []
            return standing_of(uow, row), clash

        self._written(write, "form_save")
        if not found:
            raise gone()
        return found[0]

    def settle(self, name: str, data: Data, act: Act, *, aside: int, seen: int) -> Standing:
        """Let the form hold what a person has decided about clashes; what was kept aside waits no more.

        Raises:
            FormMovedError: meanwhile the same fields were changed once more; mine is kept aside.
        """
        merging = Act(act.label, "merge", window=act.window, settles=aside)

        def write(uow: "UnitOfWork") -> tuple[Standing, _Clash | None]:
            row = self._require(uow, name)
            before = row.mark
            clash = advance(uow, row, dict(data), seen, merging)
            if clash is None:
                if row.mark == before:
                    add(uow, row, merging, mark=row.mark)
                if act.save:
                    keep_saved(uow, row, act)
            return standing_of(uow, row), clash

        return self._written(write, "form_settle")

    def undo(self, name: str, act: Act, *, seen: int) -> Standing:
        """Take the last step back; nothing happens if there is none, or if the form has moved since `seen`."""
        return self._turned(name, replace(act, kind="undo"), seen)

    def redo(self, name: str, act: Act, *, seen: int) -> Standing:
        """Make the step again that was taken back last; as `undo`."""
        return self._turned(name, replace(act, kind="redo"), seen)

    def jump(self, name: str, number: int, act: Act) -> Standing:
        """Go to the state of any version that is kept, also on another branch.

        Raises:
            FormError: that version is no longer kept.
        """

        def write(uow: "UnitOfWork") -> tuple[Standing, None]:
            row = self._require(uow, name)
            mark = mark_of(uow, row, number)
            if mark != row.mark:
                if mark not in line_up(uow.form_versions.parents(row.id), row.tip):
                    row.tip = mark
                to = Way(mark, label_of(uow, row, mark), state_of(uow, row, mark))
                move(uow, row, to, replace(act, kind="jump"))
            return standing_of(uow, row), None

        return self._written(write, "form_jump")

    def forget(self, name: str) -> None:
        """Remove a form and its history for good; the audit trail keeps what it was."""

        def write(uow: "UnitOfWork") -> None:
            row = uow.forms.by_name(self._who, name)
            if row is not None:
                uow.form_versions.drop(row.id, ())
                uow.forms.purge(row)

        self._database.run_tx(write, label="form_forget")

    # ---- inside -----------------------------------------------------------------------------------------

    @property
    def _who(self) -> str:
        return self._person or current_actor()

    def _written(self, write: _Writing, label: str) -> Standing:
        standing, clash = self._database.run_tx(write, label=label)
        if clash is not None:
            raise FormMovedError(standing, *clash)
        return standing

    def _turned(self, name: str, act: Act, seen: int) -> Standing:
        """Go one step along the line, as the act says."""

        def write(uow: "UnitOfWork") -> tuple[Standing, None]:
            row = self._require(uow, name)
            to = around(uow, row).way(row, "undo" if act.kind == "undo" else "redo")
            if to is not None and row.last == seen:
                move(uow, row, to, act)
            return standing_of(uow, row), None

        return self._written(write, f"form_{act.kind}")

    def _require(self, uow: "UnitOfWork", name: str) -> "FormRow":
        row = uow.forms.by_name(self._who, name)
        if row is None:
            raise gone()
        return row

    def _row(self, uow: "UnitOfWork", name: str, defaults: Data, act: Act) -> "FormRow":
        """Return the form's row, made with what it held before its first step."""
        from storage.database.models import FormRow

        row = uow.forms.by_name(self._who, name)
        if row is None:
            row = uow.forms.add(FormRow(person=self._who, name=name, data=dict(defaults)))
            add(uow, row, Act(kind="begin", window=act.window), mark=BEGIN)
            row.mark = row.tip = BEGIN
        return row
