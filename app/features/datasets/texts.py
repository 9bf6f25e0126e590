"""What the Import page says. Constants are marked here and translated where they are shown."""

from collections.abc import Sequence
from typing import Final

from core.i18n import N_, _, ngettext, pgettext

TITLE: Final = N_("Import")
EMPTY: Final = N_("Drop a file here, type where it is, or try the sample. The file itself is never changed.")
DROP: Final = N_("Files to import")
PATH: Final = N_("Path of a file or folder")
PATH_EXAMPLE: Final = "/home/me/Downloads/umsatz.csv"
CHOOSE: Final = N_("Choose files…")
OPEN: Final = N_("Open")
SAMPLE: Final = N_("Try the sample")
ANOTHER: Final = N_("Another file")
OPEN_ROWS: Final = N_("Open the rows")
NAME: Final = N_("Name of the dataset")
NAME_HINT: Final = N_("Name, or leave it to the file")
NAME_IN_USE: Final = N_("There is a dataset “{name}” already; a number will stand behind this name.")
NAME_FOLLOWED: Final = N_("There is a dataset “{name}” already, version {version}.")
AS_NEXT_STEP: Final = N_("Next version")
AS_NEXT: Final = N_("Make this file its version {version}")
DIFFERENT: Final = N_("Different from version {version} of “{name}”:")
IMPORT: Final = N_("Import")
VERSION: Final = N_("version {version}")
CANCEL: Final = N_("Cancel")
LOOKING: Final = N_("Looking at how {name} can be read")
IMPORTING_FILE: Final = N_("Importing {name}")
CANCELLED: Final = N_("The import was stopped; nothing half-done was kept. Import it again when you want it.")
FAILED: Final = N_("The import failed.")

# several files
FILES: Final = N_("Files to import, click one to look at it")
FILE: Final = N_("File")
SIZE: Final = N_("Size")
STATE: Final = N_("State")
READ_AS: Final = N_("How it is read")
ALL_FILES: Final = N_("All files")
TOGETHER: Final = N_("Import as one table")
TOGETHER_HINT: Final = N_("One row after the other, with a column that names the file.")
TOGETHER_LATER: Final = N_("Once all files have been looked at.")
TAKE_BEST: Final = N_("Take the best reading")
READ_LIKE: Final = N_("Read like…")
LEAVE_OUT: Final = N_("Leave out")
TAKE_IN: Final = N_("Take in again")
ALL_DECIDED: Final = N_("All files are decided; import them as one table now.")
BACK_TO_FILES: Final = N_("Back to the files")
PASSWORD: Final = N_("Password of the file")
IMPORTING_ALL: Final = N_("{done} of {all} files imported")
IS_LOOKED_AT: Final = N_("being looked at")
IS_CERTAIN: Final = N_("certain")
IS_UNCERTAIN: Final = N_("needs a look")
IS_LEFT_OUT: Final = N_("left out")
IS_NO_TABLE: Final = N_("no table")
IS_IMPORTING: Final = N_("importing")
IS_IMPORTED: Final = N_("imported")
IS_NOT_IMPORTED: Final = N_("not imported")

# readings
UNCERTAIN: Final = N_("This file can be read in several ways. Choose the one whose table looks right.")
UNCERTAIN_ONE: Final = N_("It is not certain how this file is meant. Import it if the table looks right.")
READINGS: Final = N_("Ways to read the file")
BEST: Final = N_("Best")
OWN: Final = N_("Yours")
SAVED: Final = N_("Saved: {name}")
SURE: Final = N_("{share} sure")
MORE: Final = N_("More…")
CLOSER: Final = N_("Look closer")
LESS: Final = N_("Only the preview")
REPLAYED: Final = N_("Read as saved in “{name}”.")
DRIFTED: Final = N_("“{name}” was saved for files like this one, but something is different now.")
FRESH: Final = N_("Judge it anew")
PART_OF: Final[dict[str, str]] = {"sheet": N_("Sheet"), "table": N_("Table"), "member": N_("File inside")}
PART: Final = N_("Part of the file")
HIDDEN: Final = N_("hidden")
RESET: Final = N_("Reset")
RESET_HINT: Final = N_("Back to how the file was judged")
SAME_SIGN: Final = N_("One sign cannot both part cells and quote them.")

# both halves
RAW: Final = N_("The file as it stands: {name}")
TABLE: Final = N_("The table that results from {name}")
NO_LINES: Final = N_("This format has no lines of text to show; the table is what there is to see.")
TYPE_MENU: Final = N_("Type and cells that do not fit")
COUNTING: Final = N_("counting, {share}")
ONLY_BEGINNING: Final = N_("so far; the rest of this large file is accounted for by the import")

# one column
COLUMN_IS: Final = N_("is read as {type}, {share} sure")
AS_TEXT: Final = N_("Keep as text")
AS_TYPE: Final = N_("Read as {type}")
AS_GUESSED: Final = N_("As guessed")
TYPES: Final = N_("Types of the columns")
TYPE_OF: Final = N_("Type of {name}")
CLOSE: Final = N_("Close")

