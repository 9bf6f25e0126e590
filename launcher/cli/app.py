"""`bestand app …`: start the page's server, get a link to it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from launcher.cli.failures import ExitCode
from launcher.cli.output import tell, write_json, write_line
from launcher.cli.session import profile_of
from launcher.cli.tree import command_group

if TYPE_CHECKING:
    from core.paths import ProfilePaths
    from launcher.instance import EngineAddress

group = command_group("The window and its engine.")


@group.command()
def run(
    ctx: typer.Context,
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILE]...", help="Files to import at once.")
    ] = None,
    no_window: Annotated[
        bool, typer.Option("--no-window", help="Open no window; print a one-time link instead.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Listen on this port instead of the profile's own.")
    ] = None,
    supervised: Annotated[bool, typer.Option("--supervised", hidden=True)] = False,
) -> None:
    """Start Bestand and stay until Ctrl+C."""
    from launcher.server.serve import run_engine

    paths = profile_of(ctx)

    def ready(address: "EngineAddress") -> None:
        if supervised:
            write_json({"port": address.port, "boot": address.boot})
        else:
            _show_way_in(paths, address, window=not no_window)
        sys.stdout.flush()

    interrupted = run_engine(
        paths, ready=ready, port=port, files=files or (), supervisor=sys.stdin if supervised else None
    )
    if interrupted:
        raise typer.Exit(ExitCode.INTERRUPTED)


@group.command()
def url(
    ctx: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="One JSON object per line.")] = False,
) -> None:
    """Print a one-time link that opens the running Bestand in a browser."""
    from launcher.instance import require_engine
    from launcher.server.links import LINK_LIFE_S, mint_link

    paths = profile_of(ctx)
    link = mint_link(paths, require_engine(paths).origin)
    if json:
        write_json({"url": link, "valid_s": int(LINK_LIFE_S)})
    else:
        write_line(link)


def _show_way_in(paths: "ProfilePaths", address: "EngineAddress", *, window: bool) -> None:
    """Open the browser where there is a screen; the link is printed in any case."""
    from launcher.server.browser import has_display, open_in_browser
    from launcher.server.links import mint_link

    write_line(mint_link(paths, address.origin))
    tell("The link opens Bestand in one browser, once. `bestand app url` prints another; Ctrl+C stops.")
    if window and has_display():
        open_in_browser(paths, mint_link(paths, address.origin))
