"""What the chart page remembers of each dataset and answer: what is picked, and the steps back. No Streamlit."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartSpec
    from analysis.chart.spec import Mark
    from app.later import Later

MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Picked:
    """What a person has chosen; `mark` is None while the kind of chart follows the columns."""

    spec: "ChartSpec"
    mark: "Mark | None" = None


@dataclass(frozen=True, slots=True)
class Step:
    """A change that can be taken back: what it is called, and what was there before."""

    name: str
    before: Picked


@dataclass(slots=True)
class Drawing:
    """One chart being worked on.

    `making` is the chart on its way or there: of which description, computed from what. `shows_data` tells that
    the table behind it is open, `clicks` counts what changed, `written` is the last file and its size.
    """

    picked: Picked
    past: list[Step] = field(default_factory=list)
    future: list[Step] = field(default_factory=list)
    making: "tuple[ChartSpec, str, Later[Chart]] | None" = None
    shows_data: bool = False
    clicks: int = 0
    written: "tuple[str, int] | None" = None

    def change(self, name: str, picked: Picked) -> None:
        """Make a step; what had been taken back before is gone."""
        if picked == self.picked:
            return
        self.past.append(Step(name, self.picked))
        del self.past[:-MOST_STEPS]
        self.future.clear()
        self.picked = picked
        self.clicks += 1
        self.written = None

    def undo(self) -> None:
        """Take the last step back."""
        if self.past:
            step = self.past.pop()
            self.future.append(Step(step.name, self.picked))
            self.picked = step.before
            self.clicks += 1

    def redo(self) -> None:
        """Make the step again that was taken back last."""
        if self.future:
            step = self.future.pop()
            self.past.append(Step(step.name, self.picked))
            self.picked = step.before
            self.clicks += 1


@dataclass(slots=True)
class ChartState:
    """The charts of one window by what they show; `shown` is the last of them."""

    drawings: "dict[tuple[str | None, str | None], Drawing]" = field(default_factory=dict)
    shown: "tuple[str | None, str | None] | None" = None

    def of(self, dataset: str | None, sql: str | None) -> Drawing:
        """Return the chart of a dataset or of a question, a new one if there is none."""
        from analysis.chart import ChartSpec

        self.shown = (dataset, sql)
        return self.drawings.setdefault(self.shown, Drawing(Picked(ChartSpec(dataset=dataset, sql=sql))))


def changed(picked: Picked, **fields: Any) -> Picked:  # noqa: ANN401 - the fields of a description
    """Return what is picked with some fields of the description changed."""
    return replace(picked, spec=replace(picked.spec, **fields))
