"""The history of forms on a real database, against a model that keeps every state whole."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import Engine, event

from app.forms.diff import same
from app.forms.history import FormHistory, FormMovedError
from app.forms.merge import decided, three_way
from app.forms.tree import Act, Standing
from core.errors import FormError
from core.ids import new_id
from core.types import Json
from storage.database.database import Database
from storage.database.unit_of_work import UnitOfWork

State = dict[str, Json]
BEFORE: State = {"name": "", "rows": {}}

fields = st.sampled_from(["name", "note", "rows"])
contents = st.one_of(
    st.text("ab", max_size=3),
    st.text("xyz", min_size=70, max_size=75),
    st.dictionaries(st.sampled_from("123"), st.integers(0, 3), max_size=2),
)


@dataclass
class Node:
    """One state of the model: the one before it and what it holds."""

    parent: int | None
    state: State
    label: str


class Machine(RuleBasedStateMachine):
    """Two windows change, take back, make again, jump, save and merge; a model keeps every state whole."""

    database: ClassVar[Database]

    def __init__(self) -> None:
        super().__init__()
        self.name = new_id()
        self.history = FormHistory(self.database)
        self.nodes = {1: Node(None, BEFORE, "")}
        self.mark = self.tip = 1
        self.saved: State | None = None
        self.seen = {
            "one": self.history.standing(self.name, BEFORE),
            "two": self.history.standing(self.name, BEFORE),
        }
        self.began = False

    # ---- the model --------------------------------------------------------------------------------------

    @property
    def now(self) -> State:
        return self.nodes[self.mark].state

    def line(self) -> list[int]:
        found, at = [], self.tip
        while at is not None:
            found.append(at)
            parent = self.nodes[at].parent
            if parent is None:
                break
            at = parent
        return found

    def grow(self, standing: Standing, state: State, label: str) -> None:
        """Note what a step led to."""
        self.began = True
        if not same(self.now, state):
            self.nodes[standing.mark] = Node(self.mark, state, label)
            self.mark = self.tip = standing.mark

    def state_seen(self, window: str) -> State:
        return self.seen[window].data

    # ---- what people do ---------------------------------------------------------------------------------

    @rule(window=st.sampled_from(["one", "two"]), field=fields, value=contents, save=st.booleans())
    def change(self, window: str, field: str, value: Json, save: bool) -> None:
        seen = self.seen[window]
        data = {**seen.data, field: value}
        label = f"{field} by {window}"
        expected = three_way(seen.data, data, self.now)
        try:
            standing = self.history.step(
                self.name, data, Act(label, save=save, window=window), seen=seen.last, defaults=BEFORE
            )
        except FormMovedError as error:
            moved = error
        else:
            assert not expected.clashes
            self.grow(standing, expected.data, label)
            if save:
                self.saved = self.now
            self.seen[window] = standing
            return
        assert expected.clashes
        assert same(self.history.state_at(self.name, moved.aside), data), "what was typed is gone"
        self.nodes[moved.aside] = Node(None, data, label)
        self.began = True
        self.resolve(window, moved)

    def resolve(self, window: str, moved: FormMovedError) -> None:
        """Decide every clash for mine, as the merge view does."""
        assert moved.aside in moved.standing.aside
        merged = self.history.waiting(self.name, moved.aside)
        assert same(merged.data, moved.merged.data), "the merge view shows something else after a restart"
        chosen = decided(merged, {clash.at: "mine" for clash in merged.clashes})
        standing = self.history.settle(
            self.name, chosen, Act("Merge", window=window), aside=moved.aside, seen=moved.standing.last
        )
        assert moved.aside not in standing.aside
        self.grow(standing, chosen, "Merge")
        self.seen[window] = standing

    @rule(window=st.sampled_from(["one", "two"]))
    def look(self, window: str) -> None:
        self.seen[window] = self.history.standing(self.name, BEFORE)

    @precondition(lambda self: self.began)
    @rule()
    def undo(self) -> None:
        now = self.history.standing(self.name, BEFORE)
        after = self.history.undo(self.name, Act(), seen=now.last)
        parent = self.nodes[self.mark].parent
        if parent is None:
            assert now.undo is None
        else:
            assert now.undo == self.nodes[self.mark].label
            self.mark = parent
        assert after.last == now.last + (parent is not None)

    @precondition(lambda self: self.began)
    @rule()
    def redo(self) -> None:
        now = self.history.standing(self.name, BEFORE)
        after = self.history.redo(self.name, Act(), seen=now.last)
        line = self.line()
        place = line.index(self.mark)
        if place == 0:
            assert now.redo is None
            assert same(after.data, now.data)
        else:
            self.mark = line[place - 1]
            assert now.redo == self.nodes[self.mark].label

    @precondition(lambda self: self.began)
    @rule()
    def undo_then_redo_is_nothing(self) -> None:
        now = self.history.standing(self.name, BEFORE)
        back = self.history.undo(self.name, Act(), seen=now.last)
        if now.undo is not None:
            again = self.history.redo(self.name, Act(), seen=back.last)
            assert same(again.data, now.data)
            assert (again.undo, again.redo) == (now.undo, now.redo)

    @precondition(lambda self: self.began)
    @rule()
    def undo_of_what_another_window_did_unseen_does_nothing(self) -> None:
        now = self.history.standing(self.name, BEFORE)
        after = self.history.undo(self.name, Act(), seen=now.last - 1)
        assert same(after.data, now.data)
        assert after.last == now.last

    @precondition(lambda self: self.began)
    @rule(data=st.data())
    def jump(self, data: st.DataObject) -> None:
        target = data.draw(st.sampled_from(sorted(self.nodes)))
        if self.nodes[target].parent is None and target != 1:
            return  # beside the line: its place is told, its state was checked when it was kept
        standing = self.history.jump(self.name, target, Act())
        if target != self.mark and target not in self.line():
            self.tip = target
        self.mark = target
        assert same(standing.data, self.nodes[target].state)

    @precondition(lambda self: self.began)
    @rule()
    def save(self) -> None:
        now = self.history.standing(self.name, BEFORE)
        first = self.history.save(self.name, now.data, Act("Saved"), seen=now.last)
        again = self.history.save(self.name, now.data, Act("Saved twice"), seen=now.last)
        assert first.number == again.number, "saving what is saved made a version"
        self.saved = self.now

    # ---- what always holds ------------------------------------------------------------------------------

    @invariant()
    def the_form_holds_what_the_model_says(self) -> None:
        standing = FormHistory(self.database).standing(self.name, BEFORE)
        assert same(standing.data, self.now)
        assert (standing.saved_data is None) == (self.saved is None)
        assert self.saved is None or same(standing.saved_data, self.saved)

    @invariant()
    def every_state_there_ever_was_can_be_had(self) -> None:
        if self.began:
            for number, node in self.nodes.items():
                assert same(self.history.state_at(self.name, number), node.state)

    @invariant()
    def the_history_only_grows(self) -> None:
        numbers = [one.number for one in self.history.lines(self.name, limit=1_000)]
        assert numbers == list(range(len(numbers), 0, -1))


def test_undo_redo_jump_save_and_merge_keep_their_laws(database: Database) -> None:
    """Whatever two windows do in whatever order, no state is lost and each step can be taken back and made."""

    class Bound(Machine):
        pass

    Bound.database = database
    examples = 12 if database.is_sqlite else 4
    run_state_machine_as_test(
        Bound, settings=settings(max_examples=examples, stateful_step_count=25, deadline=None)
    )


def test_a_step_a_save_and_what_goes_with_it_are_one_transaction(database: Database) -> None:
    """What cannot be written together is not written at all."""
    history = FormHistory(database)

    def refuses(uow: UnitOfWork, saved: State) -> None:
        del uow, saved
        raise FormError("no room for it")

    with pytest.raises(FormError, match="no room"):
        history.save("question", {"name": "x"}, Act("Name", effect=refuses), seen=0, defaults=BEFORE)

    assert history.standing("question", BEFORE).last == 0
    assert history.lines("question") == []


def test_every_version_is_audited_with_its_change_only(database: Database) -> None:
    """The trail says who did what, and does not hold the whole form at each step."""
    history = FormHistory(database)
    long = "x" * 50_000
    standing = history.step("question", {"sql": long}, Act("SQL"), seen=0, defaults={"sql": ""})
    history.step("question", {"sql": long + "y"}, Act("SQL"), seen=standing.last)

    with database.read() as uow:
        (last,) = uow.audit.list(limit=1)
    assert last.table_name == "form_version"
    assert last.actor == "owner"
    assert last.after is not None
    assert last.after["label"] == "SQL"
    assert len(str(last.after)) < 1_000


def test_old_steps_go_and_the_rest_can_still_be_taken_back(database: Database) -> None:
    """A form used for years does not grow for ever; where a person stands is never removed."""
    history = FormHistory(database, keep=50)
    standing = history.standing("chart", {"n": 0})
    for number in range(1, 400):
        standing = history.step("chart", {"n": number}, Act(f"to {number}"), seen=standing.last, defaults={"n": 0})

    steps = 0
    while standing.undo is not None:
        assert standing.undo == f"to {standing.data['n']}"
        standing = history.undo("chart", Act(), seen=standing.last)
        steps += 1
    assert 50 <= steps < 250
    assert standing.data == {"n": 399 - steps}


def test_a_history_survives_the_end_of_the_process(database: Database) -> None:
    """What was done yesterday can be taken back today."""
    history = FormHistory(database)
    standing = history.standing("chart", {"n": 0})
    for number in (1, 2, 3):
        standing = history.step("chart", {"n": number}, Act(f"to {number}"), seen=standing.last, defaults={"n": 0})
    database.close()

    opened = Database(database.url)
    again = FormHistory(opened)
    found = again.undo("chart", Act(), seen=again.standing("chart", {}).last)
    assert (found.data, found.undo, found.redo) == ({"n": 2}, "to 2", "to 3")
    opened.close()


def test_each_person_has_forms_of_their_own(database: Database) -> None:
    """A form of the same name shows nobody another one's draft."""
    mine, theirs = FormHistory(database, person="anna"), FormHistory(database, person="ben")
    mine.step("chart", {"n": 1}, Act("one"), seen=0, defaults={"n": 0})

    assert theirs.standing("chart", {"n": 0}).data == {"n": 0}
    with pytest.raises(FormError):
        theirs.jump("chart", 1, Act())


