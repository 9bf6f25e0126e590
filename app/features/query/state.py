"""What the SQL page remembers: the text, the answers in their tabs, what the editor is told. No Streamlit."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.query.run import QueryRun
    from core.errors import BestandError

MOST_TABS = 12
"""Most answers kept at once."""


@dataclass(slots=True, eq=False)
class Tab:
    """One answer. `run` is None when the question was refused at once; then `refused` says why.

    `number` is that of the run in the editor, `start` the line and column where the statement began there;
    `parameters` are as typed. `job` saves the answer as a dataset. `view` is how its rows are to be arranged, each
    wish with another number.
    """

    id: int
    sql: str
    number: int = 0
    parameters: Mapping[str, str] = field(default_factory=dict)
    start: tuple[int, int] = (1, 1)
    name: str = ""
    pinned: bool = False
    run: "QueryRun | None" = None
    refused: "BestandError | None" = None
    job: str | None = None
    view: Mapping[str, Any] | None = None

    def narrow(self, filters: Sequence[Mapping[str, Any]]) -> None:
        """Want the rows that meet these filters and no others, without a search."""
        wish = int(self.view["wish"]) + 1 if self.view else 1
        self.view = {"filters": list(filters), "search": "", "wish": wish}

    @property
    def running(self) -> bool:
        """Whether the engine still works on the answer."""
        return self.run is not None and self.run.state == "running"

    @property
    def error(self) -> "BestandError | None":
        """Why there is no answer, if so."""
        return self.refused if self.run is None else self.run.error

    def stop(self) -> None:
        """Stop the run, if it still runs."""
        if self.run is not None:
            self.run.cancel()


@dataclass(slots=True)
class SqlState:
    """One window's questions. `text` and `seq` are the editor's, as last heard; `statement` is where its caret is.

    `typed` are the values of its `$name`s as an earlier window left them. `add` is a statement the editor is to
    take over, with its number. `live` tells that a timer draws the answer.
    """

    text: str = ""
    seq: int = 0
    statement: str = ""
    typed: Mapping[str, str] = field(default_factory=dict)
    tabs: list[Tab] = field(default_factory=list)
    chosen: int = 0
    add: tuple[int, str] | None = None
    live: bool = False
    _made: int = 0

    @property
    def tab(self) -> Tab | None:
        """The tab whose answer is shown."""
        return next((tab for tab in self.tabs if tab.id == self.chosen), None)

    @property
    def running(self) -> bool:
        """Whether the answer shown is still being made."""
        return self.tab is not None and self.tab.running

    def hear(self, text: str, seq: int, statement: str) -> None:
        """Take note of what is in the editor; an older text than the known one changes nothing."""
        if seq >= self.seq:
            self.text, self.seq, self.statement = text, seq, statement

    def ask(self, sql: str, *, number: int = 0, parameters: Mapping[str, str] | None = None) -> Tab:
        """Make a tab for a question and show it: in place of the one that is not pinned, else beside them."""
        self._made += 1
        tab = Tab(self._made, sql, number, dict(parameters or {}))
        loose = next((index for index, other in enumerate(self.tabs) if not other.pinned), None)
        if loose is None:
            self.tabs.append(tab)
        else:
            self.tabs[loose].stop()
            self.tabs[loose] = tab
        for other in self.tabs[:-MOST_TABS]:
            self.close(other.id)
        self.chosen = tab.id
        return tab

    def find(self, tab_id: int) -> Tab | None:
        """Return a tab, or None when it was closed."""
        return next((tab for tab in self.tabs if tab.id == tab_id), None)

    def pin(self, tab_id: int) -> None:
        """Keep a tab, or let it be replaced again; of those not pinned only one stays."""
        tab = self.find(tab_id)
        if tab is None:
            return
        tab.pinned = not tab.pinned
        if not tab.pinned:
            for other in [one for one in self.tabs if one is not tab and not one.pinned]:
                self.close(other.id)

    def close(self, tab_id: int) -> None:
        """Forget an answer; the one beside it is shown."""
        tab = self.find(tab_id)
        if tab is None:
            return
        tab.stop()
        index = self.tabs.index(tab)
        del self.tabs[index]
        if self.chosen == tab_id and self.tabs:
            self.chosen = self.tabs[min(index, len(self.tabs) - 1)].id

    def bring(self, sql: str) -> None:
        """Have the editor take over a statement."""
        before = self.add[0] if self.add else 0
        self.add = (max(before + 1, int(time.time() * 1000)), sql)
