"""A form as a window has it: fields, rules, dependent fields, saving, two windows, and saving without a window."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import pyarrow as pa
import pytest
from pydantic import Field as Limits

from analysis.rows import RowQuery
from app.components.grid import dataset_rows, edited_rows
from app.components.grid.sources import Sources
from app.context import AppContext, opened_app
from app.features.datasets import actions as datasets
from app.features.query import actions as query
from app.forms.history import FormHistory
from app.forms.saving import save_form
from app.forms.spec import Field, FormSpec, Values
from app.forms.state import FormState, problem_as_typed
from app.forms.tree import Act
from app.widgets.files import taken_in
from core.errors import FormError, RuleError, UsageError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from core.rules import Rule
from tests.tables import add_dataset

NAME: Final[Rule[str]] = Rule(Annotated[str, Limits(min_length=2)])
COUNT: Final[Rule[int]] = Rule(Annotated[int, Limits(ge=0, le=99)], required=False)


@pytest.fixture
def ctx(profile: ProfilePaths) -> Iterator[AppContext]:
    """An open profile."""
    with opened_app(profile) as opened:
        yield opened


def spec(*, autosave: bool = False) -> FormSpec:
    """A form with a field that clears another, one that is asked sometimes, and rules of each kind."""
    return FormSpec(
        (
            Field("name", "Name", NAME),
            Field("kind", "Kind", Rule(str), default="a", clears=("count",)),
            Field("count", "Count", COUNT),
            Field("why", "Why", NAME, when=lambda values: values.get("kind") == "odd"),
        ),
        checks=(few_are_named,),
        later={"name": is_free},
        autosave=autosave,
    )


def few_are_named(values: Values) -> Mapping[str, str]:
    """A rule over two fields."""
    return {"name": "Few need a longer name."} if values.get("count") == 1 and values.get("name") == "xy" else {}


def is_free(name: Any, values: Values) -> str | None:  # noqa: ANN401 - a name
    """A rule that would look something up."""
    del values
    return "Taken." if name == "taken" else None


def opened(ctx: AppContext, *, window: str = "one", autosave: bool = False) -> FormState:
    """The form in a window."""
    return FormState.opened(FormHistory(ctx.storage.database), spec(autosave=autosave), "trial", window=window)


def test_what_is_wrong_is_kept_as_typed_and_never_saved(ctx: AppContext) -> None:
    """The text is there after a restart; saving says what is wrong and writes nothing."""
    form = opened(ctx)
    form.change("count", "77.5e")
    again = opened(ctx)

    assert again.shown("count") == "77.5e"
    assert again.problems["count"] == "'77.5e' is no number."
    assert again.status == "invalid"
    with pytest.raises(FormError, match="2 fields"):
        again.save()
    assert again.standing.saved is None


def test_a_form_goes_from_clean_to_dirty_to_saved(ctx: AppContext) -> None:
    """Its state is always the truth; saving twice is saving once."""
    form = opened(ctx)
    assert form.status == "clean"
    form.change("name", "first")
    assert (form.status, form.dirty_fields()) == ("dirty", {"name"})
    saved = form.save("a description")
    assert saved is not None
    assert (form.status, saved.label) == ("saved", "a description")
    assert form.save() == saved
    form.change("count", "3")
    form.reset()
    assert (form.status, form.value("count")) == ("saved", None)
    form.undo()
    assert form.value("count") == 3


def test_a_field_clears_those_that_depend_on_it_in_the_same_step(ctx: AppContext) -> None:
    """One act is one step, whatever it changed."""
    form = opened(ctx)
    form.change("count", "5")
    form.change("kind", "b")
    assert form.value("count") is None
    form.undo()
    assert (form.value("count"), form.value("kind")) == (5, "a")


def test_a_field_that_is_not_asked_is_not_checked_and_keeps_its_value(ctx: AppContext) -> None:
    """Its value is there again when it is asked again."""
    form = opened(ctx)
    form.change("name", "right")
    form.change("kind", "odd")
    assert "why" in form.problems
    form.change("why", "because")
    form.change("kind", "a")
    assert "why" not in form.values
    form.change("kind", "odd")
    assert form.value("why") == "because"


def test_rules_over_fields_and_slow_ones_judge_what_is_being_typed(ctx: AppContext) -> None:
    """They are asked with what is typed now and with what the other fields hold."""
    form = opened(ctx)
    form.change("count", "1")

    assert problem_as_typed(form, "name", "xy") == "Few need a longer name."
    assert problem_as_typed(form, "name", "taken") == "Taken."
    assert problem_as_typed(form, "name", "fine") is None
    form.change("name", "taken")
    with pytest.raises(FormError):
        form.save()
    assert form.problems == {"name": "Taken."}


def test_autosave_saves_what_is_right_at_once_and_keeps_what_is_wrong(ctx: AppContext) -> None:
    """What is saved is always right; what is typed is always kept."""
    form = opened(ctx, autosave=True)
    form.change("name", "right")
    assert form.standing.saved_data is not None
    form.change("count", "many")
    assert form.standing.saved_data["count"] is None
    assert opened(ctx, autosave=True).shown("count") == "many"


def test_a_clash_waits_in_every_window_until_it_is_decided(ctx: AppContext) -> None:
    """Also in one that is opened later; each side can hold."""
    one, two = opened(ctx), opened(ctx, window="two")
    one.change("name", "from one")
    two.change("name", "from two")
    assert two.status == "conflict"
    later = opened(ctx, window="three")
    assert later.status == "conflict"
    waiting = later.waiting()
    assert waiting is not None
    (clash,) = waiting[1].clashes
    assert (clash.mine, clash.theirs, clash.base) == ("from two", "from one", None)
    later.settle(waiting[0], {("name",): "mine"})
    assert (later.value("name"), later.waiting()) == ("from two", None)
    later.undo()
    assert later.value("name") == "from one"


def test_saving_without_a_window_judges_by_the_same_rules(ctx: AppContext) -> None:
    """A command or an import is told what is wrong, by the name of the field."""
    with pytest.raises(FormError, match="Name: This needs at least 2 signs"):
        save_form(ctx, "trial", {"name": "x"}, spec=spec())
    first = save_form(ctx, "trial", {"name": "by command"}, spec=spec(), description="by command")
    assert save_form(ctx, "trial", {"name": "by command"}, spec=spec()).number == first.number
    assert opened(ctx).value("name") == "by command"


def test_a_kept_question_that_was_replaced_comes_back(ctx: AppContext) -> None:
    """Each version stays; a question that was dropped can be kept again under its name."""
    query.keep_question(ctx, "big", "select 1")
    assert query.earlier_version(ctx, "big") is None
    query.keep_question(ctx, "big", "select 2")
    before = query.earlier_version(ctx, "big")
    assert before is not None
    query.bring_back_question(ctx, "big", before)
    assert [one.sql for one in query.saved_questions(ctx)] == ["select 1"]
    query.drop_question(ctx, query.saved_questions(ctx)[0].id)
    query.keep_question(ctx, "big", "select 1")
    assert [one.sql for one in query.saved_questions(ctx)] == ["select 1"]


def test_the_name_of_a_dataset_is_judged_the_same_way_wherever_it_is_wanted(ctx: AppContext) -> None:
    """By an import, from the page and from the command line, and when an answer is saved."""
    for name in ("a\nb", "x" * 121):
        with pytest.raises(RuleError):
            datasets.start_import(ctx, ctx.paths.root / "any.csv", name=name)
        with pytest.raises(RuleError):
            query.start_save(ctx, "select 1", name)
    with pytest.raises(UsageError):
        query.start_save(ctx, "select 1", " ")


def test_a_file_is_kept_once_for_each_content(ctx: AppContext) -> None:
    """Handed in twice, under two names, it lies there once; nothing of the upload stays."""
    one, two = taken_in(ctx, "a.txt", b"content"), taken_in(ctx, "../b.txt", b"content")

    assert one.digest == two.digest
    assert two.name == "b.txt"
    assert one.path(ctx).read_bytes() == b"content"
    assert list(ctx.paths.uploads.iterdir()) == []


def test_edits_lie_on_top_of_rows_that_stay_as_they_are(ctx: AppContext) -> None:
    """A value of the column's type stays one; any other makes the column text; the dataset is not touched."""
    manifest = add_dataset(ctx.storage, "rows", pa.table({"n": [1, 2, 3], "t": ["x", "y", None]}))
    history = FormHistory(ctx.storage.database)
    history.step("edits", {"rows": {"2": {"n": "20"}, "3": {"t": "z"}}}, Act("edit"), seen=0, defaults={})
    sources = Sources(ctx)

    def shown() -> tuple[list[str], dict[str, list[object]]]:
        source = sources.find(edited_rows(dataset_rows(manifest), "edits", "rows", 1))
        block = source.block(RowQuery(), begin=False, progress=SilentProgress())
        assert block is not None
        return [one.type for one in source.columns], {n: block.table.column(n).to_pylist() for n in ("n", "t")}

    types, cells = shown()
    assert types[1] == "VARCHAR"
    assert cells == {"n": [1, 20, 3], "t": ["x", "y", "z"]}
    history.step("edits", {"rows": {"2": {"n": "many"}}}, Act("edit"), seen=2)
    types, cells = shown()
    assert types[0] == "VARCHAR"
    assert cells == {"n": ["1", "many", "3"], "t": ["x", "y", None]}


@pytest.mark.parametrize("name", ["edited:", "edited:!!", "edited:W10=@1", "edited:eyJhIjoxfQ==@1"])
def test_a_made_up_name_of_rows_is_refused(ctx: AppContext, name: str) -> None:
    """The route answers with a reason; nothing breaks."""
    with pytest.raises(UsageError):
        Sources(ctx).find(name)