def test_forgetting_a_form_leaves_no_row(database: Database) -> None:
    """What belongs to something deleted does not stay for ever."""
    history = FormHistory(database)
    history.step("chart", {"n": 1}, Act("one"), seen=0, defaults={"n": 0})
    history.forget("chart")

    assert history.standing("chart", {"n": 0}).last == 0
    with database.read() as uow:
        assert uow.form_versions.count(deleted=True) == 0
        assert uow.forms.count(deleted=True) == 0


def test_what_is_saved_is_written_once(database: Database) -> None:
    """While the form holds it, it stands nowhere else; after the next step it is still known, also after undo."""
    history = FormHistory(database)
    standing = history.step("chart", {"n": 1}, Act("one", save=True), seen=0, defaults={"n": 0})
    with database.read() as uow:
        assert [row.saved_data for row in uow.forms.list()] == [None]
    assert standing.saved_data == {"n": 1}

    standing = history.step("chart", {"n": 2}, Act("two"), seen=standing.last)
    assert (standing.data, standing.saved_data, standing.dirty) == ({"n": 2}, {"n": 1}, True)
    standing = history.undo("chart", Act(), seen=standing.last)
    assert (standing.data, standing.saved_data, standing.dirty) == ({"n": 1}, {"n": 1}, False)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what the database is asked in the block."""
    asked: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", hear)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", hear)


@pytest.mark.parametrize("act", ["undo", "redo"])
def test_a_step_back_asks_little_of_the_database(database: Database, act: str) -> None:
    """However long the history: where it stands, what is around, what happened, who did it, where it is now."""
    history = FormHistory(database)
    standing = history.standing("chart", {"n": 0})
    for number in range(1, 30):
        standing = history.step("chart", {"n": number}, Act(f"to {number}"), seen=standing.last, defaults={"n": 0})
    for _ in range(3):
        standing = history.undo("chart", Act(), seen=standing.last)

    with statements() as asked:
        getattr(history, act)("chart", Act(), seen=standing.last)

    assert sum("form" in one for one in asked) == 5, asked
    assert sum("UPDATE form " in one for one in asked) == 1


def test_the_database_grows_with_what_changed(sqlite_database: Database) -> None:
    """A step of a form of 200 kB takes about as much room as one of a small form, and so does taking it back."""
    grown = {}
    for name, text in (("small", ""), ("large", "x" * 200_000)):
        history = FormHistory(sqlite_database)
        standing = history.step(
            name, {"n": 0, "text": text}, Act("first"), seen=0, defaults={"n": -1, "text": text}
        )
        before = size_of(sqlite_database)
        for number in range(1, 60):
            data: State = {"n": number, "text": f"{text[: number * 9]}{number}{text[number * 9 :]}"}
            standing = history.step(name, data, Act("typed"), seen=standing.last)
        for _ in range(30):
            standing = history.undo(name, Act(), seen=standing.last)
        grown[name] = size_of(sqlite_database) - before

    assert grown["large"] < 2 * max(grown["small"], 50_000)


def size_of(database: Database) -> int:
    """Return the size of a database's file with its log folded in."""
    assert database.path is not None
    connection = sqlite3.connect(database.path)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    return database.path.stat().st_size
