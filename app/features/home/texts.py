"""What the Home page says; each function is asked when it is drawn, in the person's language."""

from datetime import UTC, datetime
from typing import Final

from core.i18n import _, ngettext, number

_MINUTE_S: Final = 60
_HOUR_S: Final = 3_600
_DAY_S: Final = 86_400


def title() -> str:
    """Return the page's name."""
    return _("Home")


def greeting() -> str:
    """Return what stands here on the first start."""
    return _("Drop a file anywhere, or try the sample.")


def sample() -> str:
    """Return what the button says that opens the sample."""
    return _("Try the sample")


def choose_file() -> str:
    """Return what the button says that leads to the Import page."""
    return _("Import a file")


def recovered() -> str:
    """Return what is said after the engine did not end in order."""
    return _(
        "Bestand did not end in order the last time. Everything that was saved is there, what was half-typed is "
        "in its place again, and unfinished jobs have been taken up."
    )


def show() -> str:
    """Return what leads to the place where a person was."""
    return _("Show where I was")


def dismiss() -> str:
    """Return what takes the notice away."""
    return _("Dismiss")


def going_on() -> str:
    """Return the heading of the last place."""
    return _("Continue")


def datasets() -> str:
    """Return the heading of the datasets used last."""
    return _("Recent datasets")


def questions() -> str:
    """Return the heading of the questions asked last."""
    return _("Recent questions")


def jobs() -> str:
    """Return the heading of the jobs that run or want attention."""
    return _("Running and failed jobs")


def rows(count: int) -> str:
    """Return a number of rows."""
    return ngettext("{count} row", "{count} rows", count).format(count=number(count))


def outdated() -> str:
    """Return what an answer is whose data has changed."""
    return _("out of date")


def failed() -> str:
    """Return what a job is that ended badly."""
    return _("failed")


def waiting() -> str:
    """Return what a job is that has not begun."""
    return _("waiting")


def age(iso_utc: str, *, now: datetime | None = None) -> str:
    """Return how long ago something was: `just now`, `5 minutes ago`, `3 days ago`."""
    moment = datetime.fromisoformat(iso_utc.replace("Z", "+00:00"))
    seconds = max(((now or datetime.now(UTC)) - moment).total_seconds(), 0)
    if seconds < _MINUTE_S:
        return _("just now")
    if seconds < _HOUR_S:
        minutes = int(seconds // _MINUTE_S)
        return ngettext("{count} minute ago", "{count} minutes ago", minutes).format(count=number(minutes))
    if seconds < _DAY_S:
        hours = int(seconds // _HOUR_S)
        return ngettext("{count} hour ago", "{count} hours ago", hours).format(count=number(hours))
    days = int(seconds // _DAY_S)
    return ngettext("{count} day ago", "{count} days ago", days).format(count=number(days))
