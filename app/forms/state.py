"""A form as one window has it open: what it holds, what is wrong, what undo would do, whether it is saved.

The widgets ask it for values and tell it what was typed; it keeps each act as a step of its history. Not for
several threads: a window's script is one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.forms.diff import same
from app.forms.history import FormHistory, FormMovedError
from app.forms.merge import Merged, Path, Side, decided
from app.forms.spec import TYPED, Checked, FormSpec, check, check_slowly, shown, stored, taken
from app.forms.tree import Act, FormVersion, Standing
from core.errors import FormError
from core.i18n import _, ngettext, number
from core.types import Json

FormStatus = Literal["clean", "dirty", "invalid", "saving", "saved", "conflict"]


@dataclass(slots=True)
class FormState:
    """One form in one window.

    `turn` counts what changed the values but was not typed into the widgets, which then take their values anew.
    `saved_here` is the save this window made last, `late` what slow rules have found wrong, `tried` that somebody
    wanted to save.
    """

    spec: FormSpec
    name: str
    history: FormHistory
    standing: Standing
    window: str | None = None
    turn: int = 0
    saving: bool = False
    saved_here: FormVersion | None = None
    late: dict[str, str] = field(default_factory=dict)
    tried: bool = False
    _checked: tuple[FormSpec, dict[str, Json], Checked] | None = None

    @classmethod
    def opened(cls, history: FormHistory, spec: FormSpec, name: str, *, window: str | None = None) -> "FormState":
        """Open a form as it was left."""
        return cls(spec, name, history, history.standing(name, spec.defaults()), window=window)

    # ---- looking ----------------------------------------------------------------------------------------

    @property
    def data(self) -> dict[str, Json]:
        """What it holds, with the defaults of fields it does not know yet."""
        return {**self.spec.defaults(), **self.standing.data}

    @property
    def checked(self) -> Checked:
        """The values, and what the quick rules find wrong."""
        if (
            self._checked is None
            or self._checked[0] is not self.spec
            or self._checked[1] is not self.standing.data
        ):
            self._checked = (self.spec, self.standing.data, check(self.spec, self.data))
        return self._checked[2]

    @property
    def values(self) -> dict[str, Any]:
        """The values by field, of those that are right."""
        return self.checked.values

    @property
    def problems(self) -> dict[str, str]:
        """What is wrong, by field, in the order of the fields."""
        found = self.checked.problems
        return {**found, **{name: told for name, told in self.late.items() if name not in found}}

    @property
    def told_problems(self) -> dict[str, str]:
        """What is wrong and is told: before somebody tries to save, no field is blamed for being as it came."""
        if self.tried:
            return self.problems
        came = self.spec.defaults()
        return {
            name: told for name, told in self.problems.items() if not same(self.data.get(name), came.get(name))
        }

    @property
    def status(self) -> FormStatus:
        """Where the form stands, the most urgent first."""
        if self.standing.aside and self.waiting() is not None:
            return "conflict"
        if self.saving:
            return "saving"
        if self.told_problems:
            return "invalid"
        if self.dirty:
            return "dirty"
        return "saved" if self.saved_here is not None or self.standing.saved is not None else "clean"

    @property
    def dirty(self) -> bool:
        """Whether it holds something that is not saved."""
        saved = self.standing.saved_data
        return self.standing.dirty if saved is not None else not same(self.data, self.spec.defaults())

    def dirty_fields(self) -> set[str]:
        """Return the fields that are not as they were saved."""
        saved = self.standing.saved_data or self.spec.defaults()
        return {name for name, value in self.data.items() if not same(value, saved.get(name))}

    def value(self, name: str) -> Any:  # noqa: ANN401 - whatever the field is about
        """Return a field's value; None while what was typed breaks its rule."""
        return self.values.get(name)

    def held(self, name: str) -> Any:  # noqa: ANN401 - whatever the field is about
        """Return what a field holds for a widget to choose in: its value, also one that breaks its rule."""
        if name in self.values:
            return self.values[name]
        data = self.data.get(name)
        return data[TYPED] if isinstance(data, dict) and TYPED in data else data

    def shown(self, name: str) -> str:
        """Return a field as a person would type it."""
        return shown(self.spec.field(name).rule_for(self.values), self.data.get(name))

    def lines(self, *, limit: int = 50, before: int | None = None) -> list[FormVersion]:
        """Return its history, newest first."""
        return self.history.lines(self.name, limit=limit, before=before)

    def waiting(self) -> tuple[int, Merged] | None:
        """Return what another window was faster with, and waits to be merged: its version, and both together."""
        for aside in self.standing.aside:
            merged = self.history.waiting(self.name, aside)
            if merged.clashes:  # else what holds now has both
                return aside, merged
        return None

    # ---- changing ---------------------------------------------------------------------------------------

    def change(self, name: str, typed: object, *, label: str = "", seen: int | None = None) -> None:
        """Take what was typed or chosen in a field, as one step.

        What clashes with another window is kept aside; the form then waits to be merged. `seen` is the version
        that was on the screen, if that is not the one known here.
        """
        one = self.spec.field(name)
        rule = one.rule_for(self.values)
        data = {**self.data, name: taken(rule, typed)}
        if same(data[name], self.data.get(name)):
            return
        for cleared in one.clears:
            data[cleared] = stored(self.spec.field(cleared).rule_for({}), self.spec.field(cleared).default)
        self._step(data, label or one.label, cleared=bool(one.clears), seen=seen)

    def change_many(self, values: Mapping[str, object], label: str) -> None:
        """Set several fields at once, by their values, as one step."""
        data = {**self.data, **{name: stored(self._rule(name), value) for name, value in values.items()}}
        if not same(data, self.data):
            self._step(data, label, cleared=True)

    def undo(self) -> None:
        """Take the last step back."""
        if self.standing.undo is not None:
            self._moved_to(self.history.undo(self.name, self._act(""), seen=self.standing.last))

    def redo(self) -> None:
        """Make the step again that was taken back last."""
        if self.standing.redo is not None:
            self._moved_to(self.history.redo(self.name, self._act(""), seen=self.standing.last))

    def jump(self, version: int) -> None:
        """Go to what the form held at one of its versions.

        Raises:
            FormError: that version is no longer kept.
        """
        self._moved_to(self.history.jump(self.name, version, self._act("")))

    def reset(self) -> None:
        """Go back to what was saved last, as a step that can be taken back."""
        data = self.standing.saved_data or self.spec.defaults()
        if not same(data, self.data):
            self._step(dict(data), _("Reset"), cleared=True, kind="reset")

    def save(self, description: str = "") -> FormVersion | None:
        """Save what the form holds; return the version, or None if another window was faster (see `waiting`).

        Raises:
            FormError: something is wrong; `problems` says what.
        """
        self.saving = self.tried = True
        try:
            self.late = check_slowly(self.spec, self.checked)
            if self.problems:
                raise FormError(_told(len(self.problems)), hint=_("Each is told under its field."))
            label = description or _("Saved")
            act = Act(label, effect=self.spec.effect, window=self.window)
            before = self.standing
            try:
                saved = self.history.save(
                    self.name, self.data, act, seen=before.last, defaults=self.spec.defaults()
                )
            except FormMovedError as error:
                self._moved_to(error.standing)
                return None
            self.refresh()
            self.saved_here, self.tried = saved, False
            return saved
        finally:
            self.saving = False

    def settle(self, aside: int, sides: Mapping[Path, Side]) -> None:
        """Decide what waits to be merged: which side holds, by field; one that is not named stays as it is now."""
        merged = self.history.waiting(self.name, aside)
        act = self._act(_("Merge of two windows"))
        try:
            settled = self.history.settle(
                self.name, decided(merged, sides), act, aside=aside, seen=self.standing.last
            )
        except FormMovedError as error:
            settled = error.standing
        self._moved_to(settled)

    def is_behind(self) -> bool:
        """Tell whether another window has done something since."""
        return self.history.standing(self.name, {}).last != self.standing.last

    def refresh(self) -> bool:
        """Take over what other windows did; return whether they did anything."""
        now = self.history.standing(self.name, self.spec.defaults())
        moved = now.last != self.standing.last
        if moved:
            if not same(now.data, self.standing.data):
                self.turn += 1
            self.standing = now
        return moved

    # ---- inside -----------------------------------------------------------------------------------------

    def _rule(self, name: str) -> Any:  # noqa: ANN401 - a rule of any type
        return self.spec.field(name).rule_for(self.values)

    def _step(
        self,
        data: dict[str, Json],
        label: str,
        *,
        cleared: bool,
        kind: Literal["step", "reset"] = "step",
        seen: int | None = None,
    ) -> None:
        right = not check(self.spec, data).problems
        act = Act(label, kind, self.spec.autosave and right, self.spec.effect, self.window)
        try:
            at = self.standing.last if seen is None else seen
            after = self.history.step(self.name, data, act, seen=at, defaults=self.spec.defaults())
        except FormMovedError as error:
            self._moved_to(error.standing)
            return
        if cleared or not same(after.data, data):
            self.turn += 1
        self.standing = after
        self.late = {}

    def _moved_to(self, standing: Standing) -> None:
        self.standing = standing
        self.turn += 1
        self.late = {}

    def _act(self, label: str) -> Act:
        return Act(label, save=self.spec.autosave, effect=self.spec.effect, window=self.window)


def _told(count: int) -> str:
    return ngettext(
        "{count} field must be set right first.", "{count} fields must be set right first.", count
    ).format(count=number(count))


def problem_as_typed(form: FormState, name: str, text: str) -> str | None:
    """Return what would be wrong with a field if this were typed, slow rules included. Any thread may ask."""
    spec, values = form.spec, form.values
    data = {**form.data, name: taken(spec.field(name).rule_for(values), text)}
    checked = check(spec, data)
    if name in checked.problems:
        return checked.problems[name]
    slow = spec.later.get(name)
    return slow(checked.values[name], checked.values) if slow is not None and name in checked.values else None
