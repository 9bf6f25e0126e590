"""Jobs of the kind `cleanup`: what nobody needs any more goes.

Dataset files that a crash left and nothing refers to are removed; jobs that ended long ago are taken out of sight;
windows nobody has seen for long are forgotten, and much later what was half-typed in them.
"""

from typing import TYPE_CHECKING, Final

from core.clock import system_clock
from core.i18n import N_, _
from jobs.context import JobContext
from jobs.retention import forget_sessions, hide_ended
from jobs.specs import Args, JobOutcome, Spec

if TYPE_CHECKING:
    from storage.open import Storage

_DAY_S: Final = 86_400.0


def cleanup_spec(storage: "Storage") -> Spec:
    """Return the kind `cleanup`; its result counts the removed versions and the jobs taken out of sight.

    `older_than_s` spares younger folders, which a running import may be about to record (an hour if not given).
    Jobs are kept for as many days as the settings say.
    """

    def run(context: JobContext, args: Args) -> JobOutcome:
        from storage.collect import collect_unreferenced

        older_than_s = float(str(args.get("older_than_s", 3_600)))
        context.report(0.0, N_("Looking for files nothing refers to"))
        versions = collect_unreferenced(storage, older_than_s=older_than_s)
        context.report(0.8, N_("Looking for jobs that ended long ago"))
        kept_s = storage.config.jobs.keep_days * _DAY_S
        hidden = hide_ended(storage.database, before_s=system_clock() - kept_s)
        context.report(0.9, N_("Looking for windows closed long ago"))
        windows, drafts = forget_sessions(storage.database, now_s=system_clock())
        return JobOutcome(
            {
                "versions_removed": versions,
                "jobs_removed": hidden,
                "windows_removed": windows,
                "drafts_removed": drafts,
            }
        )

    return Spec("cleanup", run, label=lambda _args: _("Tidy up dataset files and old jobs"))
