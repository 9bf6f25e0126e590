"""`bestand logs …`: what happened, by time or by trace."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.i18n import _
from launcher.cli.output import tell, visible, write_json, write_line
from launcher.cli.session import profile_of
from launcher.cli.tree import command_group

if TYPE_CHECKING:
    from collections.abc import Mapping

group = command_group("The log.")

_HEAD = ("at", "level", "event", "trace")
_QUIET = frozenset({*_HEAD, "logger", "actor", "pid", "exception"})


@group.command()
def show(
    ctx: typer.Context,
    trace: Annotated[
        str | None, typer.Option("--trace", metavar="ID", help="Only what belongs to one click or command.")
    ] = None,
    newest: Annotated[int, typer.Option("--newest", "-n", min=1, help="How many lines, without --trace.")] = 100,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Show log lines, oldest first."""
    from core.logging import read_log

    lines = list(read_log(profile_of(ctx).logs, trace_id=trace, newest=newest))
    for line in lines:
        if json:
            write_json(line)
        else:
            _write_for_people(line)
    if not lines:
        tell(_("The log has nothing about '{trace}'.").format(trace=trace) if trace else _("The log is empty."))


def _write_for_people(line: "Mapping[str, Any]") -> None:
    facts = " ".join(f"{name}={value}" for name, value in line.items() if name not in _QUIET and value is not None)
    head = f"{line.get('at', '')} {line.get('level', '')!s:<7} {line.get('event', '')}"
    trace = f" [{line['trace']}]" if line.get("trace") else ""
    write_line(visible(f"{head} {facts}".rstrip() + trace))
    for stack_line in str(line.get("exception") or "").splitlines():
        write_line(f"    {visible(stack_line)}")
