"""What one can do with the settings: see each with its origin, change one.

Called by the settings page. Nothing here knows Streamlit.
"""

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final, Literal

from core.config import AppConfig, flat_settings
from core.i18n import N_
from core.settings import AFTER_RESTART

if TYPE_CHECKING:
    from app.context import AppContext
    from storage.snapshots import Snapshot

LEDGER_LIMIT: Final = 200
"""Connections shown at once."""
BY_HAND: Final = N_("asked for on the settings page")

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
    defaults = _defaults()
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


@cache
def _defaults() -> dict[str, object]:
    """Return what each setting is by itself; nothing changes that."""
    return dict(flat_settings(AppConfig()))


def change(ctx: "AppContext", key: str, value: object | None) -> None:
    """Write a setting to the person's file and let it hold; None takes it out of the file.

    Raises:
        ConfigError: it cannot have this value, or something above the file decides it.
        ProfileError: the file cannot be written.
    """
    ctx.settings.change(key, value)


@dataclass(frozen=True, slots=True)
class Asked:
    """One outbound connection that was asked for; `at` is ISO 8601 UTC."""

    at: str
    where: str
    purpose: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class NetworkLedger:
    """Every connection there ever was: how many were asked for, how many opened, and the newest ones."""

    asked: int
    opened: int
    newest: tuple[Asked, ...]


def network_ledger(ctx: "AppContext", *, limit: int = LEDGER_LIMIT) -> NetworkLedger:
    """Return the network ledger of the profile."""
    with ctx.storage.database.read() as uow:
        rows = uow.connections.newest(limit=limit)
        newest = tuple(Asked(row.created_at, f"{row.host}:{row.port}", row.purpose, row.allowed) for row in rows)
        return NetworkLedger(uow.connections.count(), uow.connections.opened(), newest)


def backups(ctx: "AppContext") -> "tuple[Snapshot, ...]":
    """Return the copies of the state database, newest first; each was checked when it was made."""
    from storage.snapshots import list_snapshots

    return list_snapshots(ctx.paths)


def make_backup(ctx: "AppContext") -> "Snapshot":
    """Copy the state database as it is now, and check the copy.

    Raises:
        ProfileError: it cannot be written, or the database is damaged; no copy is kept then.
    """
    from storage.snapshots import snapshot_db

    return snapshot_db(ctx.paths, reason=BY_HAND)


def _source(ctx: "AppContext", key: str) -> Source:
    if ctx.settings.locked_by(key) is not None:
        return "above"
    origin = ctx.report.origins[key]
    if origin == "default":
        return "default"
    return "file" if origin == str(ctx.paths.config_file) else "environment_file"
