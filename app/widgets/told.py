"""What a form's fields held and what a step changed, in words: for the list of steps and the merge view."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from app.forms.merge import NOTHING
from app.forms.spec import shown
from app.forms.state import FormState
from app.widgets.choices import yes_or_no
from core.i18n import _

MOST_CHARS: Final = 40
"""So much of a value tells which one it is."""
MOST_CHANGES: Final = 8
"""So many of them tell what a step was."""


def told_value(form: FormState, at: Sequence[str], value: object) -> str:
    """Return what a place of a form holds, or held, as a person would type it; `at` are the keys to the place."""
    if value is NOTHING or value is None or value in ("", [], {}):
        return _("nothing")
    if isinstance(value, bool):
        return yes_or_no(value)
    if len(at) == 1 and any(one.name == at[0] for one in form.spec.fields):
        return shown(form.spec.field(at[0]).rule_for(form.values), value)  # type: ignore[arg-type]  # JSON
    return str(value)


def told_changes(form: FormState, changes: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return what a step changed, a line for each place: `region → units`, each named if there are several."""
    lines = []
    for change in changes[:MOST_CHANGES]:
        at = [str(key) for key in change["at"]]
        was, now = (_cut(told_value(form, at, change.get(side, NOTHING))) for side in ("was", "now"))
        rest = "…" if "from" in change else ""
        place = " · ".join((form.spec.label(at[0]), *at[1:]))
        named = f"{place}: " if len(changes) > 1 or len(at) > 1 else ""
        lines.append(f"{named}{rest}{was}{rest} → {rest}{now}{rest}")
    return lines + ["…"] * (len(changes) > MOST_CHANGES)


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= MOST_CHARS else f"{line[:MOST_CHARS]}…"
