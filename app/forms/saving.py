"""Saving a form without a window: what pages, commands and imports call when they have all the values at once."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from app.forms.history import FormHistory
from app.forms.spec import FormSpec, check, check_slowly
from app.forms.tree import Act, FormVersion
from core.errors import FormError
from core.i18n import _
from core.types import Json

if TYPE_CHECKING:
    from app.context import AppContext


def save_form(
    ctx: "AppContext",
    form_id: str,
    data: Mapping[str, Json],
    *,
    spec: FormSpec | None = None,
    description: str = "",
    seen: int | None = None,
) -> FormVersion:
    """Save a form: validate, then in one transaction a new version, what goes with it, and the audit trail.

    Saving what is saved already writes nothing and returns the version that has it.

    Args:
        ctx: The open profile.
        form_id: The form's name.
        data: What it shall hold; fields that are left out keep what they have.
        spec: What it asks; without one nothing is checked, and nothing else is written.
        description: What this version is, in a few words.
        seen: The version the change is based on, to notice what another window did since; the newest if not given.

    Raises:
        FormError: a value breaks its rule; the message names the first field.
        FormMovedError: the same fields were changed since `seen`; what was to be saved is kept aside.
    """
    history = FormHistory(ctx.storage.database)
    defaults = spec.defaults() if spec is not None else dict(data)
    before = history.standing(form_id, defaults)
    wanted = {**defaults, **before.data, **data}
    if spec is not None:
        checked = check(spec, wanted)
        problems = checked.problems or check_slowly(spec, checked)
        if problems:
            name, told = next(iter(problems.items()))
            raise FormError(_("{field}: {problem}").format(field=spec.label(name), problem=told), field=name)
    act = Act(description or _("Saved"), effect=spec.effect if spec is not None else None)
    return history.save(form_id, wanted, act, seen=before.last if seen is None else seen, defaults=defaults)
