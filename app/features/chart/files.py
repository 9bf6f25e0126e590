"""The Export control of the chart page: png, svg or html, and the file at the end."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from app.boundary import escaped, guarded
from app.features.chart import actions, texts
from app.features.chart.state import Drawing
from app.router import redraw_view
from app.widgets import field_key, s_segments
from app.widgets.words import size

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartFormat
    from analysis.chart.export import Scheme
    from app.context import AppContext

VIEW: Final = "chart"
PNG: "Final[ChartFormat]" = "png"
FORMATS: Final = {"png": "PNG", "svg": "SVG", "html": "HTML"}
PANEL_PX: Final = 320


def export_panel(ctx: "AppContext", drawing: Drawing, chart: "Chart | None") -> None:
    """Draw the Export button, and what it opens while it is open; without a chart it cannot be pressed."""
    box = st.popover(
        texts.export(), icon=":material/download:", key=field_key(VIEW, "export_box"), disabled=chart is None,
        on_change="rerun",
    )  # fmt: skip
    if chart is not None and box.open:
        with box:
            _draw_panel(ctx, drawing, chart)


def _draw_panel(ctx: "AppContext", drawing: Drawing, chart: "Chart") -> None:
    def write() -> None:
        from analysis.chart.words import title

        scheme: Scheme = "dark" if st.context.theme.type == "dark" else "light"
        target = actions.free_target(ctx, title(chart), chosen)
        file = actions.write(ctx, chart, target, chosen, scheme=scheme)
        drawing.written = (str(file.path), file.bytes)
        redraw_view(VIEW)

    with st.container(width=PANEL_PX, key="chart_export_panel"):
        chosen: ChartFormat = s_segments(
            ctx, VIEW, "format", label=texts.file_format(), options=list(FORMATS), naming=FORMATS.__getitem__,
            default=PNG,
        )  # fmt: skip
        st.button(texts.write(), key=field_key(VIEW, "write"), type="primary", on_click=guarded(VIEW, write))
        if drawing.written is None:
            st.caption(texts.formats_told())
            return
        path = Path(drawing.written[0])
        st.markdown(f"**{escaped(path.name)}** · {size(drawing.written[1])}")
        st.download_button(
            texts.save(), data=path.read_bytes, file_name=path.name, key=field_key(VIEW, "save"),
            icon=":material/download:", on_click="ignore",
        )  # fmt: skip
        st.caption(escaped(texts.lies_in(str(path.parent))))
