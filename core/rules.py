"""What a value must be, said once: a type with its limits, and rules of one's own.

One `Rule` serves the widget a person types into, the form that saves it, the command line and an import, so that
all of them accept the same values and refuse the others in the same words. The type and its limits are pydantic's
(`Annotated[int, Field(ge=0)]`, a field of the settings); what a person types is read by the current locale first.
No I/O: rules that must look something up are given to the form (`FormSpec.later`).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from types import NoneType
from typing import Annotated, Any, Final, Generic, Literal, TypeVar, cast, get_args, get_origin

from pydantic import StringConstraints, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from core.config import AppConfig
from core.errors import RuleError
from core.i18n import _, date, ngettext, number, typed_date, typed_number
from core.types import Json

T = TypeVar("T")

Check = Callable[[Any], str | None]
"""A rule of one's own: gets the value, returns what is wrong with it as one translated sentence, or None."""

NAME_LIMIT: Final = 120
"""Longest name of a dataset, in signs."""
TEXT_LIMIT: Final = 1_048_576
"""Longest text a field takes, in bytes of UTF-8; the limit of a journal entry."""


class Rule(Generic[T]):
    """What a value must be; immutable, safe to share between threads.

    Args:
        kind: A type, with pydantic's limits if any: `Annotated[int, Field(ge=1, le=99)]`, `Literal["a", "b"]`.
        checks: Rules of one's own, asked in this order once type and limits are right.
        required: Whether nothing (an empty text, no choice) is refused; else it is None.
    """

    def __init__(self, kind: Any, *checks: Check, required: bool = True) -> None:  # noqa: ANN401 - any type
        self.kind = kind
        self.checks = checks
        self.required = required

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self.kind)

    @cached_property
    def plain(self) -> Any:  # noqa: ANN401 - a type
        """The type without its limits: int, Decimal, date, Literal, list …"""
        kind = self.kind
        while True:
            origin = get_origin(kind)
            if origin is Annotated:
                kind = get_args(kind)[0]
            elif NoneType in get_args(kind):
                kind = next(one for one in get_args(kind) if one is not NoneType)
            else:
                return origin or kind

    @cached_property
    def choices(self) -> tuple[Any, ...]:
        """The values of a `Literal`; empty for other types."""
        kind = self.kind
        while get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        return get_args(kind) if get_origin(kind) is Literal else ()

    # ---- from a person ----------------------------------------------------------------------------------

    def value(self, typed: object) -> T | None:
        """Return the value that was typed or chosen; None where nothing was and nothing may be.

        Raises:
            RuleError: it breaks the rule; its message says how.
        """
        given = self._read(typed)
        if given is None or (isinstance(given, str | list | tuple) and not given):
            if self.required:
                raise RuleError(_("A value is missing."))
            return None
        try:
            found = self._adapter.validate_python(given)
        except ValidationError as error:
            raise RuleError(_told(error.errors(include_url=False)[0], self.choices)) from error
        self._check(found)
        return found

    def problem(self, typed: object) -> str | None:
        """Return what is wrong with what was typed, as one sentence, or None."""
        try:
            self.value(typed)
        except RuleError as error:
            return error.message
        return None

    def _read(self, typed: object) -> object:
        """Return what a text means in the current locale; other things as they are."""
        if not isinstance(typed, str):
            return typed
        if len(typed) > TEXT_LIMIT or len(typed.encode("utf-8", "replace")) > TEXT_LIMIT:
            raise RuleError(_("This text is too long to be kept."))
        if "\0" in typed or any("\ud800" <= sign <= "\udfff" for sign in typed):
            raise RuleError(_("This text has signs that cannot be kept."))
        if self.plain is str or self.choices:
            return typed
        if not typed.strip():
            return None
        if self.plain in (int, float, Decimal):
            return self._read_number(typed)
        if self.plain is dt.date:
            try:
                return typed_date(typed)
            except ValueError as error:
                example = date(dt.date(2026, 1, 31))
                raise RuleError(_("'{text}' is no day; type one such as {example}.").format(
                    text=typed, example=example
                )) from error  # fmt: skip
        return typed

    def _read_number(self, typed: str) -> int | float | Decimal:
        try:
            given = typed_number(typed)
        except ValueError as error:
            raise RuleError(_("'{text}' is no number.").format(text=typed)) from error
        if self.plain is not int:
            return given if self.plain is Decimal else float(given)
        if given != given.to_integral_value():
            raise RuleError(_("This must be a whole number."))
        return int(given)

    def _check(self, found: T) -> None:
        told = next(filter(None, (check(found) for check in self.checks)), None)
        if told is not None:
            raise RuleError(told)

    # ---- to a person and to the store -------------------------------------------------------------------

    def shown(self, value: T | None) -> str:
        """Return a value as a person would type it."""
        if value is None:
            return ""
        if isinstance(value, bool) or self.choices:
            return str(value)
        if isinstance(value, int | float | Decimal):
            return str(number(value))
        if isinstance(value, dt.date):
            return str(date(value))
        return str(value)

    def stored(self, value: T | None) -> Json:
        """Return a value's JSON form: numbers JSON would bend and days as text."""
        return None if value is None else cast("Json", self._adapter.dump_python(value, mode="json"))

    def loaded(self, stored: Json) -> T | None:
        """Return the value of a JSON form, which no locale can change.

        Raises:
            RuleError: the rule has become stricter since it was stored.
        """
        if stored is None:
            if self.required:
                raise RuleError(_("A value is missing."))
            return None
        try:
            found = self._adapter.validate_python(stored)
        except ValidationError as error:
            raise RuleError(_told(error.errors(include_url=False)[0], self.choices)) from error
        self._check(found)
        return found


