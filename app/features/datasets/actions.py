"""What one can do with datasets: judge a file, import it, list, show, delete, bring back.

Called by the pages and by `bestand data`. Nothing here knows Streamlit; nothing heavy is imported.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BestandError, CancelledError, FileMissingError, SourceError
from core.progress import Progress, SilentProgress
from core.types import Column, Flag, Json, Ledger, Manifest, Reading

if TYPE_CHECKING:
    from analysis.readings import Judgement
    from app.context import AppContext
    from jobs.manager import JobStatus
    from storage.database.models import DatasetRow
    from storage.database.unit_of_work import UnitOfWork

LIST_LIMIT = 1_000
"""Most datasets listed at once."""


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """One line of the list of datasets. `changed_at` is ISO 8601 UTC; `source` is the file it came from."""

    id: str
    name: str
    version: int
    rows: int
    columns: int
    size_bytes: int
    source: str
    changed_at: str


# ---- import -----------------------------------------------------------------------------------------------


def judge(ctx: "AppContext", path: Path, *, name: str | None = None) -> "Judgement":
    """Return the candidate readings of a file, best first; the file is only looked at.

    Raises:
        SourceError: the file is missing, unreadable, empty or no table.
    """
    return ctx.analysis.readings.judge(path, name=name)


def start_import(
    ctx: "AppContext",
    path: Path,
    *,
    name: str | None = None,
    auto: bool = False,
    reading: Reading | None = None,
    reference: bool = False,
) -> str:
    """Queue the import of one file and return the job's id.

    Args:
        ctx: The open profile.
        path: The file; made absolute, since another process may run the job.
        name: The dataset's name; without one it is made from the file's.
        auto: Take the best reading even if it is uncertain.
        reading: The reading a person chose; nothing is judged then.
        reference: Leave the original where it is and keep only its hash.
    """
    args: dict[str, Json] = {
        "path": str(path.absolute()),
        "name": name,
        "auto": auto,
        "reading": reading.to_manifest() if reading else None,
        "reference": reference,
    }
    return ctx.jobs.manager.enqueue("import", args)


def import_line(status: "JobStatus", file: str) -> dict[str, Json]:
    """Return the `--json` line of one ended import (contract 1), for the file as the person named it."""
    if status.state == "done" and isinstance(status.result, dict):
        return {"file": file, "ok": True, **{k: v for k, v in status.result.items() if k not in ("file", "ok")}}
    return failed_line(file, status.error)


def failed_line(file: str, error: BestandError | Mapping[str, Json] | None) -> dict[str, Json]:
    """Return the `--json` line of a file that did not become a table."""
    if isinstance(error, BestandError):
        return {"file": file, "ok": False, "error": dict(error.to_dict())}
    return {"file": file, "ok": False, "error": dict(error or CancelledError("The import").to_dict())}


def read_file(
    ctx: "AppContext", path: Path, out_dir: Path, *, file: str | None = None, progress: Progress | None = None
) -> dict[str, Json]:
    """Write a file's best reading as clean CSV into `out_dir` and return its `--json` line (contract 1).

    Raises:
        SourceError: the file cannot become a table.
        ExportError: the folder cannot be written.
    """
    loaded, out = ctx.analysis.imports.read_file(path, out_dir, progress=progress or SilentProgress())
    table = table_line(loaded.rows, loaded.columns, loaded.reading, loaded.ledger, loaded.flags)
    return {"file": file or str(path), "ok": True, "out": str(out), **table}


def table_line(
    rows: int, columns: Sequence[Column], reading: Reading, ledger: Ledger, flags: Sequence[Flag]
) -> dict[str, Json]:
    """Return the part of a `--json` line that tells how a file was read."""
    return {
        "rows": rows,
        "columns": [asdict(column) for column in columns],
        "reading": reading.to_dict(),
        "ledger": ledger.to_dict(),
        "flags": [flag.to_dict() for flag in flags],
    }


def files_of(path: Path) -> list[Path]:
    """Return the file itself, or the files directly in a folder by name, hidden ones left out.

    Raises:
        FileMissingError: there is neither.
        SourceError: the folder holds no file.
    """
    if path.is_dir():
        found = sorted(p for p in path.iterdir() if p.is_file() and not p.name.startswith("."))
        if not found:
            raise SourceError(path, "is a folder without files.", hint="Choose another folder or a file.")
        return found
    if not path.exists():
        raise FileMissingError(path)
    return [path]


# ---- the catalogue ----------------------------------------------------------------------------------------


def list_datasets(
    ctx: "AppContext", search: str | None = None, *, limit: int = LIST_LIMIT, offset: int = 0
) -> list[DatasetLine]:
    """Return the datasets by name, those whose name contains `search`."""
    with ctx.storage.database.read() as uow:
        rows = uow.datasets.list_by_name(limit=limit, offset=offset, search=search or None)
        return [_line(uow, row) for row in rows]


def _line(uow: "UnitOfWork", row: "DatasetRow") -> DatasetLine:
    manifest = json.loads(uow.versions.of(row.id, row.current_version).manifest)
    return DatasetLine(
        id=row.id,
        name=row.name,
        version=row.current_version,
        rows=row.row_count,
        columns=len(manifest["columns"]),
        size_bytes=manifest["size_bytes"],
        source=manifest["source"]["name"],
        changed_at=row.updated_at,
    )


def require(ctx: "AppContext", name: str) -> Manifest:
    """Return what the current version of a dataset says of itself.

    Raises:
        DatasetNotFoundError: there is no such dataset; the nearest name is told.
    """
    with ctx.storage.database.read() as uow:
        row = uow.datasets.require_name(name)
        return Manifest.from_dict(json.loads(uow.versions.of(row.id, row.current_version).manifest))


def show(ctx: "AppContext", name: str) -> dict[str, Any]:
    """Return everything about one dataset as plain JSON: columns, source, reading, ledger, flags.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """
    manifest = require(ctx, name).to_dict()
    return {"dataset": name, **{k: v for k, v in manifest.items() if k != "name"}}


def delete(ctx: "AppContext", name: str) -> str:
    """Take a dataset out of the list and return its id, with which `restore` brings it back.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """

    def work(uow: "UnitOfWork") -> str:
        row = uow.datasets.require_name(name)
        uow.datasets.delete(row)
        uow.touch(f"dataset:{row.id}")
        return row.id

    return ctx.storage.database.run_tx(work, label="delete dataset")


def restore(ctx: "AppContext", dataset_id: str) -> str:
    """Bring a deleted dataset back and return its name.

    Raises:
        DatasetNotFoundError: nothing was ever stored under this id.
        NameTakenError: another dataset has taken the name meanwhile.
    """

    def work(uow: "UnitOfWork") -> str:
        row = uow.datasets.restore(dataset_id)
        uow.touch(f"dataset:{row.id}")
        return row.name

    return ctx.storage.database.run_tx(work, label="restore dataset")
