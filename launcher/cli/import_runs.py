"""The work of `bestand data import` and `data read`: one file after the other, or all of them as one table.

Used by `data`, which knows the options. A file behind a password is opened first, if the password is known.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from core.errors import BestandError, UsageError
from core.i18n import _
from launcher.cli.failures import log_if_open
from launcher.cli.import_lines import Outcome, write_line_of
from launcher.cli.protected import Passwords
from launcher.cli.watching import progress_line, run_job

if TYPE_CHECKING:
    from analysis.choosing import Wish
    from app.context import AppContext
    from core.types import Json


@dataclass(frozen=True, slots=True)
class How:
    """What was said about all files of one command."""

    wish: "Wish"
    passwords: Passwords
    name: str | None = None
    reference: bool = False
    replace: bool = False
    json: bool = False


def check_names(count: int, name: str | None, *, together: bool) -> None:
    """Refuse one name for several datasets.

    Raises:
        UsageError: that is what was asked for.
    """
    if name is not None and count != 1 and not together:
        raise UsageError(
            _("--name names one dataset, so it takes one file."),
            hint=_("Import the files one by one, or all as one dataset with --together."),
        )


def import_each(app: "AppContext", files: Sequence[str], how: How, outcome: Outcome) -> None:
    """Import files as a dataset each, and print their lines."""
    from app.features.datasets import actions

    for file in files:

        def attempt(path: Path, file: str = file) -> "dict[str, Json]":
            job_id = actions.start_import(
                app, path, wish=how.wish, name=how.name, reference=how.reference, replace=how.replace
            )
            return actions.import_line(run_job(app, job_id, file), file)

        line = how.passwords.with_password(app, file, attempt)
        outcome.add(line)
        write_line_of(app, line, how.wish, as_json=how.json)


def import_together(
    app: "AppContext", files: Sequence[str], called: Sequence[str], how: How, outcome: Outcome
) -> None:
    """Import files as one dataset, and print its line.

    Args:
        app: The open profile.
        files: The files, in order.
        called: What the person wrote: a folder, a pattern, or the files themselves.
        how: What else was said.
        outcome: Gets the line.
    """
    from app.features.datasets import actions

    what = called[0] if len(called) == 1 else str(Path(called[0]).absolute().parent)

    def attempt(paths: Sequence[Path]) -> "dict[str, Json]":
        job_id = actions.start_import_together(
            app, paths, called=what, wish=how.wish, name=how.name, replace=how.replace
        )
        return actions.import_line(run_job(app, job_id, what), what)

    line = how.passwords.with_passwords(app, files, what, attempt)
    outcome.add(line)
    write_line_of(app, line, how.wish, as_json=how.json)


def read_each(app: "AppContext", files: Sequence[str], out: Path, how: How, outcome: Outcome) -> None:
    """Write the clean form of each file, and print their lines."""
    from app.features.datasets import actions

    for file in files:

        def attempt(path: Path, file: str = file) -> "dict[str, Json]":
            try:
                with progress_line(file) as progress:
                    return actions.read_file(app, path, out, file=file, wish=how.wish, progress=progress)
            except BestandError as error:
                log_if_open(error)
                return actions.failed_line(file, error)

        line = how.passwords.with_password(app, file, attempt)
        outcome.add(line)
        write_line_of(app, line, how.wish, as_json=how.json)
