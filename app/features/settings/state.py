"""The settings as a form: each change is a step that can be taken back, also after a restart.

The form holds what the person's file says of each setting; the file stays the truth. What was changed in it by
hand becomes a step too, when the page sees it.
"""

from typing import TYPE_CHECKING, Any

from app.features.settings import actions, texts
from app.forms.spec import Field, FormSpec, stored
from app.forms.state import FormState
from app.widgets.form import open_form
from core.i18n import _
from core.rules import setting_rule

if TYPE_CHECKING:
    from app.context import AppContext
    from app.features.settings.actions import Setting

VIEW = "settings"


def plain_name(key: str) -> str:
    """Return the name of a setting's field."""
    return key.replace(".", "_")


def settings_form(ctx: "AppContext", *, drawing: bool = True) -> FormState:
    """Return the form of the settings, when it is drawn in step with the file."""
    settings = actions.all_settings(ctx)
    form = open_form(ctx, VIEW, _spec(settings), VIEW, drawing=drawing)
    if not drawing:
        return form
    said = {one.name: stored(one.rule_for({}), one.default) for one in form.spec.fields}
    locked = {plain_name(one.key) for one in settings if one.above is not None}
    elsewhere: dict[str, Any] = {
        one.name: one.default
        for one in form.spec.fields
        if one.name not in locked and said[one.name] != form.data.get(one.name)
    }
    if elsewhere:
        form.change_many(elsewhere, texts.changed_in_file())
    return form


def _spec(settings: "list[Setting]") -> FormSpec:
    names = {field.key: field.name for fields in texts.FIELDS.values() for field in fields}
    return FormSpec(
        tuple(
            Field(
                plain_name(one.key), _(names[one.key]) if one.key in names else one.key,
                setting_rule(one.key, required=False), default=one.value if one.source == "file" else None,
            )
            for one in settings
        ),
        autosave=True,
    )  # fmt: skip
