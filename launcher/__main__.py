"""`bestand`: the one way in from a terminal.

Runs one command and turns whatever happens into the exit codes of the command line's contract. Knows no command.
"""

import atexit
import gc
import io
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import typer

from core.errors import BestandError, UsageError
from core.i18n import LANGUAGE_VARIABLE, _, language_setting, set_language
from core.paths import resolve_profile
from core.trace import trace
from launcher.cli.failures import ExitCode, log_if_open, report, report_bug
from launcher.cli.output import tell
from launcher.cli.session import PROFILE_OPTION
from launcher.cli.spoken import complaint, speak

PROGRAM: Final = "bestand"
_COMPLETION_VARIABLE: Final = "_BESTAND_COMPLETE"
"""Set by a shell that asks for completions."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        arguments: What follows the program's name; the process's own arguments if not given.
    """
    _write_plain_utf8()
    # The last look for garbage, at the very end, walks through all the libraries: a third of a second for nothing.
    atexit.register(gc.freeze)
    profile: Path | None = None
    with trace() as trace_id:
        try:
            set_language(os.environ.get(LANGUAGE_VARIABLE, "auto"))
            profile, rest = _take_profile(list(sys.argv[1:] if arguments is None else arguments))
            set_language(language_setting(resolve_profile(profile).config_file))
            code = _run(profile, rest)
            sys.stdout.flush()
        except BrokenPipeError:
            _close_stdout_quietly()
            code = ExitCode.FINE
        except KeyboardInterrupt:
            code = ExitCode.INTERRUPTED
        except BestandError as error:
            log_if_open(error)
            code = report(error)
        except Exception as error:
            code = report_bug(error, resolve_profile(profile), trace_id)
    return int(code)


def _run(profile: Path | None, arguments: list[str]) -> int:
    from launcher.cli.root import tree

    command = typer.main.get_command(tree)
    speak(command)
    if _COMPLETION_VARIABLE in os.environ:
        command.main(args=arguments, prog_name=PROGRAM)
    try:
        with command.make_context(PROGRAM, arguments, obj=profile) as context:
            command.invoke(context)
    except typer.Exit as wanted:
        return wanted.exit_code
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.TyperException as error:
        return _report_usage(error)
    return ExitCode.FINE


def _take_profile(arguments: list[str]) -> tuple[Path | None, list[str]]:
    """Return the value of `--profile DIR` and the other arguments.

    It belongs to every command, so it may stand anywhere before `--`. Taken here and not by the command tree:
    there, any option of the root makes each `--help` twice as slow.

    Raises:
        UsageError: it has no value.
    """
    end = arguments.index("--") if "--" in arguments else len(arguments)
    for index, argument in enumerate(arguments[:end]):
        name, sign, value = argument.partition("=")
        if name != PROFILE_OPTION:
            continue
        length = 1 if sign else 2
        value = value if sign else next(iter(arguments[index + 1 : end]), "")
        if not value:
            raise UsageError(
                _("{option} needs a folder.").format(option=PROFILE_OPTION),
                hint=_("Write {option} DIR.").format(option=PROFILE_OPTION),
            )
        return Path(value), [*arguments[:index], *arguments[index + length :]]
    return None, arguments


def _report_usage(error: typer.TyperException) -> int:
    """Tell what is wrong with the request: one sentence, then where to look; a group's help is its own answer."""
    lines = error.format_message().rstrip().splitlines()
    for line in lines:
        tell(complaint(line))
    context = getattr(error, "ctx", None)
    if context is not None and len(lines) == 1:
        tell(_("See `{command} --help`.").format(command=context.command_path))
    return ExitCode.USAGE


def _write_plain_utf8() -> None:
    """Results are UTF-8 with plain line ends on every system, whatever the terminal's code page says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace", newline="\n")


def _close_stdout_quietly() -> None:
    """Whoever read the results has enough; Python's own flush at the end must not complain about that."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())
