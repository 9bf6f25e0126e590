"""How the groups of commands are made, so that all behave alike, and how their pages of help look."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import typer
from typer._click.formatting import HelpFormatter  # no public name leads to it; Typer has loaded it already
from typer.core import TyperGroup

from core.i18n import _

if TYPE_CHECKING:
    from typer._click.core import Command, Context  # the types in the methods' signatures

_TYPE: Final = re.compile(r" <(?:list\[)?(?P<kind>str|Path|int|float)(?: range)?\]?>$")
"""What Typer puts behind a name that says nothing of its kind: Python's own name of it."""
_KINDS: Final = {"str": "TEXT", "Path": "FILE", "int": "N", "float": "N"}


class Page(HelpFormatter):
    """A page of help without Python's names of types."""

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        """Write what each thing is called, and what it does."""
        super().write_dl([(_named(name), text) for name, text in rows], col_max, col_spacing)


class Plain(typer.Context):
    """A context with such pages."""

    formatter_class = Page


class LightGroup(TyperGroup):
    """A group that looks at its own options only where they are meant.

    Looking at an option that was not given loads the library that checks values: 100 ms for every `--help` below.
    """

    context_class = Plain

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Take the arguments; when a command comes first, the group's own options cannot follow."""
        if args and not args[0].startswith("-"):
            self.params = []
            self.add_help_option = False
        return super().parse_args(ctx, args)

    def get_command(self, ctx: "Context", cmd_name: str) -> "Command | None":
        """Return a command, whose pages look like the group's."""
        found = super().get_command(ctx, cmd_name)
        if found is not None and found.context_class.formatter_class is HelpFormatter:
            found.context_class = Plain
        return found

    def format_commands(self, ctx: "Context", formatter: HelpFormatter) -> None:
        """Write what there is in the group, each with its whole first sentence."""
        names = self.list_commands(ctx)
        found = [(name, self.get_command(ctx, name)) for name in names]
        rows = [(name, one.get_short_help_str(10**6)) for name, one in found if one is not None and not one.hidden]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


def _named(name: str) -> str:
    """Return a name with its kind as people say it; an argument's says it already."""
    match = _TYPE.search(name)
    if match is None:
        return name
    bare = name[: match.start()]
    return f"{bare} {_(_KINDS[match['kind']])}" if name.startswith("-") else bare


def command_group(help_text: str) -> typer.Typer:
    """Return a group of commands: plain help (rich would double its time), no pretty stack traces."""
    return typer.Typer(
        cls=LightGroup,
        help=help_text,
        no_args_is_help=True,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["--help", "-h"]},
    )
