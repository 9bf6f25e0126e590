"""The ledger of a dataset version, page by page and as a file: what became of lines that were not simply loaded.

Used by the pages and by `bestand data ledger`. Reads what the import wrote (`ledger.parquet`); the sentence of a
line comes from the flags in the manifest, where there is one.
"""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final, Literal, Protocol, TypeAlias, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from analysis.export.target import check_target, whole_file
from analysis.readings.corrections import digest_of
from analysis.readings.encodings import DIRECT, UTF8, decode, encode
from core.errors import ExportError
from core.i18n import N_, _
from core.progress import Progress, SilentProgress
from core.types import Json, LineAction, Manifest
from storage.datasets import DatasetStore
from storage.duck import DuckEngine, duck_errors, quote_literal
from storage.open import Storage

LedgerFormat: TypeAlias = Literal["csv", "json", "ndjson", "parquet"]
LEDGER_FORMATS: Final[tuple[LedgerFormat, ...]] = get_args(LedgerFormat)

_BATCH: Final = 10_000


@dataclass(frozen=True, slots=True)
class LedgerQuery:
    """Which lines of a ledger are wanted.

    Attributes:
        actions: Only these, such as `repaired`; empty means all.
        lines: Only the lines of these numbers; empty means all.
        code: Only lines of one reason, such as `extra_field`.
        search: Only lines whose raw text contains this, whatever its case.
        file: Only lines of this file, where several became one table.
        offset, limit: The page; `limit` None means to the end.
    """

    actions: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    code: str | None = None
    search: str | None = None
    file: str | None = None
    offset: int = 0
    limit: int | None = 200


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line (or record) that was not simply loaded.

    Attributes:
        line: Its number, from 1.
        action: What was done: a `LineAction`.
        reason: Stable codes, separated by commas, or the part of the file it belongs to.
        messages: What a person should know, in English (`core.i18n.retold`); empty where nothing is to be said.
        columns: The columns the messages are about.
        raw: Its bytes, without the line's end.
        text: The same, decoded for people.
        digest: By which a correction finds it again.
        file: The file it is of, where several became one table.
    """

    line: int
    action: str
    reason: str
    messages: tuple[str, ...]
    columns: tuple[str, ...]
    raw: bytes
    text: str
    digest: str
    file: str | None = None

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form; `raw` is there as hexadecimal only where `text` does not say all of it."""
        exact = self.text.encode("utf-8", "surrogatepass") == self.raw
        return {
            "line": self.line,
            "action": self.action,
            "reason": self.reason,
            "messages": list(self.messages),
            "columns": list(self.columns),
            "text": self.text,
            "raw": None if exact else self.raw.hex(),
            "digest": self.digest,
            **({} if self.file is None else {"file": self.file}),
        }


@dataclass(frozen=True, slots=True)
class LedgerPage:
    """Some lines of a ledger, in order of the file.

    `total` is how many the query has in all; `counts` how many lines the whole ledger has by action and reason.
    """

    entries: tuple[LedgerEntry, ...]
    total: int
    offset: int
    counts: Mapping[tuple[str, str], int]


