"""What one can do with the settings: see each with its origin, change one, take the change back.

Called by the settings page. Nothing here knows Streamlit.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.config import AppConfig, flat_settings
from core.errors import ConfigError
from core.i18n import _
from core.settings import AFTER_RESTART

if TYPE_CHECKING:
    from app.context import AppContext

Source = Literal["default", "file", "environment_file", "above"]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `source` says where its value comes from; `above` names what goes before the person's file."""

    key: str
    value: object
    default: object
    source: Source
    origin: str
    above: str | None
    after_restart: bool


@dataclass(frozen=True, slots=True)
class Change:
    """A change that was made. `before` is what the file said, None for nothing: with it the change is undone."""

    key: str
    before: object | None
    after: object | None


def all_settings(ctx: "AppContext") -> list[Setting]:
    """Return every setting, in the order in which they are declared."""
    defaults = dict(flat_settings(AppConfig()))
    origins = ctx.report.origins
    return [
        Setting(
            key=key,
            value=value,
            default=defaults[key],
            source=_source(ctx, key),
            origin=origins[key],
            above=ctx.settings.locked_by(key),
            after_restart=key in AFTER_RESTART,
        )
        for key, value in flat_settings(ctx.config)
    ]


def change(ctx: "AppContext", key: str, value: object | None) -> Change:
    """Write a setting to the person's file and let it hold; None takes it out of the file.

    Raises:
        ConfigError: it cannot have this value, or something above the file decides it.
        ProfileError: the file cannot be written.
    """
    return Change(key, ctx.settings.change(key, value), value)


def take_back(ctx: "AppContext", made: Change) -> None:
    """Write what the file said before a change.

    Raises:
        ConfigError: as `change`.
    """
    ctx.settings.change(made.key, made.before)


def parsed(text: str, like: object) -> object:
    """Return a typed value of the same kind as another one.

    Raises:
        ConfigError: the text is no such value.
    """
    typed = text.strip()
    if isinstance(like, bool):
        words = {"true": True, "false": False}
        if typed.lower() in words:
            return words[typed.lower()]
        raise ConfigError(_("'{text}' is neither true nor false.").format(text=typed))
    if isinstance(like, int | float):
        try:
            return int(typed) if isinstance(like, int) else float(typed.replace(",", "."))
        except ValueError as error:
            raise ConfigError(
                _("'{text}' is no number that fits here.").format(text=typed),
                hint=_("Type digits only, such as {example}.").format(example=like),
            ) from error
    return typed


def _source(ctx: "AppContext", key: str) -> Source:
    if ctx.settings.locked_by(key) is not None:
        return "above"
    origin = ctx.report.origins[key]
    if origin == "default":
        return "default"
    return "file" if origin == str(ctx.paths.config_file) else "environment_file"
