"""What is picked for each chart, as a form whose every change is a step that is kept; and the chart on its way.

A chart belongs to a dataset, whatever that is called later, or to a question. No Streamlit.
"""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from app.features.chart import texts
from app.forms.spec import Field, FormSpec
from app.forms.state import FormState
from core.fingerprint import fingerprint
from core.i18n import current_language
from core.rules import Rule

if TYPE_CHECKING:
    from analysis.chart import Chart, ChartSpec
    from analysis.chart.option import Picture
    from analysis.chart.spec import Mark
    from analysis.row_sql import Filter
    from app.later import Later

_COLUMNS: Final = ("x", "y", "colour", "facet")
_MAIN: Final[Literal["bar"]] = "bar"


@dataclass(frozen=True, slots=True)
class Picked:
    """What a person has chosen; `mark` is None while the kind of chart follows the columns."""

    spec: "ChartSpec"
    mark: "Mark | None" = None


@dataclass(frozen=True, slots=True)
class Shown:
    """What is drawn of a chart: its picture, title and caption, and the places along x a range can begin at."""

    picture: "Picture"
    title: str
    caption: str
    places: "list[tuple[float, str]]"


@dataclass(slots=True)
class Drawing:
    """One chart being worked on.

    `making` is the chart on its way or there: of which description, computed from what; `glance` is a first look
    at it, where it takes a while. `drawn` is what is shown of which chart, and in which language. `picked_rows` is
    the range that is picked and not acted on yet, `drops` how often one was taken away again. `shows_data` tells
    that the table behind it is open, `written` is the last file and its size.
    """

    form: FormState
    dataset: str | None
    sql: str | None
    making: "tuple[ChartSpec, str, Later[Chart]] | None" = None
    glance: "Later[Chart | None] | None" = None
    drawn: "tuple[Chart, str, Shown] | None" = None
    picked_rows: "tuple[Filter, ...]" = ()
    drops: int = 0
    shows_data: bool = False
    written: "tuple[str, int] | None" = None

    @property
    def picked(self) -> Picked:
        """What is picked now; a pick no chart can have any more counts as none."""
        from analysis.chart import ChartSpec

        values = {name: value for name, value in self.form.values.items() if value is not None}
        mark = values.pop("mark", None)
        return Picked(ChartSpec.from_dict({**values, "dataset": self.dataset, "sql": self.sql}), mark)

    def shown_of(self, chart: "Chart") -> Shown:
        """Return what is drawn of a chart, made once for each."""
        from analysis.chart.narrow import span_places
        from analysis.chart.option import picture
        from analysis.chart.words import caption, title

        language = current_language()
        if self.drawn is None or self.drawn[0] is not chart or self.drawn[1] != language:
            shown = Shown(picture(chart), title(chart), caption(chart), span_places(chart))
            self.drawn = (chart, language, shown)
        return self.drawn[2]

    def first_look(self) -> "Chart | None":
        """Return the first look at the chart on its way, if there is one."""
        if self.glance is None or not self.glance.wait(0) or self.glance.failed:
            return None
        return self.glance.value()

    def make(self, spec: "ChartSpec", basis: str, making: "Later[Chart]") -> None:
        """Take another chart that is on its way; nobody waits for the one before any more."""
        if self.making is not None:
            self.making[2].cancel()
        if self.glance is not None:
            self.glance.cancel()
        self.making, self.glance, self.picked_rows = (spec, basis, making), None, ()

    def change(self, name: str, picked: Picked) -> None:
        """Make a step."""
        data = picked.spec.to_dict()
        known = {one.name: data.get(one.name) for one in self.form.spec.fields}
        self.form.change_many({**known, "mark": picked.mark}, name)
        self.written = None


@dataclass(slots=True)
class ChartState:
    """The charts of one window by the names of their forms; `shown` is what the last of them shows."""

    drawings: dict[str, Drawing] = field(default_factory=dict)
    shown: "tuple[str | None, str | None] | None" = None

    def of(self, form: FormState, dataset: str | None, sql: str | None) -> Drawing:
        """Return the chart of a form, which shows a dataset or the answer of a question."""
        self.shown = (dataset, sql)
        drawing = self.drawings.setdefault(form.name, Drawing(form, dataset, sql))
        drawing.form, drawing.dataset = form, dataset
        return drawing


def form_name(dataset_id: str | None, sql: str | None) -> str:
    """Return the name of a chart's form."""
    return f"chart:{dataset_id}" if dataset_id is not None else f"chart-of:{fingerprint({'sql': sql})}"


def chart_form() -> FormSpec:
    """Return what a chart asks."""
    rules = _rules()
    named = {
        "mark": texts.kind(),
        **{name: texts.role(name, _MAIN) for name in _COLUMNS},
        "aggregate": texts.aggregate(),
        "bins": texts.bins(),
        "unit": texts.unit(),
        "sort": texts.sort(),
        "limit": texts.limit(),
        "filters": texts.filters(),
    }
    fields = tuple(Field(name, label, rules[name]) for name, label in named.items())
    return FormSpec(fields, autosave=True)


def changed(picked: Picked, **fields: Any) -> Picked:  # noqa: ANN401 - the fields of a description
    """Return what is picked with some fields of the description changed."""
    return replace(picked, spec=replace(picked.spec, **fields))


@cache
def _rules() -> dict[str, Rule[Any]]:
    """Return the rule of each field: the types and limits of the description itself."""
    from typing import Annotated

    from pydantic import Field as Limits

    from analysis.chart.spec import MAX_BINS, MAX_LIMIT, Aggregate, Order, Unit
    from analysis.chart.spec import Mark as MarkKind

    column: Rule[Any] = Rule(str, required=False)
    return {
        **dict.fromkeys(_COLUMNS, column),
        "mark": Rule(MarkKind, required=False),
        "aggregate": Rule(Aggregate, required=False),
        "bins": Rule(Annotated[int, Limits(ge=0, le=MAX_BINS)], required=False),
        "unit": Rule(Unit, required=False),
        "sort": Rule(Order, required=False),
        "limit": Rule(Annotated[int, Limits(ge=0, le=MAX_LIMIT)], required=False),
        "filters": Rule(list[dict[str, Any]], required=False),
    }