class Ledgers:
    """Reads ledgers; safe to use from several threads."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._duck: DuckEngine = storage.duck
        self._datasets: DatasetStore = storage.datasets

    def page(self, manifest: Manifest, query: LedgerQuery | None = None) -> LedgerPage:
        """Return one page of the ledger of a dataset version.

        Raises:
            NotFoundError: the version's files are gone.
            StorageIOError: they cannot be read.
        """
        wanted = query or LedgerQuery()
        source = self._source(manifest)
        where, values = _where(wanted, manifest)
        with (
            duck_errors(_("Reading the ledger of '{name}'").format(name=manifest.name)),
            self._duck.trusted() as c,
        ):
            total = c.execute(f"select count(*) from {source}{where}", values).fetchone() or (0,)
            rows = c.execute(_select(source, where, wanted, manifest), values).to_arrow_table()
            groups = c.execute(
                f"select action, reason, count(*) from {source} group by all order by all"
            ).fetchall()
        entries = tuple(_entries(rows.to_batches(), manifest))
        counts = {(str(action), str(reason)): int(count) for action, reason, count in groups}
        return LedgerPage(entries, int(total[0]), wanted.offset, counts)

    def entries(self, manifest: Manifest, query: LedgerQuery | None = None) -> Iterator[LedgerEntry]:
        """Yield all wanted lines, a few at a time in memory; `offset` and `limit` count."""
        wanted = query or LedgerQuery(limit=None)
        where, values = _where(wanted, manifest)
        sql = _select(self._source(manifest), where, wanted, manifest)
        with (
            duck_errors(_("Reading the ledger of '{name}'").format(name=manifest.name)),
            self._duck.trusted() as c,
        ):
            reader = c.execute(sql, values).to_arrow_reader(_BATCH)
            yield from _entries(reader, manifest)

    def export(
        self,
        manifest: Manifest,
        target: Path,
        fmt: LedgerFormat,
        *,
        query: LedgerQuery | None = None,
        progress: Progress | None = None,
        overwrite: bool = False,
    ) -> int:
        """Write the wanted lines to a file, whole or not at all, and return how many there are.

        Raises:
            ExportError: the target cannot be written, or the format is unknown.
            DiskFullError, CancelledError: nothing is left.
        """
        writers: Mapping[str, _Write] = {
            "csv": _write_csv, "json": _write_json, "ndjson": _write_ndjson, "parquet": _write_parquet,
        }  # fmt: skip
        if fmt not in writers:
            raise ExportError(
                _("'{fmt}' is no format a ledger is written in.").format(fmt=fmt),
                hint=_("Choose {names}.").format(names=", ".join(LEDGER_FORMATS)),
            )
        check_target(target, self._storage.paths, overwrite=overwrite)
        watch = progress or SilentProgress()
        wanted = query or LedgerQuery(limit=None)
        with whole_file(target, self._storage.paths, overwrite=overwrite) as file:
            entries = _Counted(self.entries(manifest, wanted), watch)
            writers[fmt](entries, file, of_set=bool(manifest.files))
            watch.report(1.0, N_("writing the ledger"))
        return entries.count

    def _source(self, manifest: Manifest) -> str:
        self._datasets.manifest(manifest.dataset_id, manifest.version)  # tells in words when the files are gone
        file = self._datasets.ledger_file(manifest.dataset_id, manifest.version)
        return f"read_parquet({quote_literal(str(file))})"


def _select(source: str, where: str, query: LedgerQuery, manifest: Manifest) -> str:
    limit = "" if query.limit is None else f" limit {int(query.limit)}"
    file, order = "null", "line"
    if manifest.files:
        names = ", ".join(quote_literal(one.name) for one in manifest.files)
        file, order = "file", f"list_position([{names}], file), line"
    page = f"order by {order}{limit} offset {int(query.offset)}"
    return f"select line, action, reason, raw, {file} as file from {source}{where} {page}"


def _where(query: LedgerQuery, manifest: Manifest) -> tuple[str, list[object]]:
    parts: list[str] = []
    values: list[object] = []
    if query.actions:
        parts.append("list_contains(?, action)")
        values.append([str(LineAction(action)) for action in query.actions])
    if query.lines:
        parts.append("list_contains(?, line)")
        values.append([int(line) for line in query.lines])
    if query.code is not None:
        parts.append("list_contains(string_split(reason, ', '), ?)")
        values.append(query.code)
    if query.file is not None and manifest.files:
        parts.append("file = ?")
        values.append(query.file)
    if query.search:
        # The engine writes bytes above ASCII as their codes: in the same way on both sides, so they compare.
        readings = [one.reading for one in manifest.files] or [manifest.reading]
        meant = {_bytes_of(query.search, reading.encoding or UTF8) for reading in readings}
        ways = " or ".join(["contains(lower(raw::varchar), lower(?::blob::varchar))"] * len(meant))
        parts.append(f"({ways})")
        values.extend(meant)
    return (f" where {' and '.join(parts)}" if parts else ""), values


def _entries(batches: "pa.RecordBatchReader | list[pa.RecordBatch]", manifest: Manifest) -> Iterator[LedgerEntry]:
    told: dict[tuple[str | None, int], list[tuple[str, str | None]]] = {}
    for flag in manifest.flags:
        if flag.line is not None:
            told.setdefault((flag.file, flag.line), []).append((flag.message, flag.column))
    encodings = {one.name: one.reading.encoding for one in manifest.files}
    for batch in batches:
        for line, action, reason, raw, file in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            known = told.get((file, line), [])
            encoding = (manifest.reading.encoding if file is None else encodings.get(file)) or UTF8
            yield LedgerEntry(
                line=line,
                action=action,
                reason=reason,
                messages=tuple(dict.fromkeys(message for message, _column in known)),
                columns=tuple(dict.fromkeys(column for _message, column in known if column is not None)),
                raw=raw,
                text=text_of(raw, encoding),
                digest=digest_of(raw),
                file=file,
            )


def text_of(raw: bytes, encoding: str) -> str:
    """Return what a line's bytes say; bytes without a meaning are shown as the sign that stands for them."""
    if encoding in DIRECT:
        return decode(raw, encoding)[0]
    try:
        return raw.decode(encoding, "replace")
    except LookupError:
        return raw.decode(UTF8, "replace")


