"""Jobs of the kind `cleanup`: dataset files that a crash left and nothing refers to are removed."""

from typing import TYPE_CHECKING

from core.i18n import N_, _
from jobs.context import JobContext
from jobs.specs import Args, JobOutcome, Spec

if TYPE_CHECKING:
    from analysis.open import Analysis


def cleanup_spec(analysis: "Analysis") -> Spec:
    """Return the kind `cleanup`; its result counts the removed versions.

    `older_than_s` spares younger folders, which a running import may be about to record (an hour if not given).
    """

    def run(context: JobContext, args: Args) -> JobOutcome:
        from storage.collect import collect_unreferenced

        older_than_s = float(str(args.get("older_than_s", 3_600)))
        context.report(0.0, N_("Looking for files nothing refers to"))
        return JobOutcome({"versions_removed": collect_unreferenced(analysis.storage, older_than_s=older_than_s)})

    return Spec("cleanup", run, label=lambda _args: _("Tidy up dataset files"))
