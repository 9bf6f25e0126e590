"""Small drawn parts every page shares, and the one function that builds widget keys."""

from app.widgets.keys import field_key

__all__ = ["field_key"]
