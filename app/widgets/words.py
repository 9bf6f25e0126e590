"""Facts as an analyst says them: numbers, sizes, times, a reading, a ledger. No Streamlit."""

from collections.abc import Iterator
from datetime import UTC, datetime

from core.types import FileFormat, Ledger, Reading

_DELIMITERS = {
    ",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", " ": "space", ":": "colon", "": "no delimiter",
    "\x1f": "unit separator", "^": "caret", "~": "tilde", "#": "hash", "&": "ampersand", "/": "slash",
}  # fmt: skip
_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with mark", "ascii": "ASCII", "iso-8859-1": "Latin-1"}
_FORMATS = {
    FileFormat.JSON: "JSON", FileFormat.NDJSON: "JSON, one object per line", FileFormat.PARQUET: "Parquet",
    FileFormat.XLSX: "Excel",
}  # fmt: skip
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


def reading_words(reading: Reading) -> tuple[str, ...]:
    """Return how a file is understood, one phrase per choice, in the order a person checks them."""
    if reading.format is not FileFormat.DELIMITED:
        sheet = (f"sheet “{reading.sheet}”",) if reading.sheet else ()
        return (_FORMATS[reading.format], *sheet, *_header_words(reading))
    return (
        *_encoding_words(reading),
        _DELIMITERS.get(reading.delimiter or "", f"separated by {reading.delimiter}"),
        f"quoted by {reading.quote}" if reading.quote else "no quotes",
        *_header_words(reading),
        *_number_words(reading),
    )


def reading_line(reading: Reading) -> str:
    """Return the reading as one line: UTF-8 · semicolon · quoted by " · header in line 4 · decimal comma."""
    return " · ".join(reading_words(reading))


def _encoding_words(reading: Reading) -> Iterator[str]:
    name = reading.encoding or "utf-8"
    yield _ENCODINGS.get(name.lower(), name[:1].upper() + name[1:])


def _header_words(reading: Reading) -> Iterator[str]:
    unit = "line" if reading.format is FileFormat.DELIMITED else "row"
    if reading.header_rows:
        yield f"header in {unit} {number(reading.first_line)}"
    elif reading.format in (FileFormat.DELIMITED, FileFormat.XLSX):
        yield "no header"
    before = reading.first_line - 1
    if before > 0:
        yield f"{counted(before, unit)} before it"


def _number_words(reading: Reading) -> Iterator[str]:
    if reading.decimal:
        yield "decimal comma" if reading.decimal == "," else "decimal point"
    if reading.thousands:
        name = {".": "point", ",": "comma", " ": "space", "'": "apostrophe"}.get(
            reading.thousands, reading.thousands
        )
        yield f"thousands {name}"


def ledger_parts(ledger: Ledger) -> list[tuple[str, int]]:
    """Return the parts of the ledger that are shown: the three that matter always, the others if there are any."""
    values = [(name, int(getattr(ledger, name))) for name in _PARTS]
    return [(name, value) for name, value in values if value or name in _ALWAYS]


def ledger_line(ledger: Ledger) -> str:
    """Return the ledger as a sum: 2,004 lines = 1,998 loaded + 2 repaired + 0 rejected + 1 header."""
    parts = " + ".join(f"{number(value)} {name}" for name, value in ledger_parts(ledger))
    return f"{counted(ledger.total, ledger.unit)} = {parts}"
