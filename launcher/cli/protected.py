"""Protected files: the password is asked for, or read from a file, and never stands in a command.

Used by `bestand data import` and `data read`. A password goes from here to the one process that opens the file.
"""

import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import BestandError, ProtectedFileError, UsageError
from core.i18n import _

if TYPE_CHECKING:
    from app.context import AppContext
    from core.types import Json

Line = "dict[str, Json]"
_STDIN: Final = "-"


class Passwords:
    """The passwords of one command."""

    def __init__(self, file: str | None) -> None:
        """Take the file of `--password-file`; "-" is what comes from the standard input.

        Raises:
            UsageError: it cannot be read.
        """
        self._given = None if file is None else _first_line(file)

    def with_password(
        self, app: "AppContext", file: str, attempt: "Callable[[Path], dict[str, Json]]"
    ) -> "dict[str, Json]":
        """Do something with a file; if it is protected, with an opened copy of it.

        Args:
            app: The open profile.
            file: The file as the person named it.
            attempt: Does it and returns the line that tells what became of it.
        """
        from app.features.datasets import actions

        line = attempt(Path(file))
        if _code(line) != ProtectedFileError.code:
            return line
        password = self._password(file)
        if password is None:
            return line
        try:
            opened = actions.unlock(app, Path(file), password)
        except BestandError as wrong:
            return actions.failed_line(file, wrong)
        try:
            return attempt(opened)
        finally:
            actions.discard_upload(app, opened)

    def with_passwords(
        self, app: "AppContext", files: "Sequence[str]", what: str,
        attempt: "Callable[[Sequence[Path]], dict[str, Json]]",
    ) -> "dict[str, Json]":  # fmt: skip
        """Do something with several files at once; if some are protected, with opened copies of these.

        Args:
            app: The open profile.
            files: The files as the person named them.
            what: What they are called together, for the line of what fails.
            attempt: Does it and returns the line that tells what became of it.
        """
        from app.features.datasets import actions

        paths = [Path(file) for file in files]
        line = attempt(paths)
        if _code(line) != ProtectedFileError.code:
            return line
        opened = list(paths)
        try:
            for at, path in enumerate(paths):
                if not _is_protected(app, path):
                    continue
                password = self._password(files[at])
                if password is None:
                    return line
                opened[at] = actions.unlock(app, path, password)
            return attempt(opened)
        except BestandError as wrong:
            return actions.failed_line(what, wrong)
        finally:
            for copy in set(opened) - set(paths):
                actions.discard_upload(app, copy)

    def _password(self, file: str) -> str | None:
        if self._given is not None:
            return self._given
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            return None
        try:
            asked = getpass.getpass(_("Password of '{file}': ").format(file=Path(file).name), stream=sys.stderr)
        except EOFError:
            return None
        return asked or None


def _code(line: "dict[str, Json]") -> str | None:
    error = line.get("error")
    return str(error.get("code")) if isinstance(error, dict) else None


def _is_protected(app: "AppContext", path: Path) -> bool:
    from app.features.datasets import actions

    try:
        actions.judge(app, path)
    except ProtectedFileError:
        return True
    except BestandError:
        return False  # what is wrong with it is told by the import
    return False


def _first_line(file: str) -> str:
    try:
        text = sys.stdin.readline() if file == _STDIN else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            _("The password file '{file}' cannot be read.").format(file=file),
            hint=_("Write the password into a text file that only you may read, on one line."),
        ) from error
    return text.split("\n", 1)[0].rstrip("\r")
