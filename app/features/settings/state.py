"""What the settings page remembers: the changes of this window, so that they can be taken back. No Streamlit."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.features.settings.actions import Change


@dataclass(slots=True)
class SettingsState:
    """The changes made here, the last one last, each with the name it is known by."""

    made: "list[tuple[str, Change]]" = field(default_factory=list)
    drawn: int = 0
