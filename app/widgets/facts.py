"""A few facts below each other: what each is called on the left, what it is on the right.

Streamlit's own table does this too, but loads pandas for it, for seconds, at the first dataset one looks at.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import escape

import streamlit as st


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts by name, as plain text; the values of those in `code` are told letter by letter."""

    values: Mapping[str, str]
    label: str
    code: Collection[str] = ()

    def _repr_html_(self) -> str:
        """Return the table; whatever a name or value holds is text in it."""
        lines = "".join(
            f'<tr><th scope="row">{escape(name)}</th><td>{self._value(name, value)}</td></tr>'
            for name, value in self.values.items()
        )
        return f'<table class="facts" aria-label="{escape(self.label)}"><tbody>{lines}</tbody></table>'

    def _value(self, name: str, value: str) -> str:
        return f"<code>{escape(value)}</code>" if name in self.code else escape(value)


def facts(values: Mapping[str, str], *, label: str, code: Collection[str] = ()) -> None:
    """Draw facts.

    Args:
        values: What each is, by its name; plain text.
        label: What they are facts of, for those who do not see the table.
        code: Names of those whose value is read letter by letter, such as a fingerprint.
    """
    st.html(Facts(values, label, code))
