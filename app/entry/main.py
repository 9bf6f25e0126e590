"""The script Streamlit runs for each window; alone in its folder, which Streamlit puts on the import path."""

from app.runtime import get_context
from app.shell import draw

draw(get_context())
