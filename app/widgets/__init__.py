"""What a person types into and chooses from, and small drawn parts every page shares.

The `s_…` widgets are the only way a page asks for something: what they hold is kept, checked by one rule, and part
of a form where they are given one.
"""

from app.widgets.choices import (
    s_checkbox,
    s_date,
    s_multiselect,
    s_radio,
    s_segments,
    s_select,
    s_slider,
)
from app.widgets.files import s_file
from app.widgets.keys import field_key
from app.widgets.tables import s_table
from app.widgets.texts import s_number, s_text, s_textarea

__all__ = [
    "field_key",
    "s_checkbox",
    "s_date",
    "s_file",
    "s_multiselect",
    "s_number",
    "s_radio",
    "s_segments",
    "s_select",
    "s_slider",
    "s_table",
    "s_text",
    "s_textarea",
]
