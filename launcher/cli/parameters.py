"""Values for the `$name`s of a question, as typed on a command line. Imports no engine."""

from collections.abc import Iterable

from core.errors import UsageError
from core.i18n import _
from core.typed_values import TypedValue, typed_value


def parse_parameters(given: Iterable[str]) -> dict[str, TypedValue]:
    """Return name and value of each `name=value`, each value as it is meant.

    Raises:
        UsageError: as `split_parameters`.
    """
    return {name: typed_value(text) for name, text in split_parameters(given).items()}


def split_parameters(given: Iterable[str]) -> dict[str, str]:
    """Return name and value of each `name=value`, as they were typed.

    Raises:
        UsageError: one has no `=` or no name, or a name comes twice.
    """
    values: dict[str, str] = {}
    for text in given:
        name, sign, value = text.partition("=")
        name = name.strip().removeprefix("$")
        if not sign or not name:
            raise UsageError(_("'{text}' is no parameter.").format(text=text), hint=_("Write --param name=value."))
        if name in values:
            raise UsageError(
                _("The parameter '{name}' is given twice.").format(name=name), hint=_("Give each name one value.")
            )
        values[name] = value
    return values
