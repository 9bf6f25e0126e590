"""How a command fails: one sentence, one hint, one exit code; never a stack trace.

0 all fine · 1 something failed · 2 the request itself was wrong · 3 a reading was too uncertain · 130 interrupted.
"""

import sys
from enum import IntEnum
from typing import TYPE_CHECKING

from core.errors import BestandError, CancelledError, UncertainReadingError, UsageError
from core.i18n import _
from launcher.cli.output import tell

if TYPE_CHECKING:
    from core.paths import ProfilePaths


class ExitCode(IntEnum):
    """What the calling script learns."""

    FINE = 0
    FAILED = 1
    USAGE = 2
    UNCERTAIN = 3
    INTERRUPTED = 130


def exit_code_of(error: BestandError) -> ExitCode:
    """Return the exit code an expected error ends a command with."""
    if isinstance(error, UsageError):
        return ExitCode.USAGE
    if isinstance(error, UncertainReadingError):
        return ExitCode.UNCERTAIN
    return ExitCode.INTERRUPTED if isinstance(error, CancelledError) else ExitCode.FAILED


def report(error: BestandError) -> ExitCode:
    """Tell a person about an expected error."""
    tell(str(error))
    tell(error.hint)
    return exit_code_of(error)


def report_bug(error: BaseException, paths: "ProfilePaths", trace_id: str) -> ExitCode:
    """Tell a person that something broke that should not; the stack goes to the log."""
    kept = _log(error, paths)
    tell(_("Something went wrong inside Bestand; your data is as it was before."))
    if kept:
        tell(_("Run `bestand logs show --trace {trace_id}` to see what happened.").format(trace_id=trace_id))
    else:
        told = _("The log cannot be written either ({error}); check the profile '{profile}'.")
        tell(told.format(error=type(error).__name__, profile=paths.root))
    return ExitCode.FAILED


def log_if_open(error: BestandError) -> None:
    """Write an expected error to the log, if this command has got as far as opening one."""
    structlog = sys.modules.get("structlog")
    if structlog is not None and structlog.is_configured():
        from core.telemetry import log_error

        log_error(error)


def _log(error: BaseException, paths: "ProfilePaths") -> bool:
    try:
        from core.config import load_config
        from core.logging import configure_logging
        from core.telemetry import log_error

        paths.create()
        configure_logging(load_config(paths), paths)
        log_error(error)
    except (BestandError, OSError, ImportError):
        return False
    return True
