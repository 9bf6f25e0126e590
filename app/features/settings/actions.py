"""What one can do with the settings: see each with its origin, change one.

Called by the settings page. Nothing here knows Streamlit.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from core.config import AppConfig, flat_settings
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


def change(ctx: "AppContext", key: str, value: object | None) -> None:
    """Write a setting to the person's file and let it hold; None takes it out of the file.

    Raises:
        ConfigError: it cannot have this value, or something above the file decides it.
        ProfileError: the file cannot be written.
    """
    ctx.settings.change(key, value)


def _source(ctx: "AppContext", key: str) -> Source:
    if ctx.settings.locked_by(key) is not None:
        return "above"
    origin = ctx.report.origins[key]
    if origin == "default":
        return "default"
    return "file" if origin == str(ctx.paths.config_file) else "environment_file"
