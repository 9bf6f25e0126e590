"""What the window itself shows: the splash, and calm notices over the page or in its place.

A notice is a few lines with buttons. What a person chose is read by asking the page, not by a door the page could
open: nothing in the page can call into the window.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from launcher.cover import splash

NOTICE_ID: Final = "bestand-notice"
CHOICE: Final = f"(document.getElementById({NOTICE_ID!r}) || {{dataset: {{}}}}).dataset.choice || ''"
"""The script whose value is the button that was pressed, as text; empty before that."""
DROP_NOTICE: Final = (
    f"(() => {{ const n = document.getElementById({NOTICE_ID!r}); if (n) n.remove(); return '' }})()"
)
"""The script that takes a notice away."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A few calm lines. `actions` is name and label of each button; the first one is the likely one.

    A notice that `passes` goes away by itself when the page below it works again; with `escape`, the Escape key
    chooses the action of that name.
    """

    title: str
    lines: tuple[str, ...]
    actions: tuple[tuple[str, str], ...] = ()
    passes: bool = False
    escape: str = ""


def notice_page(notice: Notice, theme: str) -> str:
    """Return a page of its own that shows a notice."""
    return splash(theme, "").replace("</body>", f"<script>{notice_script(notice)}</script></body>")


def notice_script(notice: Notice) -> str:
    """Return the script that lays a notice over the page that is shown, in place of an earlier one."""
    facts = json.dumps(asdict(notice)).replace("</", "<\\/")
    return _script().replace("{id}", NOTICE_ID).replace("{notice}", facts)


def _script() -> str:
    return Path(__file__).with_name("notice.js").read_text(encoding="utf-8")
