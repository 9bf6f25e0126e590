"""What one can do with datasets: judge a file, import it, list, show, delete, bring back.

Called by the pages and by `bestand data`. Nothing here knows Streamlit; nothing heavy is imported.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from dataclasses import replace as replaced
from itertools import zip_longest
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from app.catalogue import DatasetLine, current, delete, list_datasets, restore
from app.readings import replay_for
from core.errors import BestandError, CancelledError, FileMissingError, SourceError
from core.i18n import _
from core.ids import new_id
from core.paths import translate_os_error
from core.progress import Progress, SilentProgress
from core.rules import DATASET_NAME
from core.types import Column, Flag, Json, Ledger, Reading

if TYPE_CHECKING:
    from analysis.choosing import Wish
    from analysis.readings import Candidate, Judgement
    from analysis.readings.model import Choice
    from analysis.saved_readings import Replay
    from app.context import AppContext
    from jobs.manager import JobStatus

__all__ = [
    "DatasetLine", "current", "delete", "discard_upload", "failed_line", "files_of", "import_line", "judge",
    "keep_upload", "list_datasets", "read_file", "restore", "show", "start_import",
    "start_import_together", "table_line", "unlock",
]  # fmt: skip

_CHUNK_BYTES = 1024 * 1024

# ---- import -----------------------------------------------------------------------------------------------


def judge(
    ctx: "AppContext", path: Path, *, name: str | None = None, choice: "Choice | None" = None
) -> "Judgement":
    """Return the candidate readings of a file, best first; the file is only looked at.

    Args:
        ctx: The open profile.
        path: The file.
        name: What it is called, if not by its path.
        choice: The sheet, table or member that is wanted.

    Raises:
        SourceError: the file is missing, unreadable, empty or no table.
    """
    from analysis.readings.model import ANY

    return ctx.analysis.readings.judge(path, name=name, choice=choice or ANY)


@dataclass(frozen=True, slots=True)
class Judged:
    """How a file can be read, and the saved reading for files like it, if there is one."""

    judgement: "Judgement"
    replay: "Replay | None"


def judge_and_replay(
    ctx: "AppContext", path: Path, *, choice: "Choice | None" = None, fresh: bool = False
) -> Judged:
    """Judge a file, and look for a saved reading; raises as `judge`.

    Args:
        ctx: The open profile.
        path: The file.
        choice: The sheet, table or member that is wanted.
        fresh: Look for no saved reading.
    """
    judgement = judge(ctx, path, choice=choice)
    replay = None if fresh or choice else replay_for(ctx, path, judged=judgement)
    return Judged(judgement, replay)


def try_reading(ctx: "AppContext", path: Path, reading: Reading) -> "Candidate":
    """Return what a reading that somebody changed makes of a file; raises as `judge`."""
    return ctx.analysis.readings.try_reading(path, reading)


def differing(best: "Candidate", other: "Candidate") -> int:
    """Return how many cells of the first records two readings see otherwise, or only one of them."""
    count = 0
    for one, two in zip_longest(best.preview, other.preview, fillvalue=()):
        count += sum(a != b for a, b in zip_longest(one, two, fillvalue=_NO_CELL))
    return count


_NO_CELL: Final = "\0"
"""What no cell is."""


def start_import(
    ctx: "AppContext",
    path: Path,
    *,
    wish: "Wish | None" = None,
    name: str | None = None,
    reference: bool = False,
    replace: bool = False,
) -> str:
    """Queue the import of one file and return the job's id.

    Args:
        ctx: The open profile.
        path: The file; made absolute, since another process may run the job.
        wish: How it shall be read; as the judge finds if not given.
        name: The dataset's name; without one it is made from the file's.
        reference: Leave the original where it is and keep only its hash.
        replace: Make it the next version of the dataset of that name, instead of a dataset of its own.

    Raises:
        RuleError: no dataset can have this name.
    """
    more: dict[str, Json] = {"path": str(path.absolute()), "reference": reference}
    return _enqueue(ctx, more, wish, name, replace=replace)


def start_import_together(
    ctx: "AppContext",
    paths: Sequence[Path],
    *,
    called: str,
    wish: "Wish | None" = None,
    each: "Mapping[Path, Wish] | None" = None,
    name: str | None = None,
    replace: bool = False,
) -> str:
    """Queue the import of several files as one table and return the job's id.

    Args:
        ctx: The open profile.
        paths: The files, in the order of their rows.
        called: What they are together: the folder, the pattern.
        wish: How they shall be read; as the judge finds if not given.
        each: How single ones shall be read instead.
        name: The dataset's name; without one it is the folder's.
        replace: Make it the next version of the dataset of that name.

    Raises:
        RuleError: no dataset can have this name.
    """
    more: dict[str, Json] = {"path": called, "paths": [str(path.absolute()) for path in paths]}
    if each:
        more["each"] = {str(path.absolute()): said.to_args() for path, said in each.items()}
    return _enqueue(ctx, more, wish, name, replace=replace)


def _enqueue(
    ctx: "AppContext", more: dict[str, Json], wish: "Wish | None", name: str | None, *, replace: bool
) -> str:
    from analysis.choosing import Wish

    args = {**more, **(wish or Wish()).to_args(), "name": _wanted(name), "replace": replace}
    return ctx.jobs.manager.enqueue("import", args)


def _wanted(name: str | None) -> str | None:
    """Return the name a person wants, judged by the rule its field has."""
    return DATASET_NAME.value(name) if name is not None and name.strip() else None


def import_line(status: "JobStatus", file: str) -> dict[str, Json]:
    """Return the `--json` line of one ended import (contract 1), for the file as the person named it."""
    if status.state == "done" and isinstance(status.result, dict):
        return {"file": file, "ok": True, **{k: v for k, v in status.result.items() if k not in ("file", "ok")}}
    return failed_line(file, status.error if isinstance(status.error, dict) else None)


def failed_line(file: str, error: BestandError | Mapping[str, Json] | None) -> dict[str, Json]:
    """Return the `--json` line of a file that did not become a table."""
    if isinstance(error, BestandError):
        return {"file": file, "ok": False, "error": dict(error.to_dict())}
    return {"file": file, "ok": False, "error": dict(error or CancelledError(_("The import")).to_dict())}


def read_file(
    ctx: "AppContext",
    path: Path,
    out_dir: Path,
    *,
    file: str | None = None,
    wish: "Wish | None" = None,
    progress: Progress | None = None,
) -> dict[str, Json]:
    """Write a file's best reading as clean CSV into `out_dir` and return its `--json` line (contract 1).

    With a `wish`, it is read as that says; a saved reading is only used where it names one.

    Raises:
        ReadingDriftError: it does not fit the saved reading.
        SourceError: the file cannot become a table.
        ExportError: the folder cannot be written.
    """
    from analysis.choosing import Wish

    only = replaced(wish or Wish(), fresh=True)
    loaded, out = ctx.analysis.imports.read_file(path, out_dir, wish=only, progress=progress or SilentProgress())
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
            raise SourceError(path, _("is a folder without files."), hint=_("Choose another folder or a file."))
        return found
    if not path.exists():
        raise FileMissingError(path)
    return [path]


def keep_upload(ctx: "AppContext", name: str, stream: IO[bytes]) -> Path:
    """Write a file handed over by the page into the profile's uploads, in pieces, and return its path.

    Args:
        ctx: The open profile.
        name: What the person calls the file; only its last part is used.
        stream: Its bytes.

    Raises:
        ProfileError: the profile cannot be written or the disk is full; nothing half-written stays.
    """
    folder = ctx.paths.uploads / new_id()
    target = folder / (Path(name.replace("\\", "/")).name or "upload")
    try:
        folder.mkdir(mode=0o700)
        with target.open("xb") as out:
            shutil.copyfileobj(stream, out, _CHUNK_BYTES)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise translate_os_error(error, target) from error
    return target


def unlock(ctx: "AppContext", path: Path, password: str) -> Path:
    """Write a protected file without its protection into the profile's uploads, and return its path.

    Args:
        ctx: The open profile.
        path: The protected file.
        password: What the person gave; it reaches no job, no log and no draft.

    Raises:
        ProtectedFileError: it is wrong, or the protection is of a kind that cannot be opened here.
        SourceError: the file is broken.
        ProfileError: the profile cannot be written.
    """
    folder = ctx.paths.uploads / new_id()
    try:
        folder.mkdir(mode=0o700)
    except OSError as error:
        raise translate_os_error(error, folder) from error
    try:
        ctx.analysis.readings.unlock(path, folder / path.name, password)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder / path.name


def discard_upload(ctx: "AppContext", path: Path) -> None:
    """Remove an upload whose bytes are kept elsewhere by now; a file that is no upload is left alone."""
    if path.parent.parent == ctx.paths.uploads:
        shutil.rmtree(path.parent, ignore_errors=True)


# ---- the catalogue ----------------------------------------------------------------------------------------


def show(ctx: "AppContext", name: str) -> dict[str, Any]:
    """Return everything about one dataset as plain JSON: columns, source, reading, ledger, flags.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """
    manifest = current(ctx, name).to_dict()
    return {"dataset": name, **{k: v for k, v in manifest.items() if k != "name"}}