def _bytes_of(text: str, encoding: str) -> bytes:
    try:
        return encode(text, encoding)
    except (UnicodeError, LookupError):
        return text.encode(UTF8, "surrogatepass")


class _Counted:
    """Entries on their way to a file: counted, and stopped when a person says so."""

    def __init__(self, entries: Iterator[LedgerEntry], progress: Progress) -> None:
        self._entries, self._progress = entries, progress
        self.count = 0

    def __iter__(self) -> Iterator[LedgerEntry]:
        for entry in self._entries:
            if self.count % _BATCH == 0:
                self._progress.report(0.0, N_("writing the ledger"))
            self.count += 1
            yield entry


# ---- formats ----------------------------------------------------------------------------------------------


class _Write(Protocol):
    """Writes a ledger; one of several files has the file of each line, too."""

    def __call__(self, entries: Iterable[LedgerEntry], file: BinaryIO, *, of_set: bool) -> None: ...


def _write_csv(entries: Iterable[LedgerEntry], file: BinaryIO, *, of_set: bool) -> None:
    text = io.TextIOWrapper(file, "utf-8", errors="backslashreplace", newline="")
    try:
        writer = csv.writer(text, lineterminator="\n")
        first = ("file",) if of_set else ()
        writer.writerow((*first, "line", "action", "reason", "messages", "columns", "text", "raw_hex"))
        for one in entries:
            told = " ".join(one.messages), ", ".join(one.columns)
            source = (one.file,) if of_set else ()
            writer.writerow((*source, one.line, one.action, one.reason, *told, one.text, one.raw.hex()))
    finally:
        text.detach()


def _write_json(entries: Iterable[LedgerEntry], file: BinaryIO, *, of_set: bool) -> None:
    del of_set  # an object names what it has
    before = b"["
    for one in entries:
        file.write(before + _json(one))
        before = b",\n"
    file.write(b"[]\n" if before == b"[" else b"]\n")


def _write_ndjson(entries: Iterable[LedgerEntry], file: BinaryIO, *, of_set: bool) -> None:
    del of_set  # an object names what it has
    for one in entries:
        file.write(_json(one) + b"\n")


def _json(entry: LedgerEntry) -> bytes:
    return json.dumps(entry.to_dict(), ensure_ascii=False).encode("utf-8", "backslashreplace")


def _write_parquet(entries: Iterable[LedgerEntry], file: BinaryIO, *, of_set: bool) -> None:
    names = pa.list_(pa.string())
    first = [("file", pa.string())] if of_set else []
    schema = pa.schema(
        [
            *first, ("line", pa.int64()), ("action", pa.string()), ("reason", pa.string()), ("messages", names),
            ("columns", names), ("text", pa.string()), ("raw", pa.binary()), ("digest", pa.string()),
        ]
    )  # fmt: skip
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        waiting: list[LedgerEntry] = []
        for one in entries:
            waiting.append(one)
            if len(waiting) >= _BATCH:
                writer.write_table(_table(waiting, schema))
                waiting.clear()
        writer.write_table(_table(waiting, schema))


def _table(entries: list[LedgerEntry], schema: pa.Schema) -> pa.Table:
    rows = [
        {name: getattr(one, name) for name in schema.names}
        | {"text": one.text.encode("utf-8", "replace").decode()}
        for one in entries
    ]
    return pa.Table.from_pylist(rows, schema)
