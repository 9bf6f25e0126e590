"""The domain's words: reading, ledger, flag, column, manifest.

Plain frozen values shared by all floors. Their `to_dict` forms are the `--json` contract and the manifest
inside each dataset version, so a field is added, never renamed.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from functools import lru_cache
from typing import Any, ClassVar, Final, Self, TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
"""What JSON can hold."""


class Compute(StrEnum):
    """How much work an answer may cost."""

    FAST = "fast"
    """Samples and sketches; the error bound is stated."""
    ACCURATE = "accurate"
    """Exact."""


class FileFormat(StrEnum):
    """Formats a file can be read as."""

    DELIMITED = "delimited"
    JSON = "json"
    NDJSON = "ndjson"
    PARQUET = "parquet"
    ARROW = "arrow"
    """Arrow IPC, as a file (Feather 2) or a stream, and the older Feather."""
    XLSX = "xlsx"
    XLS = "xls"
    XLSB = "xlsb"
    ODS = "ods"
    SQLITE = "sqlite"
    DUCKDB = "duckdb"
    FILES = "files"
    """Several files as one table."""


CORRECTABLE: Final = frozenset(
    {
        FileFormat.DELIMITED, FileFormat.JSON, FileFormat.NDJSON, FileFormat.XLSX, FileFormat.XLS, FileFormat.XLSB,
        FileFormat.ODS,
    }
)  # fmt: skip
"""Formats whose lines or records can be set right by hand: what stands there can be written as a text."""


class LineAction(StrEnum):
    """What became of one line (or record) that was not simply loaded."""

    REPAIRED = "repaired"
    REJECTED = "rejected"
    HEADER = "header"
    PREAMBLE = "preamble"
    COMMENT = "comment"
    BLANK = "blank"
    FOOTER = "footer"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a dataset.

    `name` is unique in the dataset and never empty; `source_name` is what the file says. `type` is the engine's
    SQL type. `confidence` (0..1) is how sure the judge is of that type.
    """

    name: str
    source_name: str
    type: str
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Reading:
    """How the bytes of a file are understood; enough to read the same file the same way again.

    `first_line` is the physical line (1-based) where the header, or without one the first record, begins.
    `sheet` names the worksheet of a spreadsheet, `table` the table of a database, `member` the file inside an
    archive; `compression` is what the file is packed with (gzip, zstd, bzip2, xz, zip) around `format`.
    `column_types` are SQL types by position, empty while unknown.
    `skip_blank` tells that one space right after each delimiter is no part of a cell. `widths` are the columns'
    widths in characters where a text has no delimiter but columns of fixed width; the last one goes on to the end
    of the line. `date_order` is dmy or mdy where a person said whether the day or the month of a date in figures
    comes first. Fields that make no sense for a format are None.
    """

    format: FileFormat
    encoding: str | None = None
    newline: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    escape: str | None = None
    header_rows: int = 0
    decimal: str | None = None
    thousands: str | None = None
    null_words: tuple[str, ...] = ("",)
    confidence: float = 1.0
    first_line: int = 1
    comment: str | None = None
    sheet: str | None = None
    column_types: tuple[str, ...] = ()
    skip_blank: bool = False
    table: str | None = None
    member: str | None = None
    compression: str | None = None
    widths: tuple[int, ...] | None = None
    date_order: str | None = None

    CONTRACT: ClassVar[tuple[str, ...]] = (
        "format", "encoding", "newline", "delimiter", "quote", "escape",
        "header_rows", "decimal", "thousands", "null_words", "confidence",
    )  # fmt: skip
    WHEN_SET: ClassVar[tuple[str, ...]] = ("sheet", "table", "member", "compression", "widths", "date_order")
    """Fields of the contract that are there only where they say something."""
    LATER: ClassVar[tuple[str, ...]] = ("table", "member", "compression", "widths", "date_order")
    """Fields a manifest has only where they say something, since older ones do not have them."""

    def to_dict(self) -> dict[str, Any]:
        """Return the `reading` object of the `--json` contract."""
        named = {name: _plain(getattr(self, name)) for name in self.CONTRACT}
        return named | {
            name: value for name in self.WHEN_SET if (value := _plain(getattr(self, name))) is not None
        }

    def to_manifest(self) -> dict[str, Any]:
        """Return every field that says something, so that the reading can be built again by `from_manifest`."""
        named = {f.name: _plain(getattr(self, f.name)) for f in fields(self)}
        return {name: value for name, value in named.items() if value is not None or name not in self.LATER}

    @classmethod
    def from_manifest(cls, data: Mapping[str, Any]) -> Self:
        """Build the reading that `to_manifest` described."""
        known = {f.name for f in fields(cls)}
        kept: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in data.items() if k in known}
        kept["format"] = FileFormat(data["format"])
        return cls(**kept)