def _one_line(name: str) -> str | None:
    """Refuse what no list could show."""
    if all(sign.isprintable() for sign in name):
        return None
    return _("A name has no line breaks and no invisible signs.")


DATASET_NAME: Final[Rule[str]] = Rule(
    Annotated[str, StringConstraints(strip_whitespace=True, max_length=NAME_LIMIT)], _one_line
)
"""What a dataset can be called; any script."""


def setting_rule(key: str, *, required: bool = True) -> Rule[Any]:
    """Return the rule of a setting by its dotted name: the type and limits the settings files are read by."""
    model: Any = AppConfig
    *sections, name = key.split(".")
    for section in sections:
        model = model.model_fields[section].annotation
    field = model.model_fields[name]
    return Rule(Annotated[field.annotation, field], required=required)


def _told(error: ErrorDetails, choices: Sequence[object]) -> str:
    """Return one of pydantic's errors as a sentence of ours."""
    facts = error.get("ctx", {})
    kind = error["type"]
    limits = {
        "greater_than_equal": ("ge", _("This must be at least {limit}.")),
        "less_than_equal": ("le", _("This must be at most {limit}.")),
        "greater_than": ("gt", _("This must be more than {limit}.")),
        "less_than": ("lt", _("This must be less than {limit}.")),
    }
    if kind in limits:
        fact, sentence = limits[kind]
        limit = facts[fact]
        return sentence.format(limit=date(limit) if isinstance(limit, dt.date) else number(limit))
    if kind in ("string_too_short", "too_short"):
        return _shortest(int(facts["min_length"]))
    if kind in ("string_too_long", "too_long"):
        return _longest(int(facts["max_length"]))
    if kind in ("literal_error", "enum"):
        return _("Choose one of {choices}.").format(choices=", ".join(map(str, choices)))
    if kind == "string_pattern_mismatch":
        return _("This does not have the form it must have.")
    if kind.startswith(("int_", "float_", "decimal_", "finite_")):
        return _("This is no number that fits here.")
    if kind.startswith("date_"):
        return _("This is no day that fits here.")
    return _("This value cannot be used here.")


def _shortest(count: int) -> str:
    return ngettext("This needs at least {count} sign.", "This needs at least {count} signs.", count).format(
        count=number(count)
    )


def _longest(count: int) -> str:
    return ngettext("This may have at most {count} sign.", "This may have at most {count} signs.", count).format(
        count=number(count)
    )
