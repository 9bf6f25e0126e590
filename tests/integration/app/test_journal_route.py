"""`POST /journal`: what is typed is answered when it is on the disk; what is no entry is refused."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.applications import Starlette

from app.context import AppContext, init_app
from app.journal import BODY_LIMIT, ENTRIES_LIMIT, JOURNAL_PATH, journal_routes
from app.windows import Turn
from core.errors import DiskFullError
from core.paths import ProfilePaths
from storage.database.journal import ENTRY_LIMIT
from tests.asgi import Answer, post

KEY = "import__path"


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AppContext]:
    """An open profile."""
    opened = init_app(ProfilePaths(tmp_path_factory.mktemp("journal") / "profile"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(context: AppContext) -> Starlette:
    """A server that has nothing but the journal."""
    return Starlette(routes=journal_routes(context))


def entry(value: object, *, key: str = KEY, seq: object = 10) -> dict[str, Any]:
    """Return one entry as a page sends it."""
    return {"key": key, "seq": seq, "value": value, "at": 1}


def send(app: Starlette, *entries: object, window: object = "w1", **more: object) -> Answer:
    """Post entries of a window."""
    return post(app, JOURNAL_PATH, {"window": window, "entries": list(entries), **more})


def rows(context: AppContext) -> dict[tuple[str, str], Any]:
    """Return what the file holds, as another program sees it."""
    with closing(sqlite3.connect(context.paths.state_db)) as file:
        found = file.execute("SELECT window_id, key, value FROM journal").fetchall()
    return {(window, key): json.loads(value) for window, key, value in found}


def test_an_answer_means_that_it_is_in_the_file(app: Starlette, context: AppContext) -> None:
    """When the acknowledgement comes, another connection finds the value."""
    answer = send(app, entry("half", key="v__a"), window="here")

    assert answer.status == 200
    assert answer.json()["acks"] == [{"key": "v__a", "seq": 10, "revision": 1, "head": 10, "clash": False}]
    assert rows(context)["here", "v__a"] == "half"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"window": "w"}', b'{"window": 5, "entries": []}',
        b'{"window": "w", "entries": {}}', b'{"window": "../x", "entries": []}', b"[" * 100_000,
        b'{"window": "", "entries": []}',
    ],
)  # fmt: skip
def test_a_body_that_is_none_is_refused(app: Starlette, body: bytes) -> None:
    """Whatever is sent, the answer says that it was not taken, and why; nothing crashes."""
    answer = post(app, JOURNAL_PATH, body)

    assert answer.status == 400
    assert answer.json()["code"] == "journal_refused"


def test_a_body_without_end_is_not_read_to_the_end(app: Starlette) -> None:
    """A post that is too large is refused by its size."""
    assert post(app, JOURNAL_PATH, b" " * (BODY_LIMIT + 1)).status == 413
    assert send(app, *[entry("x")] * (ENTRIES_LIMIT + 1)).status == 400


def test_one_impossible_entry_does_not_stop_the_others(app: Starlette, context: AppContext) -> None:
    """Oversized, mistyped and secret entries are refused one by one, with the reason; the good one is kept."""
    answer = send(
        app,
        entry("x" * (ENTRY_LIMIT + 1), key="v__large"),
        entry("hidden", key="secret_token"),
        entry("x", key="No Such Key!"),
        entry("x", key="v__b", seq="12"),
        entry("x", key="v__b", seq=True),
        entry("\ud800", key="v__half_a_sign"),
        "no entry",
        entry("good", key="v__good"),
        window="mixed",
    )

    assert answer.status == 200
    assert [ack["key"] for ack in answer.json()["acks"]] == ["v__good"]
    assert [one["why"] for one in answer.json()["refused"]] == [
        "size", "secret", "key", "seq", "seq", "unicode", "entry",
    ]  # fmt: skip
    kept = {key: value for (window, key), value in rows(context).items() if window == "mixed"}
    assert kept == {"v__good": "good"}


def test_a_refusal_tells_nobody_what_was_typed(app: Starlette, context: AppContext) -> None:
    """Neither the log nor the answer repeats a text that was refused."""
    answer = send(app, entry("hunter2", key="secret_password"))

    assert b"hunter2" not in answer.body
    assert not any("hunter2" in log.read_text(errors="replace") for log in context.paths.logs.glob("*"))


def test_another_persons_window_cannot_be_written_to(app: Starlette, context: AppContext) -> None:
    """A post in the name of a window that belongs to somebody else is refused and changes nothing."""
    context.storage.drafts.window("somebody", "theirs", device="d", since=0, state="{}")
    assert context.storage.drafts.flush(20)

    assert send(app, entry("forged"), window="theirs").status == 400
    assert ("theirs", KEY) not in rows(context)


def test_a_full_disk_is_said(app: Starlette, context: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page is told that the disk is full, so that it keeps its copy and says so."""

    def refuse(*_: object, **__: object) -> None:
        raise DiskFullError("/disk")

    with monkeypatch.context() as patched:
        patched.setattr(context.storage.database, "run_tx", refuse)
        answer = send(app, entry("half", key="v__full"))
    assert (answer.status, answer.json()["code"]) == (507, "disk_full")
    assert send(app, entry("half", key="v__full")).status == 200


def test_a_hello_opens_the_gate_of_its_window_only(app: Starlette, context: AppContext) -> None:
    """The gate opens after the commit, for the connection that was named and no other."""
    assert send(app, entry("x", key="v__h"), window="hello", load="one", turn=2).status == 200

    windows = context.windows
    assert windows._is_heard(Turn("hello", "one", 2))
    assert windows._is_heard(Turn("hello", "one", 1))
    assert not windows._is_heard(Turn("hello", "one", 3))
    assert not windows._is_heard(Turn("hello", "another", 1))
    assert not windows._is_heard(Turn("other", "one", 1))


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


strange = st.fixed_dictionaries(
    {}, optional={"window": anything | st.just("w"), "entries": anything, "turn": anything}
)
some_entries = st.lists(
    st.fixed_dictionaries({}, optional={"key": anything | st.just("v__k"), "seq": anything, "value": anything}),
    max_size=4,
)
bodies = strange | st.builds(lambda entries: {"window": "w", "entries": entries}, some_entries)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=bodies)
def test_no_post_breaks_the_route(app: Starlette, body: dict[str, Any]) -> None:
    """Any JSON at all is taken or refused."""
    raw = json.dumps(body).encode("utf-8", "surrogatepass")

    assert post(app, JOURNAL_PATH, raw).status in (200, 400)