@dataclass(frozen=True, slots=True)
class Ledger:
    """What became of every line (text) or record (other formats) of a file.

    `adds_up()` must hold for each import: no line disappears unseen. For text a record may span lines; then
    all its physical lines count as loaded (or repaired, or rejected).
    """

    unit: str
    total: int
    loaded: int
    repaired: int = 0
    rejected: int = 0
    header: int = 0
    preamble: int = 0
    comment: int = 0
    blank: int = 0
    footer: int = 0

    def adds_up(self) -> bool:
        """Tell whether the parts make the total."""
        parts = (self.loaded, self.repaired, self.rejected, self.header)
        return sum(parts) + self.preamble + self.comment + self.blank + self.footer == self.total

    def to_dict(self) -> dict[str, Any]:
        """Return the `ledger` object of the `--json` contract."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line (or record) that was not simply loaded, with its raw bytes and the reason."""

    line: int
    action: LineAction
    reason: str
    raw: bytes


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of a text file, or one record of a JSON file or a spreadsheet, set right by hand.

    It is found again by its bytes: `digest` is the BLAKE3 hex digest of the line as it was, without its end;
    `line` is where it stood (from 1), and decides where the same bytes stand in several lines. `text` takes its
    place; `was` is what it said, for people to read.
    """

    line: int
    digest: str
    text: str
    was: str = ""

    def __post_init__(self) -> None:
        if "\n" in self.text or "\r" in self.text:
            raise ValueError("a correction replaces one line by one line")

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Any) -> Self:  # noqa: ANN401 - JSON
        """Build the correction that `to_dict` described."""
        return cls(int(data["line"]), str(data["digest"]), str(data["text"]), str(data.get("was", "")))


@dataclass(frozen=True, slots=True)
class Flag:
    """Something about the file a person should know; names a line, a column, or both.

    `file` names the file where several became one table.
    """

    code: str
    action: str
    message: str
    line: int | None = None
    column: str | None = None
    file: str | None = None

    def __post_init__(self) -> None:
        if self.line is None and self.column is None:
            raise ValueError("a flag names a line or a column")

    def to_dict(self) -> dict[str, Any]:
        """Return one `flags` entry of the `--json` contract."""
        return {
            "code": self.code,
            "line": self.line,
            "column": self.column,
            "action": self.action,
            "message": self.message,
            **({} if self.file is None else {"file": self.file}),
        }


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a dataset's bytes came from.

    `digest` is the BLAKE3 hex digest of the file. `kept` tells whether the original lies in the profile's
    `sources/`; otherwise `path` is where it was found and is only referenced.
    """

    name: str
    digest: str
    size_bytes: int
    kept: bool
    path: str


