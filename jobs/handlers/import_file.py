"""Jobs of the kind `import`: a file becomes a dataset version.

The result is the command line's contract line, so the page and the commands tell the same.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

from core.i18n import _
from core.types import Json
from jobs.context import JobContext
from jobs.specs import Args, JobOutcome, Spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.importing import Imported
    from analysis.open import Analysis


def import_spec(analysis: "Callable[[], Analysis]") -> Spec:
    """Return the kind `import`.

    Its arguments are those of a wish (`Wish.to_args`), `path` (absolute), `name` (None: from the file's), `paths`
    (the files that shall be one table, `path` then being what they are together), `each` (the wishes about single
    ones of them, by their paths), `called` (the file's name, None:
    by its path), `reference` and `replace`.
    """

    def run(context: JobContext, args: Args) -> JobOutcome:
        if isinstance(args.get("paths"), list):
            return _run_set(analysis(), context, args)
        from analysis.choosing import Wish

        path, name, called = Path(str(args["path"])), args.get("name"), args.get("called")
        imported = analysis().imports.import_file(
            path,
            name=None if name is None else str(name),
            wish=Wish.from_args(args),
            called=None if called is None else str(called),
            reference=bool(args.get("reference")),
            replace=bool(args.get("replace")),
            progress=context,
        )
        return JobOutcome(lambda: _line(path, imported), imported.record)

    return Spec("import", run, label=_label)


def _label(args: Args) -> str:
    """Return what an import does: by the name people know the file by, not that of a kept copy."""
    return _("Import {name}").format(name=Path(str(args.get("called") or args["path"])).name)


def _run_set(analysis: "Analysis", context: JobContext, args: Args) -> JobOutcome:
    from analysis.choosing import Wish

    path, name, paths = str(args["path"]), args.get("name"), args["paths"]
    each = cast("dict[str, dict[str, Json]]", args.get("each") or {})
    imported = analysis.sets.import_files(
        [Path(str(one)) for one in paths] if isinstance(paths, list) else [],
        called=path,
        name=None if name is None else str(name),
        wish=Wish.from_args(args),
        each={Path(file): Wish.from_args(said) for file, said in each.items()},
        replace=bool(args.get("replace")),
        progress=context,
    )
    return JobOutcome(lambda: _line(Path(path), imported), imported.record)


def _line(path: Path, imported: "Imported") -> dict[str, Json]:
    """Return the `data import` line of contract 1; a saved reading is told of where one was replayed."""
    manifest = imported.manifest
    line = {
        "file": str(path),
        "ok": True,
        "dataset": manifest.name,
        "version": manifest.version,
        "rows": manifest.rows,
        "columns": [asdict(column) for column in manifest.columns],
        "reading": manifest.reading.to_dict(),
        "ledger": manifest.ledger.to_dict(),
        "flags": [flag.to_dict() for flag in manifest.flags],
    }
    if manifest.files:
        line["files"] = [
            {"name": one.name, "rows": one.rows, "ledger": one.ledger.to_dict()} for one in manifest.files
        ]
    if manifest.saved_reading is not None:
        line["saved_reading"] = manifest.saved_reading
    if imported.drift:
        line["drift"] = [one.to_dict() for one in imported.drift]
    return cast("dict[str, Json]", line)
