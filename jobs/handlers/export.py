"""Jobs of the kind `export`: a dataset, or the whole answer of a question, becomes a file."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import ExportError, UsageError
from core.i18n import _
from core.typed_values import typed_value
from jobs.context import JobContext
from jobs.specs import Args, JobOutcome, Spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.export import Asked
    from analysis.export.exporter import What
    from analysis.open import Analysis
    from analysis.query.result_file import ResultFile
    from core.types import Json


def export_spec(analysis: "Callable[[], Analysis]") -> Spec:
    """Return the kind `export`.

    Its arguments are `dataset` (a name) or `sql` with `params` (values of its `$name`s as typed), `target`
    (absolute), `format` and `overwrite`. `run` and `answer` mean the answer that was shown: its id and what it was
    made from. The result is `path`, `rows` and `bytes`, and `asked_again` if that answer was no longer kept.
    """

    def run(context: JobContext, args: Args) -> JobOutcome:
        from analysis.export import Asked
        from analysis.export.exporter import FORMATS

        wanted = str(args["format"])
        fmt = next((known for known in FORMATS if known == wanted), None)
        if fmt is None:
            raise ExportError(
                _("'{wanted}' is no export format; there are {names}.").format(
                    wanted=wanted, names=", ".join(FORMATS)
                )
            )
        what = _what(analysis(), args)
        exported = analysis().exports.export(
            what,
            Path(str(args["target"])),
            fmt,
            progress=context,
            overwrite=bool(args.get("overwrite")),
        )
        result: dict[str, Json] = {"path": str(exported.path), "rows": exported.rows, "bytes": exported.bytes}
        if args.get("run") and isinstance(what, Asked):
            result["asked_again"] = True
        return JobOutcome(result)

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
        asked = Asked(str(sql), {str(name): typed_value(str(text)) for name, text in typed.items()})
        return _shown(analysis, asked, args) or asked
    with analysis.storage.database.read() as uow:
        row = uow.datasets.require_name(str(dataset))
        return row.id, row.current_version


def _shown(analysis: "Analysis", asked: "Asked", args: Args) -> "ResultFile | None":
    """Return the answer that was on the screen, if one was and is still kept: its rows need not be asked for."""
    if not args.get("run"):
        return None
    kept = analysis.queries.finished(asked.sql, params=asked.params, run_id=str(args["run"]))
    if kept is None or args.get("answer") not in (None, kept.identity.fingerprint):
        return None
    return kept.file
