"""Completes a chart in the browser with what its description cannot say.

A range is picked by dragging at once, without a click on its tool first; zooming is taken back; numbers and times
are written as the person's language writes them. ECharts has no option for these, only actions and functions of
the drawing; this finds the drawing and gives them to it.
"""

from typing import Literal

from app.components.mount import component
from core.i18n import current_locale

_draw = component("charting")


def complete_chart(picture: str, *, brush: Literal["lineX", "rect"] | None, all_again: str, key: str) -> None:
    """Draw nothing; dragging over a chart picks from now on, until a person takes another tool.

    Args:
        picture: The key of the chart.
        brush: What dragging picks: a range along x, an area, or nothing.
        all_again: What the tool is called that shows everything after zooming.
        key: The widget's key.
    """
    locale = str(current_locale()).replace("_", "-")
    place = f"st-key-{picture}"
    _draw(key=key, height="content", data={"place": place, "brush": brush, "all": all_again, "locale": locale})
