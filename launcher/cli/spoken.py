"""The command line in the person's language: help of all commands, and what Typer says about wrong requests.

`--help` is written from the command tree; the tree is built in English, and translated in place when another
language is wanted, so English costs nothing. `make texts` finds the texts by `tree_texts`. Used by
`launcher.__main__`.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import typer

from core.i18n import N_, _, current_language
from launcher.cli.tree import Page

if TYPE_CHECKING:
    from typer._click.core import Command  # the type of a command; no public name leads to it

_HELP_OF_HELP: Final = N_("Show this message and exit.")
_HEADINGS: Final = frozenset({N_("Arguments"), N_("Options"), N_("Commands")})
_METAVARS: Final = frozenset({N_("[OPTIONS]"), N_("COMMAND [ARGS]..."), N_("FILE"), N_("TEXT")})
_USAGE: Final = N_("Usage: ")
_EXTRA: Final = re.compile(r"(?P<help>.*?)\[(?P<extra>[^\[\]]*)\]", re.DOTALL)

_COMPLAINTS: Final = (
    (r"No such command '(?P<name>.*)'\. Did you mean '(?P<near>.*)'\?",
     N_("There is no command '{name}'. Did you mean '{near}'?")),
    (r"No such command '(?P<name>.*)'\.", N_("There is no command '{name}'.")),
    (r"Missing command\.", N_("A command is missing.")),
    (r"Missing argument '(?P<name>.*)'\.", N_("{name} is missing.")),
    (r"Missing option '(?P<name>.*)'\.", N_("{name} is missing.")),
    (r"No such option: (?P<name>.*) \(Possible options: (?P<near>.*)\)",
     N_("There is no option {name}. Possible are {near}.")),
    (r"No such option: (?P<name>.*)", N_("There is no option {name}.")),
    (r"Option '(?P<name>.*)' requires an argument\.", N_("{name} needs a value.")),
    (r"Option '(?P<name>.*)' does not take a value\.", N_("{name} takes no value.")),
    (r"Got unexpected extra argument\(s\) \((?P<name>.*)\)", N_("There is something too much: {name}.")),
    (r"Invalid value for '(?P<name>.*)': (?P<why>.*)", N_("{name} cannot have this value ({why}).")),
)  # fmt: skip
"""What Typer says in English, and how it is said in other languages."""


_REASONS: Final = (
    (r"Value error, (?P<value>'.*') is not one of (?P<known>.*)\.", N_("{value} is none of {known}.")),
    (r"Input should be a valid (integer|number).*", N_("this is no number.")),
    (r"Input should be less than or equal to (?P<most>\S+)", N_("at most {most}.")),
    (r"Input should be greater than or equal to (?P<least>\S+)", N_("at least {least}.")),
)
"""Why a value cannot be, as the checking library says it, and as people do."""


def speak(command: "Command") -> None:
    """Translate a command and all below it, in place; does nothing in English."""
    if current_language() == "en":
        return
    for found in _all_commands(command):
        found.help, found.short_help, found.epilog = map(_told, (found.help, found.short_help, found.epilog))
        found.context_class = _Spoken
        for name in ("options_metavar", "subcommand_metavar"):
            _translate(found, name)
        for parameter in found.params:
            for name in ("help", "metavar"):
                _translate(parameter, name)


def tree_texts(command: "Command") -> Iterator[tuple[str, str]]:
    """Return module and text of everything `--help` of a command and those below it shows."""
    for found in _all_commands(command):
        module = getattr(found.callback, "__module__", __name__)
        texts = [found.help, found.short_help, found.epilog]
        texts.extend(getattr(p, "help", None) for p in found.params if not getattr(p, "hidden", False))
        yield from ((module, text) for text in texts if text)


def complaint(english: str) -> str:
    """Return what Typer says about a wrong request, in the current language and without the checking library's."""
    english = _plainly(english)
    if current_language() == "en":
        return english
    for pattern, template in _COMPLAINTS:
        match = re.fullmatch(pattern, english, re.DOTALL)
        if match:
            return _(template).format(**match.groupdict())
    return english


def _plainly(english: str) -> str:
    """Return a complaint about a value with its reason as people say it."""
    match = re.fullmatch(r"(Invalid value for .*?: )(.*)", english, re.DOTALL)
    if match is None:
        return english
    head, why = match.groups()
    for pattern, template in _REASONS:
        found = re.fullmatch(pattern, why, re.DOTALL)
        if found:
            return head + _(template).format(**found.groupdict())
    return english


def _all_commands(command: "Command") -> "Iterator[Command]":
    yield command
    for inner in getattr(command, "commands", {}).values():
        yield from _all_commands(inner)


def _told(text: str | None) -> str | None:
    return None if text is None else _(text)


def _translate(thing: object, name: str) -> None:
    text = getattr(thing, name, None)
    if isinstance(text, str):
        setattr(thing, name, _(text))


class _Page(Page):
    """Help in the current language."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        super().write_usage(prog, args, _(_USAGE) if prefix is None else prefix)

    def write_heading(self, heading: str) -> None:
        super().write_heading(_(heading))

    def write_dl(self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2) -> None:
        super().write_dl([(name, _remark(text)) for name, text in rows], col_max, col_spacing)


class _Spoken(typer.Context):
    """A context whose pages of help use our words for headings and remarks."""

    formatter_class = _Page


def _remark(text: str) -> str:
    """Return the help of one option, with what Typer has added in brackets in our words."""
    match = _EXTRA.fullmatch(text)
    if match is None:
        return _(text) if text == _HELP_OF_HELP else text
    parts = [_extra(part) for part in match["extra"].split("; ")]
    return f"{match['help']}[{'; '.join(parts)}]"


def _extra(part: str) -> str:
    name, sign, value = part.partition(": ")
    if name == "default" and sign:
        return _("default: {value}").format(value=value)
    return _("required") if part == "required" else part
