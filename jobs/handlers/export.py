"""Jobs of the kind `export`: a dataset, or the whole answer of a question, becomes a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ExportError, UsageError
from core.i18n import _
from core.typed_values import typed_value
from jobs.context import JobContext
from jobs.specs import Args, JobOutcome, Spec

if TYPE_CHECKING:
    from analysis.export.exporter import What
    from analysis.open import Analysis


def export_spec(analysis: "Analysis") -> Spec:
    """Return the kind `export`.

    Its arguments are `dataset` (a name) or `sql` with `params` (values of its `$name`s as typed), `target`
    (absolute), `format` and `overwrite`; the result is `path`, `rows` and `bytes`.
    """

    def run(context: JobContext, args: Args) -> JobOutcome:
        from analysis.export.exporter import FORMATS

        wanted = str(args["format"])
        fmt = next((known for known in FORMATS if known == wanted), None)
        if fmt is None:
            raise ExportError(
                _("'{wanted}' is no export format; there are {names}.").format(
                    wanted=wanted, names=", ".join(FORMATS)
                )
            )
        exported = analysis.exports.export(
            _what(analysis, args),
            Path(str(args["target"])),
            fmt,
            progress=context,
            overwrite=bool(args.get("overwrite")),
        )
        return JobOutcome({"path": str(exported.path), "rows": exported.rows, "bytes": exported.bytes})

    return Spec(
        "export", run, label=lambda args: _("Export to {name}").format(name=Path(str(args["target"])).name)
    )


def _what(analysis: "Analysis", args: Args) -> "What":
    """Return the question, or the dataset as it is when the job begins."""
    sql, dataset = args.get("sql"), args.get("dataset")
    if (sql is None) == (dataset is None):
        raise UsageError(_("An export takes either a dataset or a question."))
    if sql is not None:
        from analysis.export import Asked

        given = args.get("params")
        typed = given if isinstance(given, dict) else {}
        return Asked(str(sql), {str(name): typed_value(str(text)) for name, text in typed.items()})
    with analysis.storage.database.read() as uow:
        row = uow.datasets.require_name(str(dataset))
        return row.id, row.current_version
