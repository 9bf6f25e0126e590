"""What changed between two states of a form, and two changes put together."""

import json

from hypothesis import given
from hypothesis import strategies as st

from app.forms.diff import applied, changes_between, reverted, same
from app.forms.merge import decided, three_way
from core.types import Json

leaves = st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from([0.0, 1.0, -1.5]) | st.text(max_size=80)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
states = st.dictionaries(st.sampled_from("abcdef"), values, max_size=5)
flat_states = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 2), max_size=6)


@given(states, states)
def test_a_change_leads_there_and_back(before: dict[str, Json], after: dict[str, Json]) -> None:
    """What a step did can be taken back and made again, exactly, also after it has been through the database."""
    changes = json.loads(json.dumps(changes_between(before, after)))

    assert same(applied(before, changes), after)
    assert same(reverted(after, changes), before)


@given(states)
def test_nothing_changed_is_no_change(state: dict[str, Json]) -> None:
    """A step that changes nothing leaves no trace."""
    assert changes_between(state, dict(state)) == []


def test_one_one_point_nought_and_true_are_three_things() -> None:
    """Choosing "yes" where 1 was chosen before is a change."""
    assert len(changes_between({"a": 1}, {"a": True})) == 1
    assert len(changes_between({"a": 1}, {"a": 1.0})) == 1


def test_a_change_is_no_larger_than_what_changed() -> None:
    """A word in a long question, or a cell of a large table, costs a few bytes."""
    text = "select * from t -- " + "x" * 100_000
    rows: dict[str, Json] = {str(i): {"a": "b"} for i in range(10_000)}
    before: dict[str, Json] = {"sql": text, "rows": rows}
    after: dict[str, Json] = {"sql": text.replace("from t", "from u"), "rows": {**rows, "77": {"a": "c"}}}

    changes = changes_between(before, after)

    assert len(json.dumps(changes)) < 200
    assert same(applied(before, changes), after)
    assert same(reverted(after, changes), before)


@given(states, states)
def test_who_changed_alone_is_right(base: dict[str, Json], other: dict[str, Json]) -> None:
    """Where only one of two windows changed something, that holds; where both did the same, too."""
    for mine, theirs in ((other, base), (base, other), (other, other)):
        merged = three_way(base, mine, theirs)
        assert same(merged.data, other)
        assert merged.clashes == ()


@given(flat_states, flat_states, flat_states)
def test_a_merge_takes_each_field_from_who_changed_it(
    base: dict[str, Json], mine: dict[str, Json], theirs: dict[str, Json]
) -> None:
    """No field is lost and none is invented; what both changed differently is asked, and either answer holds."""
    merged = three_way(base, mine, theirs)
    clashing = {clash.at[0] for clash in merged.clashes}
    for key in base.keys() | mine.keys() | theirs.keys():
        sides = [state.get(key, "none") for state in (base, mine, theirs)]
        if key in clashing:
            assert len(set(map(repr, sides[1:]))) == 2
            assert sides[0] not in sides[1:]
            continue
        changed = [side for side in sides[1:] if side != sides[0]]
        assert merged.data.get(key, "none") == (changed[0] if changed else sides[0])
    for choice, state in (("mine", mine), ("theirs", theirs), ("base", base)):
        chosen = decided(merged, {clash.at: choice for clash in merged.clashes})  # type: ignore[misc]
        assert all(chosen.get(key, "none") == state.get(key, "none") for key in clashing)


@given(states, states, states)
def test_a_merge_does_not_depend_on_who_asks(
    base: dict[str, Json], mine: dict[str, Json], theirs: dict[str, Json]
) -> None:
    """Both windows see the same clashes, and the same values besides them."""
    one, other = three_way(base, mine, theirs), three_way(base, theirs, mine)

    assert {clash.at for clash in one.clashes} == {clash.at for clash in other.clashes}
    asked = {clash.at: "base" for clash in one.clashes}
    assert same(decided(one, asked), decided(other, asked))  # type: ignore[arg-type]
