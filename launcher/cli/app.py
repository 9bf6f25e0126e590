"""`bestand app …`: start the page's server, get a link to it."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.i18n import _
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
    files: Annotated[list[Path] | None, typer.Argument(metavar="FILE", help="Files to import at once.")] = None,
    no_window: Annotated[
        bool, typer.Option("--no-window", help="Open no window; print a one-time link instead.")
    ] = False,
    port: Annotated[
        int | None, typer.Option(min=1, max=65_535, help="Listen on this port instead of the profile's own.")
    ] = None,
) -> None:
    """Open the window and stay until it is closed; hand files to the one that is open already."""
    paths = profile_of(ctx)
    given = [file.absolute() for file in files or ()]
    from launcher.server.browser import has_display

    problem = None if no_window else _window_problem()
    if no_window or problem:
        if problem and has_display():
            tell(_("No window can be opened, because {what} is missing.").format(what=problem))
        _serve(paths, given, port, browser=bool(problem))
    else:
        _show_window(paths, given, port)


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


def _window_problem() -> str | None:
    from launcher.window.system import window_problem

    return window_problem()


def _show_window(paths: "ProfilePaths", files: list[Path], port: int | None) -> None:
    from launcher.window.run import Ending, run_window

    ending = run_window(paths, files=files, port=port)
    if ending is Ending.INTERRUPTED:
        raise typer.Exit(ExitCode.INTERRUPTED)
    if ending is Ending.HANDED_OVER:
        tell(_("The window that is open already came to the front."))
    elif ending is Ending.ENGINE_ALONE:
        from launcher.instance import require_engine

        _show_way_in(paths, require_engine(paths), browser=True)


def _serve(paths: "ProfilePaths", files: list[Path], port: int | None, *, browser: bool) -> None:
    """Serve without a window; files for a Bestand that runs already are handed over to it."""
    from launcher.instance import running_kind

    kind = running_kind(paths) if files else None
    if kind is not None:
        from launcher.handover import hand_over

        pid = hand_over(paths, kind, files)
        tell(_("Handed over to the Bestand that runs already (process {pid}).").format(pid=pid))
        return
    from launcher.server.light import begin_light

    begin_light()
    from launcher.server.alone import serve_alone

    def ready(address: "EngineAddress") -> None:
        _show_way_in(paths, address, browser=browser)

    if serve_alone(paths, files=files, port=port, ready=ready):
        raise typer.Exit(ExitCode.INTERRUPTED)


def _show_way_in(paths: "ProfilePaths", address: "EngineAddress", *, browser: bool) -> None:
    """Open the browser where there is a screen; the link is printed in any case."""
    from launcher.server.browser import has_display, open_in_browser
    from launcher.server.links import mint_link

    write_line(mint_link(paths, address.origin))
    sys.stdout.flush()
    tell(_("The link opens Bestand in one browser, once. `bestand app url` prints another; Ctrl+C stops."))
    if browser and has_display():
        open_in_browser(paths, mint_link(paths, address.origin))
