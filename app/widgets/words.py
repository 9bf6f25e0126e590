"""Facts as an analyst says them: numbers, sizes, times, a ledger. No Streamlit."""

from datetime import UTC, datetime

from core.types import Ledger

_PARTS = ("loaded", "repaired", "rejected", "header", "preamble", "comment", "blank", "footer")
_ALWAYS = ("loaded", "repaired", "rejected")
_MINUTE_S = 60
_HOUR_S = 3_600


def number(value: int) -> str:
    """Return a whole number with thousands separated: 2,004."""
    return f"{value:,}"


def counted(value: int, one: str, many: str | None = None) -> str:
    """Return a number with its noun: `1 row`, `2,004 rows`."""
    return f"{number(value)} {one if value == 1 else many or one + 's'}"


def size(size_bytes: int) -> str:
    """Return a size as people say it: 812 bytes, 4.1 kB, 76 MB."""
    amount = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if amount < 1_000 or unit == "GB":
            break
        amount /= 1_000
    if unit == "bytes":
        return counted(size_bytes, "byte")
    return f"{amount:.1f} {unit}" if amount < 10 else f"{amount:,.0f} {unit}"


def duration(seconds: float) -> str:
    """Return a duration: 0.4 s, 12 s, 3 min 5 s, 2 h 10 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < _MINUTE_S:
        return f"{whole} s"
    if whole < _HOUR_S:
        return f"{whole // _MINUTE_S} min {whole % _MINUTE_S} s"
    return f"{whole // _HOUR_S} h {whole % _HOUR_S // _MINUTE_S} min"


def when(iso_utc: str | float | None, *, now: datetime | None = None) -> str:
    """Return a moment in local time: the clock alone today, with the day otherwise; a dash if there is none."""
    if iso_utc is None:
        return "–"
    moment = datetime.fromtimestamp(iso_utc, UTC) if isinstance(iso_utc, float | int) else _parsed(iso_utc)
    local = moment.astimezone()
    today = (now or datetime.now(UTC)).astimezone().date()
    return local.strftime("%H:%M:%S") if local.date() == today else local.strftime("%Y-%m-%d %H:%M")


def seconds_between(start: str | None, end: str | None, *, now: datetime | None = None) -> float | None:
    """Return how long something took, or has taken so far; None if it has not begun."""
    if start is None:
        return None
    until = _parsed(end) if end else now or datetime.now(UTC)
    return max((until - _parsed(start)).total_seconds(), 0.0)


def _parsed(iso_utc: str) -> datetime:
    return datetime.fromisoformat(iso_utc.replace("Z", "+00:00"))


def ledger_parts(ledger: Ledger) -> list[tuple[str, int]]:
    """Return the parts of the ledger that are shown: the three that matter always, the others if there are any."""
    values = [(name, int(getattr(ledger, name))) for name in _PARTS]
    return [(name, value) for name, value in values if value or name in _ALWAYS]


def ledger_line(ledger: Ledger) -> str:
    """Return the ledger as a sum: 2,004 lines = 1,998 loaded + 2 repaired + 0 rejected + 1 header."""
    parts = " + ".join(f"{number(value)} {name}" for name, value in ledger_parts(ledger))
    return f"{counted(ledger.total, ledger.unit)} = {parts}"