# saving
SAVE_READING: Final = N_("Save reading…")
SAVE: Final = N_("Save")
READING_NAME: Final = N_("Name of the reading")
READING_HINT: Final = N_("The next file with the same columns is read in the same way.")
READING_SAVED: Final = N_("“{name}” is saved; the next file with the same columns is read in the same way.")

# words of a reading
ENCODING: Final = N_("Encoding")
DELIMITER: Final = N_("Delimiter")
QUOTE: Final = N_("Quote")
ESCAPE: Final = N_("Escape sign")
HEADER_ROWS: Final = N_("Header lines")
FIRST_LINE: Final = N_("Line in which the table begins")
COMMENT: Final = N_("Comment lines begin with")
WIDTHS: Final = N_("Widths of the columns, in characters")
NO_WIDTHS: Final = N_("'{text}' are no widths.")
NO_WIDTHS_HINT: Final = N_("Type numbers, such as 6, 12, 9.")
DATES: Final = N_("Order of dates")
DAY_FIRST: Final = N_("day before month")
MONTH_FIRST: Final = N_("month before day")
DECIMAL: Final = N_("Decimal sign")
THOUSANDS: Final = N_("Thousands sign")
NULLS: Final = N_("Words that mean an empty cell")
NONE: Final = N_("none")
NO_ENCODING: Final = N_("There is no encoding '{name}'.")
NO_ENCODING_HINT: Final = N_("Try utf-8, windows-1252 or cp437.")
SIGNS: Final[dict[str, str]] = {
    ",": N_("comma"), ";": N_("semicolon"), "\t": N_("tab"), "|": N_("vertical bar"), ":": N_("colon"),
    " ": N_("space"), "^": N_("caret"), "~": N_("tilde"), ".": N_("point"), "'": N_("apostrophe"),
    "\u00a0": N_("fixed space"), "\\": N_("backslash"), '"': N_("double quote"),
}  # fmt: skip


def sign_word(sign: str | None) -> str:
    """Return what people call a sign; none, if there is none."""
    if not sign:
        return _(NONE)
    if sign in SIGNS:
        return _(SIGNS[sign])
    return f"‘{sign}’" if sign.isprintable() else repr(sign)


def encoding_word(encoding: str) -> str:
    """Return an encoding as people write it."""
    return {"utf-8": "UTF-8", "windows-1252": "Windows-1252"}.get(encoding, encoding.upper())


def header_word(header_rows: int, first_line: int) -> str:
    """Return where the header is."""
    if header_rows == 0:
        return _("no header")
    if header_rows == 1:
        return _("header in line {line}").format(line=first_line)
    return _("header in lines {first} to {last}").format(first=first_line, last=first_line + header_rows - 1)


def before_word(first_line: int) -> str:
    """Return how many lines stand before the table."""
    if first_line <= 1:
        return _("no lines before it")
    return ngettext("{count} line before it", "{count} lines before it", first_line - 1).format(
        count=first_line - 1
    )


def decimal_word(decimal: str | None) -> str:
    """Return how fractions are written."""
    return _("decimal comma") if decimal == "," else _("decimal point")


def date_word(order: str | None) -> str:
    """Return which part of a date comes first."""
    if order not in ("dmy", "mdy"):
        return _("dates as they look")
    return _(DAY_FIRST) if order == "dmy" else _(MONTH_FIRST)


def nulls_word(words: Sequence[str]) -> str:
    """Return which words mean an empty cell."""
    told = [word for word in words if word]
    return _("empty: {words}").format(words=", ".join(told)) if told else _("no words for empty")


def differing_word(count: int) -> str:
    """Return how many cells of the preview are read otherwise."""
    return ngettext("{count} cell differs", "{count} cells differ", count).format(count=count)


def to_import_word(count: int) -> str:
    """Return the name of the button that imports what is certain of several files."""
    return pgettext("several files", "Import all") + f" ({count})"


def asking_line(names: Sequence[str]) -> str:
    """Return which files a person has to decide about before they become one table."""
    return ngettext(
        "{count} file can be read in several ways: {names}. Click it below to look, or decide here:",
        "{count} files can be read in several ways: {names}. Click one below to look, or decide for all:",
        len(names),
    ).format(count=len(names), names=_some(names))


def more_word(count: int) -> str:
    """Return that so many are not listed one by one."""
    return ngettext("and {count} more", "and {count} more", count).format(count=count)


def refused_line(names: Sequence[str]) -> str:
    """Return which files cannot become a part of one table."""
    return ngettext(
        "{count} file is no table and would be missing: {names}.",
        "{count} files are no tables and would be missing: {names}.",
        len(names),
    ).format(count=len(names), names=_some(names))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:5]) + (", …" if len(names) > 5 else "")


def ended_line(done: int, missed: Sequence[str]) -> str:
    """Return what became of several files: how many were imported, and which were not."""
    told = ngettext("{count} file imported.", "{count} files imported.", done).format(count=done)
    if not missed:
        return told
    return f"{told} " + _("Not imported: {names}.").format(names=", ".join(missed))
