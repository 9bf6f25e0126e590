"""What a person chooses about how an open file is read, as a form: each act is a step that can be taken back.

The form holds the part of the file, whether saved readings are left aside, which reading is on the screen, the
whole of the person's own reading, and the dataset's name. Its defaults say nothing: then the judge decides, and
that is where Reset leads. What the form says outlives window and engine; what follows from it is found again.
"""

import typing
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from app.features.datasets import actions, texts
from app.features.datasets.remembered import remember
from app.features.datasets.rules import signs_differ
from app.features.datasets.state import OpenFile
from app.forms.spec import Field, FormSpec, Values
from app.forms.state import FormState
from app.widgets.form import open_form
from core.errors import BestandError, UsageError
from core.i18n import _
from core.rules import DATASET_NAME, Rule
from core.types import Reading

if TYPE_CHECKING:
    from app.context import AppContext

VIEW: Final = "import"
NAME: Final = "name"
REPLACE: Final = "replace"
"""The field with the name of the dataset whose next version the file becomes, if somebody said so."""
FORMS: Final = "import:"
"""How the names of these forms begin; the clean-up of long-forgotten ones knows it too."""
_LABELS: Final[dict[str, str]] = {
    "encoding": texts.ENCODING, "delimiter": texts.DELIMITER, "quote": texts.QUOTE, "escape": texts.ESCAPE,
    "header_rows": texts.HEADER_ROWS, "first_line": texts.FIRST_LINE, "comment": texts.COMMENT,
    "widths": texts.WIDTHS, "decimal": texts.DECIMAL, "thousands": texts.THOUSANDS, "date_order": texts.DATES,
    "null_words": texts.NULLS, "column_types": texts.TYPES, **texts.PART_OF,
}  # fmt: skip


def import_form(ctx: "AppContext", file: OpenFile, *, drawing: bool = True) -> FormState:
    """Return the form of an open file."""
    return open_form(ctx, VIEW, import_spec(), f"{FORMS}{file.id}", drawing=drawing)


def import_spec() -> FormSpec:
    """Return what an import asks."""
    asked = (
        Field(NAME, _(texts.NAME), _rules()[NAME]),
        Field(REPLACE, _(texts.AS_NEXT_STEP), _rules()[REPLACE]),
        Field("part", _(texts.PART), _rules()["part"]),
        Field("fresh", _(texts.FRESH), _rules()["fresh"], default=False),
        Field("look", _(texts.READINGS), _rules()["look"]),
    )
    own = (Field(one.name, _label(one.name), _rules()[one.name]) for one in fields(Reading))
    return FormSpec((*asked, *own), checks=(signs_differ,), autosave=True)


def _label(name: str) -> str:
    """Return what a field of a reading is called; what nobody is asked has only its name."""
    return _(_LABELS[name]) if name in _LABELS else name


@cache
def _rules() -> dict[str, Rule[Any]]:
    """Return the rule of each field; of a reading's, its type."""
    kinds = typing.get_type_hints(Reading)
    return {
        NAME: Rule(DATASET_NAME.kind, *DATASET_NAME.checks, required=False),
        REPLACE: Rule(str, required=False),
        "part": Rule(dict[str, str], required=False),
        "fresh": Rule(bool),
        "look": Rule(str, required=False),
        **{one.name: Rule(kinds[one.name], required=False) for one in fields(Reading)},
    }


# ---- acts -------------------------------------------------------------------------------------------------


def choose_reading(ctx: "AppContext", file: OpenFile, reading: Reading, label: str) -> None:
    """Make a step: the file is read as a person says. What cannot be done changes nothing.

    Raises:
        UsageError: the reading contradicts itself.
        BestandError: the file cannot be read so.
    """
    values = reading_values(reading)
    problem = next(iter(signs_differ(values).values()), None)
    if problem is not None:
        raise UsageError(problem)
    file.trials.keep(reading, actions.try_reading(ctx, file.path, reading))
    file.closer = True
    make_step(ctx, file, {**values, "look": None}, label)


def make_step(ctx: "AppContext", file: OpenFile, values: Mapping[str, object], label: str) -> None:
    """Make a step: several fields at once. `label` is in English."""
    form = import_form(ctx, file, drawing=False)
    form.change_many(values, label)
    if not file.steps:
        file.steps = True
        remember()


def reset(ctx: "AppContext", file: OpenFile) -> None:
    """Go back to what the judge says, as a step; what it is called, and whether as a next version, stays."""
    came = {"part": None, "fresh": False, **NO_READING}
    make_step(ctx, file, came, texts.RESET)


def is_as_judged(form: FormState) -> bool:
    """Tell whether nobody has chosen anything about how the file is read."""
    came = form.spec.defaults()
    return all(form.data.get(name) == value for name, value in came.items() if name not in (NAME, REPLACE))


# ---- what follows from them -------------------------------------------------------------------------------


def follow(ctx: "AppContext", file: OpenFile, form: FormState) -> None:
    """Let a file be read as its form says; what it must be judged anew for is forgotten."""
    from analysis.readings.model import Choice

    values = form.values
    part = Choice.from_args(values.get("part")) if values.get("part") else None
    fresh = bool(values.get("fresh"))
    file.steps = file.steps or form.standing.last > 0
    if (part, fresh) != (file.choice, file.fresh):
        file.choice, file.fresh = part, fresh
        file.forget()
    if file.judgement is not None:
        own = own_reading(values)
        if own != file.own:
            _try(ctx, file, own)
        file.show(file.place_of(values.get("look")))


def _try(ctx: "AppContext", file: OpenFile, own: Reading | None) -> None:
    """Show what a person's reading makes of the file; if it makes nothing of it, say why."""
    file.misfit = None
    candidate = file.trials.get(own) if own is not None else None
    if own is not None and candidate is None:
        try:
            candidate = actions.try_reading(ctx, file.path, own)
        except BestandError as error:
            file.misfit = (str(error), error.hint)
        else:
            file.trials.keep(own, candidate)
    file.try_out(own, candidate)


def own_reading(values: Values) -> Reading | None:
    """Return a person's own reading, if there is one."""
    told = {one.name: values.get(one.name) for one in fields(Reading)}
    if told["format"] is None:
        return None
    return Reading(**{name: value for name, value in told.items() if value is not None})


NO_READING: Final[dict[str, None]] = {**dict.fromkeys(one.name for one in fields(Reading)), "look": None}
"""The fields of a form in which nobody has chosen a reading."""


def reading_values(reading: Reading) -> dict[str, Any]:
    """Return the fields of a form that hold a reading."""
    return {one.name: getattr(reading, one.name) for one in fields(Reading)}
