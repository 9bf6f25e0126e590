"""Jobs of the kind `import`: a file becomes a dataset version.

The result is the command line's contract line, so the page and the commands tell the same.
"""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, cast

from core.i18n import _
from core.types import Json, Reading
from jobs.context import JobContext
from jobs.specs import Args, JobOutcome, Spec

if TYPE_CHECKING:
    from analysis.open import Analysis
    from core.types import Manifest


def import_spec(analysis: "Analysis") -> Spec:
    """Return the kind `import`.

    Its arguments are `path` (absolute), `name` (None: from the file's), `auto`, `reading` (the form of
    `Reading.to_manifest`, None: judge), `choice` (of a part, as `Choice.to_args`), `reference` and `replace`.
    """

    def run(context: JobContext, args: Args) -> JobOutcome:
        from analysis.readings.model import Choice

        reading, choice = args.get("reading"), args.get("choice")
        path, name = Path(str(args["path"])), args.get("name")
        imported = analysis.imports.import_file(
            path,
            name=None if name is None else str(name),
            auto=bool(args.get("auto")),
            reading=Reading.from_manifest(reading) if isinstance(reading, dict) else None,
            choice=Choice.from_args(choice if isinstance(choice, dict) else None),
            reference=bool(args.get("reference")),
            replace=bool(args.get("replace")),
            progress=context,
        )
        return JobOutcome(lambda: _line(path, imported.manifest), imported.record)

    return Spec("import", run, label=lambda args: _("Import {name}").format(name=Path(str(args["path"])).name))


def _line(path: Path, manifest: "Manifest") -> dict[str, Json]:
    """Return the `data import` line of contract 1."""
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
    return cast("dict[str, Json]", line)
