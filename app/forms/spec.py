"""What a form asks: its fields with their rules, what depends on what, and rules over several fields.

Described anew each time it is drawn, in the person's language; the rules themselves are made once. What a person
has typed that breaks a rule is kept as typed, so that nothing is lost before it is set right. Pure.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from app.forms.tree import Effect
from core.errors import RuleError
from core.rules import Rule
from core.types import Json

Values = Mapping[str, Any]
"""The values of the fields by name; a field that breaks its rule, or is not asked, has none."""

TYPED: Final = "~typed"
"""Marks what was typed and breaks its rule: {"~typed": "77.5e"}."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field.

    Args:
        name: Its name in the data.
        label: What it is called, translated; also the name of the step that changes it.
        rule: What its value must be, or a function of the other values where that depends on them.
        default: Its value before anybody has chosen one.
        clears: Fields that go back to their defaults when this one changes.
        when: Whether it is asked at all, given the other values; its value stays, but is not checked.
    """

    name: str
    label: str
    rule: Rule[Any] | Callable[[Values], Rule[Any]]
    default: Any = None
    clears: tuple[str, ...] = ()
    when: Callable[[Values], bool] | None = None

    def rule_for(self, values: Values) -> Rule[Any]:
        """Return the rule that holds beside these values."""
        return self.rule if isinstance(self.rule, Rule) else self.rule(values)


@dataclass(frozen=True, slots=True)
class FormSpec:
    """A form.

    Args:
        fields: In the order in which they are asked, those others depend on first.
        checks: Rules over several fields: get the values there are, return a sentence by field.
        later: Rules that must look something up, by field: get its value and the others, return a sentence or
            None. They run in a thread while a person goes on typing, and before a save.
        autosave: Whether each step whose values are right is saved at once.
        effect: What else a save writes, in the same transaction.
    """

    fields: tuple[Field, ...]
    checks: Sequence[Callable[[Values], Mapping[str, str]]] = ()
    later: Mapping[str, Callable[[Any, Values], str | None]] = field(default_factory=dict)
    autosave: bool = False
    effect: Effect | None = None

    def field(self, name: str) -> Field:
        """Return a field by its name."""
        return next(one for one in self.fields if one.name == name)

    def label(self, name: str) -> str:
        """Return what a field is called; a field of an older version has only its name."""
        return next((one.label for one in self.fields if one.name == name), name)

    def defaults(self) -> dict[str, Json]:
        """Return the data of a form nobody has used yet."""
        return {one.name: stored(one.rule_for({}), one.default) for one in self.fields}


@dataclass(frozen=True, slots=True)
class Checked:
    """The values of a form by field, and what is wrong, by field, in the order of the fields."""

    values: dict[str, Any]
    problems: dict[str, str]


def check(spec: FormSpec, data: Mapping[str, Json]) -> Checked:
    """Return what the data mean and what is wrong with them; rules that look something up are left out."""
    values: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for one in spec.fields:
        if one.when is not None and not one.when(values):
            continue
        rule = one.rule_for(values)
        try:
            values[one.name] = read(rule, data.get(one.name))
        except RuleError as error:
            problems[one.name] = error.message
    for rule_of_all in spec.checks:
        for name, told in rule_of_all(values).items():
            problems.setdefault(name, told)
    order = [one.name for one in spec.fields]
    return Checked(values, {name: problems[name] for name in sorted(problems, key=order.index)})


def check_slowly(spec: FormSpec, checked: Checked) -> dict[str, str]:
    """Return what the rules that look something up find wrong, by field."""
    found = {}
    for name, rule in spec.later.items():
        if name in checked.values and name not in checked.problems:
            told = rule(checked.values[name], checked.values)
            if told:
                found[name] = told
    return found


def read(rule: Rule[Any], kept: Json) -> Any:  # noqa: ANN401 - whatever the rule is about
    """Return the value of a field's data.

    Raises:
        RuleError: it breaks the rule.
    """
    if isinstance(kept, dict) and TYPED in kept:
        return rule.value(kept[TYPED])
    return rule.loaded(kept)


def taken(rule: Rule[Any], typed: object) -> Json:
    """Return the data of what was typed or chosen: its value, or what was typed if that breaks the rule."""
    try:
        return rule.stored(rule.value(typed))
    except RuleError:
        return {TYPED: as_typed(typed)}


def stored(rule: Rule[Any], value: object) -> Json:
    """Return the data of a value."""
    return None if value is None else rule.stored(value)


def shown(rule: Rule[Any], kept: Json) -> str:
    """Return a field's data as a person would type them."""
    if isinstance(kept, dict) and TYPED in kept:
        return str(kept[TYPED] or "")
    try:
        return rule.shown(rule.loaded(kept))
    except RuleError:
        return "" if kept is None else str(kept)


def as_typed(typed: object) -> Json:
    """Return something that broke a rule as JSON: texts, numbers and lists of them as they are."""
    if typed is None or isinstance(typed, str | bool | int | float):
        return typed
    if isinstance(typed, list | tuple):
        return [as_typed(one) for one in typed]
    return str(typed)