@dataclass(frozen=True, slots=True)
class FileOfSet:
    """One of several files that became one table: what it is called there, how it was read, what became of it.

    `digest` is the BLAKE3 hex digest of its bytes, empty where it was read without being taken.
    """

    name: str
    rows: int
    reading: Reading
    ledger: Ledger
    digest: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        return {
            "name": self.name,
            "rows": self.rows,
            "reading": self.reading.to_manifest(),
            "ledger": self.ledger.to_dict(),
            "digest": self.digest,
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build what `to_dict` described."""
        return cls(
            data["name"],
            data["rows"],
            Reading.from_manifest(data["reading"]),
            Ledger(**data["ledger"]),
            data["digest"],
        )


@dataclass(frozen=True, slots=True)
class AskedDataset:
    """A version of a dataset that a question read."""

    name: str
    dataset_id: str
    version: int


@dataclass(frozen=True, slots=True)
class QuestionRef:
    """The question whose whole answer a dataset version is; `parameters` are its `$name`s as they were typed."""

    sql: str
    datasets: tuple[AskedDataset, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form."""
        asked = [asdict(one) for one in self.datasets]
        return {"sql": self.sql, "datasets": asked, "parameters": dict(self.parameters)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build the question that `to_dict` described."""
        return cls(data["sql"], tuple(AskedDataset(**one) for one in data["datasets"]), dict(data["parameters"]))


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a published dataset version says of itself; lies as `manifest.json` beside its Parquet file.

    `digest` is the BLAKE3 hex digest of `data.parquet`. `created_at` is ISO 8601 UTC. `question` is set when it
    is the answer of one; then `source` names it, and there is no file it came from. `files` are the single
    files where several became one table.
    """

    dataset_id: str
    version: int
    name: str
    rows: int
    columns: tuple[Column, ...]
    digest: str
    size_bytes: int
    source: SourceRef
    reading: Reading
    ledger: Ledger
    created_at: str
    app_version: str
    flags: tuple[Flag, ...] = field(default=())
    question: QuestionRef | None = None
    files: tuple[FileOfSet, ...] = ()
    corrections: tuple[Correction, ...] = ()
    saved_reading: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the JSON form stored in the version folder and the catalogue."""
        return {
            **({"question": self.question.to_dict()} if self.question else {}),
            **({"files": [one.to_dict() for one in self.files]} if self.files else {}),
            **({"corrections": [one.to_dict() for one in self.corrections]} if self.corrections else {}),
            **({"saved_reading": self.saved_reading} if self.saved_reading else {}),
            "dataset_id": self.dataset_id,
            "version": self.version,
            "name": self.name,
            "rows": self.rows,
            "columns": [asdict(c) for c in self.columns],
            "digest": self.digest,
            "size_bytes": self.size_bytes,
            "source": asdict(self.source),
            "reading": self.reading.to_manifest(),
            "ledger": self.ledger.to_dict(),
            "created_at": self.created_at,
            "app_version": self.app_version,
            "flags": [f.to_dict() for f in self.flags],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build the manifest that `to_dict` described."""
        return cls(
            dataset_id=data["dataset_id"],
            version=data["version"],
            name=data["name"],
            rows=data["rows"],
            columns=tuple(Column(**c) for c in data["columns"]),
            digest=data["digest"],
            size_bytes=data["size_bytes"],
            source=SourceRef(**data["source"]),
            reading=Reading.from_manifest(data["reading"]),
            ledger=Ledger(**data["ledger"]),
            created_at=data["created_at"],
            app_version=data["app_version"],
            flags=tuple(Flag(**f) for f in data["flags"]),
            question=QuestionRef.from_dict(data["question"]) if data.get("question") else None,
            files=tuple(FileOfSet.from_dict(one) for one in data.get("files", ())),
            corrections=tuple(Correction(**one) for one in data.get("corrections", ())),
            saved_reading=data.get("saved_reading"),
        )

    @staticmethod
    @lru_cache(maxsize=128)
    def from_json(text: str) -> "Manifest":
        """Build the manifest from its JSON text; the same text again gives the same object."""
        return Manifest.from_dict(json.loads(text))


def _plain(value: object) -> Any:  # noqa: ANN401 - the JSON form of any field
    """Return the value as JSON holds it: tuples as lists, enums as their text."""
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, StrEnum) else value
