"""How the groups of commands are made, so that all behave alike."""

from typing import TYPE_CHECKING

import typer
from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click.core import Context  # the type in the method's signature; no public name leads to it


class LightGroup(TyperGroup):
    """A group that looks at its own options only where they are meant.

    Looking at an option that was not given loads the library that checks values: 100 ms for every `--help` below.
    """

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Take the arguments; when a command comes first, the group's own options cannot follow."""
        if args and not args[0].startswith("-"):
            self.params = []
            self.add_help_option = False
        return super().parse_args(ctx, args)


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
