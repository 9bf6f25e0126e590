"""What the SQL page remembers: the run whose answer is shown. No Streamlit."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.query.run import QueryRun


@dataclass(slots=True)
class SqlState:
    """The run shown, or why there is none. `page` counts from 1; `live` tells that a timer draws the answer."""

    run: "QueryRun | None" = None
    refused: tuple[str, str] | None = None
    page: int = 1
    live: bool = False

    def ask(self, run: "QueryRun") -> None:
        """Show the answer of this run, from its first page on."""
        self.stop()
        self.run, self.refused, self.page = run, None, 1

    def refuse(self, message: str, hint: str) -> None:
        """Show why there is no answer."""
        self.stop()
        self.run, self.refused, self.page = None, (message, hint), 1

    def stop(self) -> None:
        """Stop the run shown, if it still runs."""
        if self.run is not None:
            self.run.cancel()

    @property
    def running(self) -> bool:
        """Whether the engine still works on the answer."""
        return self.run is not None and self.run.state == "running"
