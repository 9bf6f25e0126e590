"""What the status bar says that is common to all windows, and the badges of the navigation.

Made when a window is drawn, and once for all windows whenever something was committed (see `app.events`). No
Streamlit.
"""

from collections.abc import Collection
from typing import TYPE_CHECKING, Any, Final

from app import work
from core.i18n import _, ngettext, number, percent, retold, when
from core.types import Compute

if TYPE_CHECKING:
    from app.context import AppContext

JOBS_LOOKED_AT: Final = 99
"""Most jobs that are counted; nobody reads a larger number."""

Item = dict[str, Any]


def status_items(ctx: "AppContext", pages: Collection[str]) -> list[Item]:
    """Return the parts of the line, left to right; what leads to a page that is not there leads nowhere."""
    items = [_saved(ctx), _working(ctx), *_failed(ctx), _compute(ctx), _mode(ctx), _connections(ctx)]
    for item in items:
        if item.get("page") not in pages:
            item.pop("page", None)
    return items


def _saved(ctx: "AppContext") -> Item:
    with ctx.storage.database.read() as uow:
        newest = uow.audit.list(limit=1)
    text = _("Saved {time}").format(time=when(newest[0].at)) if newest else _("Nothing to save yet")
    hint = _("Everything is saved as soon as it is done.")
    return {"id": "saved", "text": text, "icon": "check", "hint": hint, "page": "history"}


def _working(ctx: "AppContext") -> Item:
    active = work.list_jobs(ctx, states=work.UNFINISHED, limit=JOBS_LOOKED_AT)
    if not active:
        return {"id": "jobs", "text": _("No jobs"), "page": "jobs"}
    running = next((job for job in active if job.state == "running"), active[0])
    jobs = ngettext("{count} job", "{count} jobs", len(active)).format(count=number(len(active)))
    return {
        "id": "jobs", "text": f"{jobs} · {running.label} {percent(running.fraction)}",
        "fraction": running.fraction, "hint": retold(running.step) or running.label, "page": "jobs",
    }  # fmt: skip


def _failed(ctx: "AppContext") -> list[Item]:
    count = len(work.list_jobs(ctx, states=work.WANTS_ATTENTION, limit=JOBS_LOOKED_AT))
    if count == 0:
        return []
    text = ngettext("{count} job failed", "{count} jobs failed", count).format(count=number(count))
    return [{"id": "failed", "text": text, "icon": "error", "tone": "warn", "page": "jobs"}]


def _compute(ctx: "AppContext") -> Item:
    accurate = ctx.config.compute is Compute.ACCURATE
    text = _("Accurate") if accurate else _("Fast")
    hint = _("Profiles count every row.") if accurate else _("Profiles are from a sample, with a stated bound.")
    return {"id": "compute", "text": text, "hint": hint, "page": "settings", "end": True}


def _mode(ctx: "AppContext") -> Item:
    if ctx.config.mode == "offline":
        return {
            "id": "mode", "text": _("Offline"), "icon": "cloud_off", "page": "settings", "end": True,
            "hint": _("Bestand opens no connection."),
        }  # fmt: skip
    return {"id": "mode", "text": _("Online"), "icon": "cloud", "page": "settings", "end": True}


def _connections(ctx: "AppContext") -> Item:
    with ctx.storage.database.read() as uow:
        count = uow.connections.opened()
    text = ngettext("{count} connection ever", "{count} connections ever", count).format(count=number(count))
    hint = _("Connections Bestand has ever opened from this profile; Settings has the list.")
    return {
        "id": "connections", "text": text, "hint": hint, "page": "settings", "params": {"section": "privacy"},
        "end": True,
    }  # fmt: skip
