"""An accepted reading with its corrections as a text people can read, compare and edit.

Used by the saved readings of a profile and by whoever hands one over as a file. The text is TOML; what is read
back from it is the same reading. Decides nothing about files; see `drift` for that.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any, Final

import tomlkit
from tomlkit.exceptions import TOMLKitError

from analysis.readings.conversions import DMY, MDY
from core.errors import ReadingFileError
from core.fingerprint import fingerprint
from core.i18n import _
from core.types import Column, Correction, FileFormat, Reading

FORM: Final = 1
"""Counts the shapes this text has had; a newer one is refused."""

_HEAD: Final = (
    "How Bestand reads files of one kind. `bestand data import --reading THIS FILE` uses it;",
    "it may be edited by hand. In `files`, # stands for digits and * for anything.",
)
_DIGITS = re.compile(r"\d+")
_COPY = re.compile(r"(?: \(\d+\)|~\d+)(?=\.|$)")
_NOT_WRITTEN: Final = frozenset({"column_types"})
"""Told column by column."""


@dataclass(frozen=True, slots=True)
class SavedReading:
    """A reading somebody accepted, for the next file of the same kind.

    Attributes:
        name: Of this reading; a person chooses it.
        reading: With the type of every column.
        columns: What the file calls its columns, in order.
        files: Pattern of the names such files have: `#` is a run of digits, `*` anything.
        corrections: Lines set right by hand; those that are found again are set right again.
    """

    name: str
    reading: Reading
    columns: tuple[str, ...]
    files: str = "*"
    corrections: tuple[Correction, ...] = ()

    @property
    def signature(self) -> str:
        """Return by what files of this kind are found: the digest of their columns."""
        return signature_of(self.columns)

    def fits_name(self, file_name: str) -> bool:
        """Tell whether a file is called like those this reading is for."""
        return name_fits(self.files, file_name)


def signature_of(columns: Sequence[str]) -> str:
    """Return the digest of what a file calls its columns, whatever their case and the air around them.

    A file without a header has no names; then the number of its columns counts.
    """
    names = [" ".join(name.split()).casefold() for name in columns]
    return fingerprint([*names] if any(names) else [str(len(names))])


def source_names(columns: Iterable[Column]) -> tuple[str, ...]:
    """Return what the file calls these columns."""
    return tuple(column.source_name for column in columns)


def pattern_of(file_name: str) -> str:
    """Return the pattern of the names of files like this one: its digits are any digits."""
    plain = _COPY.sub("", file_name)
    return _DIGITS.sub("#", plain.replace("#", "*")) or "*"


def name_fits(pattern: str, file_name: str) -> bool:
    """Tell whether a file's name is of a pattern; upper and lower case are the same."""
    parts = re.split(r"([#*])", pattern)
    expression = "".join({"#": r"\d+", "*": ".*"}.get(part, re.escape(part)) for part in parts)
    names = (file_name, _COPY.sub("", file_name))
    return any(re.fullmatch(expression, name, re.IGNORECASE | re.DOTALL) for name in names)


# ---- as text ----------------------------------------------------------------------------------------------


def to_toml(saved: SavedReading) -> str:
    """Return the reading as TOML; the same reading always gives the same text."""
    document = tomlkit.document()
    for line in _HEAD:
        document.add(tomlkit.comment(line))
    document.add("form", tomlkit.item(FORM))
    document.add("name", tomlkit.item(saved.name))
    document.add("files", tomlkit.item(saved.files))
    document.add("reading", _table(_told(saved.reading)))
    columns = tomlkit.aot()
    types = saved.reading.column_types
    for at, name in enumerate(saved.columns):
        columns.append(_table({"name": name, "type": types[at] if at < len(types) else None}))
    if saved.columns:
        document.add("columns", columns)
    corrections = tomlkit.aot()
    for one in saved.corrections:
        corrections.append(_table({"line": one.line, "was": one.was, "text": one.text, "digest": one.digest}))
    if saved.corrections:
        document.add("corrections", corrections)
    return tomlkit.dumps(document)


def _told(reading: Reading) -> dict[str, Any]:
    """Return the fields of a reading that say something, those every file has first."""
    told = reading.to_manifest()
    return {key: value for key, value in told.items() if key not in _NOT_WRITTEN and value is not None}


def _table(members: Mapping[str, Any]) -> Any:  # noqa: ANN401 - tomlkit's tables differ by place
    table = tomlkit.table()
    for key, value in members.items():
        if value is not None:
            table.add(key, value)
    return table


def from_toml(text: str, *, file_name: str) -> SavedReading:
    """Return the reading a text describes.

    Args:
        text: TOML, as `to_toml` writes it or as a person has edited it.
        file_name: Where it comes from, for messages.

    Raises:
        ReadingFileError: it is no TOML, or not a reading; the sentence says where.
    """
    try:
        data: dict[str, Any] = tomlkit.parse(text).unwrap()
    except TOMLKitError as error:
        raise ReadingFileError(file_name, _("is no TOML ({reason}).").format(reason=error)) from error
    if data.get("form") != FORM:
        raise ReadingFileError(file_name, _("says no form that is known here; `form = 1` is."))
    _refuse_unknown(data, {"form", "name", "files", "reading", "columns", "corrections"}, "", file_name)
    try:
        columns = [_column(one, file_name) for one in data.get("columns", [])]
        return SavedReading(
            name=_text(data["name"]),
            reading=_reading(data["reading"], [kind for _name, kind in columns], file_name),
            columns=tuple(name for name, _kind in columns),
            files=_text(data.get("files", "*")),
            corrections=tuple(_correction(one, file_name) for one in data.get("corrections", [])),
        )
    except KeyError as error:
        told = _("lacks '{key}'.").format(key=error.args[0])
        raise ReadingFileError(file_name, told) from error
    except (TypeError, ValueError, AttributeError) as error:
        raise ReadingFileError(file_name, _("is no reading ({reason}).").format(reason=error)) from error


def _reading(data: Mapping[str, Any], types: Sequence[str], file_name: str) -> Reading:
    known = {one.name for one in fields(Reading)} - _NOT_WRITTEN
    _refuse_unknown(data, known, "reading.", file_name)
    reading = Reading.from_manifest({**data, "column_types": types if any(types) else []})
    for name in (
        "encoding",
        "newline",
        "delimiter",
        "quote",
        "escape",
        "decimal",
        "thousands",
        "comment",
        "sheet",
    ):
        value = getattr(reading, name)
        if value is not None and not isinstance(value, str):
            raise TypeError(f"reading.{name}")
    if reading.date_order not in (None, DMY, MDY):
        raise ValueError(f"reading.date_order is {DMY} or {MDY}")
    if reading.format is FileFormat.DELIMITED and not (reading.delimiter or reading.widths):
        raise KeyError("reading.delimiter")
    return reading


def _column(data: Mapping[str, Any], file_name: str) -> tuple[str, str]:
    _refuse_unknown(data, {"name", "type"}, "columns.", file_name)
    return _text(data["name"]), _text(data.get("type", ""))


def _correction(data: Mapping[str, Any], file_name: str) -> Correction:
    _refuse_unknown(data, {"line", "was", "text", "digest"}, "corrections.", file_name)
    return Correction(int(data["line"]), _text(data["digest"]), _text(data["text"]), _text(data.get("was", "")))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r}")
    return value


def _refuse_unknown(data: Mapping[str, Any], known: set[str], place: str, file_name: str) -> None:
    for key in data:
        if key not in known:
            told = _("has '{key}', which says nothing here.").format(key=f"{place}{key}")
            raise ReadingFileError(file_name, told)
