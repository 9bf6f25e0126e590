"""Jobs of the kind `save_query`: the whole answer of a question becomes a dataset version.

Recovered like an import: what a crash leaves is an unfinished folder in `tmp/`, or a version that no catalogue row
knows. The answer on the screen is saved; only where it is gone the question is asked anew.
"""

from typing import TYPE_CHECKING

from core.i18n import _
from core.typed_values import typed_value
from jobs.context import JobContext
from jobs.specs import Args, JobOutcome, Spec

if TYPE_CHECKING:
    from collections.abc import Callable

    from analysis.open import Analysis


def save_query_spec(analysis: "Callable[[], Analysis]") -> Spec:
    """Return the kind `save_query`.

    Its arguments are `sql`, `name`, `params` (values of the `$name`s as typed texts), `replace` and `run` (whose
    answer it is); the result is `dataset`, `version` and `rows`.
    """

    def run(context: JobContext, args: Args) -> JobOutcome:
        given = args.get("params")
        typed = {str(name): str(text) for name, text in given.items()} if isinstance(given, dict) else {}
        saved = analysis().saver.save(
            str(args["sql"]),
            str(args["name"]),
            params={name: typed_value(text) for name, text in typed.items()},
            typed=typed,
            replace=bool(args.get("replace")),
            run_id=str(args["run"]) if args.get("run") else None,
            progress=context,
        )
        return JobOutcome(
            lambda: {
                "dataset": saved.manifest.name,
                "version": saved.manifest.version,
                "rows": saved.manifest.rows,
            },
            saved.record,
        )

    return Spec("save_query", run, label=lambda args: _("Save the answer as {name}").format(name=args["name"]))
