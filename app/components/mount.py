"""From a component's name to something a page can draw, and the route that serves the built files.

What Streamlit is given is a few lines of script that load the built file from our own route: the file is sent to a
browser once and kept, while script text handed to Streamlit would travel again with every drawing.
"""

import json
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from core.i18n import LANGUAGES, N_, _, speaking

if TYPE_CHECKING:
    from streamlit.components.v2.types import ComponentRenderer

ASSETS: Final = Path(__file__).with_name("assets")
ASSETS_PATH: Final = "/assets"
_FOREVER: Final = "private, max-age=31536000, immutable"
"""A built file's name carries the hash of its content."""
_KINDS: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
"""Set by us: what the system's own table says of `.js` differs from machine to machine."""

_LOADER: Final = """\
export default (component) => {
  let leave, left = false;
  import(new URL(%(url)s, location.origin).href).then(
    (module) => { if (!left) leave = module.default({...component, data: component.data?.[0]}); },
    () => {
      const sorry = %(sorry)s;
      component.parentElement.textContent = sorry[document.documentElement.lang] ?? sorry.en;
    },
  );
  return () => { left = true; leave?.(); };
};
"""
_SORRY: Final = N_("This part of the page could not be loaded. Press F5 to try again.")


@cache
def built_files() -> dict[str, str]:
    """Return the file name of each built component, by its name.

    Raises:
        FileNotFoundError: nothing has been built (`make frontend`).
    """
    manifest = json.loads((ASSETS / "manifest.json").read_text(encoding="utf-8"))
    return {entry["name"]: entry["file"] for entry in manifest.values() if entry.get("isEntry")}


def component(name: str, *, isolated: bool = True) -> "ComponentRenderer":
    """Register a component and return what draws it; call this once, when a module is imported.

    Args:
        name: Its folder's name.
        isolated: Draw it in a shadow root, so that neither its styles nor the page's cross over.
    """
    import streamlit as st

    script = _LOADER % {"url": json.dumps(asset_url(name)), "sorry": json.dumps(_sorry())}
    draw = st.components.v2.component(f"bestand_{name}", js=script, isolate_styles=isolated)

    def drawn(*, data: object = None, **more: Any) -> object:  # noqa: ANN401 - whatever Streamlit's own takes
        """Draw with the data in a list: in a dict Streamlit would look for data frames, and load pandas for it."""
        return draw(data=[data], **more)

    return cast("ComponentRenderer", drawn)


def _sorry() -> dict[str, str]:
    """Return what a component says that cannot be loaded, by language: which one, only the page knows."""
    told = {}
    for language in LANGUAGES:
        with speaking(language):
            told[language] = _(_SORRY)
    return told


def asset_url(name: str) -> str:
    """Return where a component's script is served, without the host."""
    return f"{ASSETS_PATH}/{built_files()[name]}"


@cache
def script_urls() -> list[str]:
    """Return where every built script is served, so that a page may load them before they are needed."""
    manifest = json.loads((ASSETS / "manifest.json").read_text(encoding="utf-8"))
    files = {str(entry["file"]) for entry in manifest.values()}
    return sorted(f"{ASSETS_PATH}/{file}" for file in files if file.endswith(".js"))


def first_urls(names: Sequence[str]) -> list[str]:
    """Return where the scripts of some components are served, and those they begin with, each once."""
    manifest = json.loads((ASSETS / "manifest.json").read_text(encoding="utf-8"))
    waiting = [key for key, entry in manifest.items() if entry.get("isEntry") and entry["name"] in names]
    found: dict[str, None] = {}
    while waiting:
        entry = manifest[waiting.pop()]
        waiting += [
            key for key in entry.get("imports", ()) if f"{ASSETS_PATH}/{manifest[key]['file']}" not in found
        ]
        found[f"{ASSETS_PATH}/{entry['file']}"] = None
    return sorted(found)


def asset_routes() -> list[BaseRoute]:
    """Return the route that serves the built files."""
    return [Mount(ASSETS_PATH, _Assets(directory=ASSETS), name="assets")]


class _Assets(StaticFiles):
    """The built files: never changing under one name."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kind = _KINDS.get(Path(path).suffix)
        if kind and response.status_code == 200:
            response.headers["content-type"] = kind
            response.headers["cache-control"] = _FOREVER
        return response

    def lookup_path(self, path: str) -> Any:  # noqa: ANN401 - as in the base class
        """Find a built file; the list of them is not served."""
        return super().lookup_path(path) if Path(path).suffix in _KINDS else ("", None)
