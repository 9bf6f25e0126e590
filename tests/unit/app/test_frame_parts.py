"""The small parts of the frame: commands, messages, counts of changes, names of dropped files."""

import time
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest
import streamlit as st
from hypothesis import given
from hypothesis import strategies as some

from app import messages
from app.changes import ELSEWHERE, MEMO_S, MEMO_WATCHED_S, MEMOS_KEPT, Changes
from app.commands import chosen, commands, recently_chosen
from app.page import Action
from app.pages import PAGES
from app.router import Router
from app.shortcuts import in_tables
from app.uploads import file_name, kept_upload
from core.i18n import speaking
from core.paths import ProfilePaths

if TYPE_CHECKING:
    from app.context import AppContext


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A window's session, without a window."""
    state: dict[str, Any] = {}
    monkeypatch.setattr(st, "session_state", state)
    return state


def _window() -> Router:
    router = Router(cast("AppContext", None), {page.slug: page for page in PAGES})
    router.arrive({})
    return router


def test_every_page_is_in_the_palette_and_has_keys_of_its_own() -> None:
    """What the mouse reaches the keyboard reaches too; no two things have the same keys."""
    available = commands(cast("AppContext", None), _window(), PAGES)
    places = [entry["place"]["page"] for entry in available.entries() if "place" in entry]
    keys = [action.keys for action in available.actions if action.keys]

    assert places == [page.slug for page in PAGES]
    assert len(set(keys)) == len(keys)
    assert all(f"g {page.slug[0]}" in keys for page in PAGES if page.slug in ("home", "data", "sql", "jobs"))
    assert {"mod+k", "?", "alt+arrowleft", "alt+arrowright"} <= set(keys)


def test_the_list_of_shortcuts_names_everything_that_has_keys() -> None:
    """`?` hides nothing."""
    available = commands(cast("AppContext", None), _window(), PAGES)
    listed = [keys for _, lines in available.shortcuts() for keys, _ in lines]

    mine = sorted(action.keys for action in available.actions if action.keys)
    assert sorted(listed) == sorted([*mine, *(keys for keys, _ in in_tables()[1])])
    assert not set(mine) & {keys for keys, _ in in_tables()[1]}, "what a table hears is nobody else's"


def test_an_action_is_done_by_its_id_and_one_that_is_gone_is_not() -> None:
    """A key pressed while the page changes does nothing wrong."""
    done: list[str] = []
    window = _window()
    page = window.page
    action = Action("x.go", "Go", lambda: done.append("go"), keys="mod+g")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(page), "actions", lambda *_: (action,))
        available = commands(cast("AppContext", None), window, PAGES)
    available.run("x.go")
    available.run("x.gone")

    assert done == ["go"]
    assert available.keys()["mod+g"] == "x.go"


def test_what_was_chosen_lately_is_remembered_the_latest_first() -> None:
    """Each once."""
    for one in ("a", "b", "a"):
        chosen(one)

    assert recently_chosen() == ["a", "b"]


def test_a_message_is_undone_once() -> None:
    """A second click on Undo finds nothing to undo."""
    done: list[str] = []
    messages.say("Deleted.", undo=lambda: done.append("undone"))
    messages.say("Renamed.")
    told = messages.told_messages()
    messages.undo(told[0]["id"])
    messages.undo(told[0]["id"])

    assert [one["undo"] for one in told] == [True, False]
    assert done == ["undone"]
    assert [one["text"] for one in messages.told_messages()] == ["Renamed."]


def test_changes_are_counted_by_tag_and_told_until_one_leaves() -> None:
    """What another process did counts for every tag."""
    heard: list[frozenset[str]] = []
    changes = Changes()
    leave = changes.listen(heard.append)
    before = changes.marks(["table:job", "table:dataset"])
    changes.hear(frozenset({"table:job"}))
    after = changes.marks(["table:job", "table:dataset"])
    changes.hear(frozenset({ELSEWHERE}))
    leave()
    leave()
    changes.hear(frozenset({"table:job"}))

    assert before["table:dataset"] == after["table:dataset"]
    assert before["table:job"] < after["table:job"]
    assert changes.marks(["table:dataset"])["table:dataset"] > after["table:dataset"]
    assert heard == [{"table:job"}, {ELSEWHERE}]


@given(some.text())
def test_a_dropped_file_has_no_say_where_it_is_kept(given_name: str) -> None:
    """Whatever a browser calls it, it is one plain name."""
    name = file_name(given_name)

    assert name
    assert "/" not in name
    assert "\\" not in name
    assert name not in (".", "..")


def test_only_what_was_sent_is_found(profile: ProfilePaths) -> None:
    """A made-up id leads nowhere, least of all out of the folder."""
    context = cast("AppContext", type("Context", (), {"paths": profile})())
    folder = profile.uploads / "one"
    folder.mkdir()
    (folder / "a.csv").write_text("x", encoding="utf-8")

    assert kept_upload(context, "one", "a.csv") == folder / "a.csv"
    assert kept_upload(context, "one", "b.csv") is None
    assert kept_upload(context, "../run/one", "a.csv") == folder / "a.csv"
    assert kept_upload(context, "..", "config.toml") is None


def test_what_is_asked_at_each_step_is_made_once_until_something_changes() -> None:
    """A hundred windows ask; the database is asked once."""
    changes, made = Changes(), [0]

    def make() -> int:
        made[0] += 1
        return made[0]

    assert [changes.memo("x", ["table:job"], make) for _ in range(3)] == [1, 1, 1]
    changes.hear(frozenset({"table:dataset"}))
    assert changes.memo("x", ["table:job"], make) == 1
    changes.hear(frozenset({"table:job"}))
    assert changes.memo("x", ["table:job"], make) == 2


def test_what_is_made_for_every_window_holds_for_one_language() -> None:
    """A person who has chosen German is not told what was made in English the moment before."""
    changes = Changes()
    assert changes.memo("badges", [], lambda: "a job") == "a job"
    with speaking("de"):
        assert changes.memo("badges", [], lambda: "ein Auftrag") == "ein Auftrag"
    assert changes.memo("badges", [], lambda: "another") == "a job"


def test_what_is_remembered_for_a_moment_does_not_grow() -> None:
    """Whoever asks about ten thousand datasets leaves the last few behind."""
    changes, asked = Changes(), list[int]()
    for number in range(MEMOS_KEPT + 10):
        changes.memo(str(number), [], partial(asked.append, number))
    changes.memo("0", [], partial(asked.append, 0))
    changes.memo(str(MEMOS_KEPT + 9), [], partial(asked.append, -1))

    assert asked == [*range(MEMOS_KEPT + 10), 0]


def test_what_is_remembered_holds_longer_while_other_processes_are_watched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without anybody who would tell of other processes it holds for a moment; what was made before, too."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    changes, made = Changes(), [0]

    def make() -> int:
        made[0] += 1
        return made[0]

    def asked_at(moment: float) -> int:
        now[0] = moment
        return changes.memo("x", ["table:job"], make)

    assert [asked_at(0), asked_at(MEMO_S - 0.1), asked_at(MEMO_S)] == [1, 1, 2]
    with changes.watched():
        assert [asked_at(3), asked_at(2 * MEMO_S), asked_at(3 * MEMO_S), asked_at(50)] == [2, 3, 3, 3]
        changes.hear(frozenset({ELSEWHERE}))
        assert [asked_at(50), asked_at(50 + MEMO_WATCHED_S)] == [4, 5]
    assert asked_at(52 + MEMO_WATCHED_S) == 6
