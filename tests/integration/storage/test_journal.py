"""Drafts: the newest wins, whatever comes late, twice or in another order; nothing is thrown away on the way."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import BestandError, DiskFullError, JournalRefusedError
from core.paths import ProfilePaths
from storage.database.database import Database
from storage.database.journal import ENTRY_LIMIT, KEYS_LIMIT, Ack, Entry, Journal, Kept, checked
from storage.database.migrate import migrate
from storage.write_buffer import WriteBuffer

ME = "owner"
KEY = "import__path"


@pytest.fixture
def database(profile: ProfilePaths) -> Iterator[Database]:
    """A fresh database."""
    migrate(profile)
    opened = Database(profile.state_db)
    yield opened
    opened.close()


@pytest.fixture
def buffer(database: Database) -> Iterator[WriteBuffer]:
    """A write buffer that tries again at once."""
    opened = WriteBuffer(database, retry_s=0.02)
    yield opened
    opened.close()


def apply(database: Database, window: str, *entries: Entry, person: str = ME) -> list[Ack]:
    """Apply entries in a transaction of their own."""
    return database.run_tx(lambda uow: uow.journal.apply(person, window, entries))


def value(database: Database, key: str = KEY, *, person: str = ME) -> object:
    """Return a field's value, or None."""
    with database.read() as uow:
        found = uow.journal.values(person).get(key)
    return found.value if found else None


def test_the_same_post_again_changes_nothing(database: Database) -> None:
    """A post that is sent twice is answered alike and leaves one value and one revision."""
    first = apply(database, "w", Entry(KEY, "half", 10))
    again = apply(database, "w", Entry(KEY, "half", 10))

    assert again == first == [Ack(KEY, 10, 1, 10)]
    assert value(database) == "half"


def test_an_older_value_never_overwrites_a_newer_one(database: Database) -> None:
    """What comes late is acknowledged and kept aside; the field keeps the newer text."""
    apply(database, "w", Entry(KEY, "whole", 20))
    late = apply(database, "w", Entry(KEY, "half", 10))

    assert (late[0].seq, late[0].head) == (20 - 10, 20)
    assert value(database) == "whole"
    with database.read() as uow:
        assert [(one.value, one.why) for one in uow.journal.aside(ME)] == [("half", "older")]


def test_of_two_windows_the_last_key_wins_and_the_other_value_stays(database: Database) -> None:
    """Two windows type into one field: the newer text is the field's, the other one is still there."""
    apply(database, "one", Entry(KEY, "mine", 10))
    apply(database, "two", Entry(KEY, "theirs", 20))
    apply(database, "one", Entry(KEY, "mine, longer", 15))

    with database.read() as uow:
        assert [(one.window, one.value) for one in uow.journal.of(ME, KEY)] == [
            ("two", "theirs"),
            ("one", "mine, longer"),
        ]
    assert value(database) == "theirs"


def find(
    database: Database, window: str, since: dict[str, int], *, later: bool = False
) -> tuple[object, list[object]]:
    """Return what a window shows in the field, and what it offers besides."""
    with database.read() as uow:
        found = uow.journal.found(ME, window, since, later=later)
    shown = found.own.get(KEY) or found.newest.get(KEY)
    return (shown.value if shown else None), [one.value for one in found.rivals.get(KEY, ())]


def test_after_a_reload_each_window_has_its_own_value_and_is_offered_the_others(database: Database) -> None:
    """Two windows that differ do so after a reload, too; neither side is taken, neither is lost."""
    apply(database, "one", Entry(KEY, "before", 5))
    since = {"one": 0, "two": 5}
    apply(database, "two", Entry(KEY, "theirs", 20))
    assert find(database, "one", since) == ("before", ["theirs"])
    assert find(database, "two", since) == ("theirs", [])  # it knew what it overwrote

    apply(database, "one", Entry(KEY, "mine", 30))
    assert find(database, "one", since) == ("mine", ["theirs"])
    assert find(database, "two", since) == ("theirs", ["mine"])


def test_what_came_after_a_window_had_gone_takes_the_place_of_its_own(database: Database) -> None:
    """Somebody went on in another window (another browser, another port) and came back to the newer text."""
    apply(database, "one", Entry(KEY, "home", 10))
    apply(database, "two", Entry(KEY, "away", 30))
    since = {"one": 0, "two": 10}
    with database.read() as uow:
        back = uow.journal.found(ME, "one", since, left=20)
        stayed = uow.journal.found(ME, "one", since, left=40)
    assert (back.newest[KEY].value, back.own, back.rivals) == ("away", {}, {})
    assert (stayed.own[KEY].value, [one.value for one in stayed.rivals[KEY]]) == ("home", ["away"])


def test_a_closed_windows_value_is_offered_until_somebody_has_seen_it(database: Database) -> None:
    """The next window has the newest text and is offered the other one; who typed over both has decided."""
    since = {"one": 0, "two": 5}
    apply(database, "one", Entry(KEY, "mine", 10))
    apply(database, "two", Entry(KEY, "theirs", 20))
    assert find(database, "three", since) == ("theirs", ["mine"])
    assert find(database, "three", {**since, "three": 20}) == ("theirs", ["mine"])

    apply(database, "three", Entry(KEY, "decided", 30))
    assert find(database, "four", {**since, "three": 20}) == ("decided", [])
    database.run_tx(lambda uow: uow.journal.forget_windows(ME, KEY, "two"))
    assert find(database, "one", since) == ("mine", ["decided"])


def test_who_stays_with_the_own_value_is_not_asked_again(database: Database) -> None:
    """A window that has seen the other text and keeps its own hears of it only once that one changes.

    The other window, which has not decided, is still offered this one's text; so is a reload of it.
    """
    apply(database, "one", Entry(KEY, "mine", 10))
    apply(database, "two", Entry(KEY, "theirs", 20))
    since = {"one": 0, "two": 5}
    database.run_tx(lambda uow: uow.journal.stay(ME, "one", KEY, "mine", seen=20))

    assert find(database, "one", since) == find(database, "one", since, later=True) == ("mine", [])
    assert find(database, "two", since) == ("theirs", ["mine"])
    clash = database.run_tx(lambda uow: uow.journal.apply(ME, "one", [Entry(KEY, "mine!", 25)], since=0))
    assert not clash[0].clash
    apply(database, "two", Entry(KEY, "theirs again", 30))
    assert find(database, "one", since) == ("mine!", ["theirs again"])


def test_who_never_put_anything_in_can_stay_too(database: Database) -> None:
    """A window that only looked keeps what it looked at, which then is its own and the newest."""
    apply(database, "old", Entry(KEY, "looked at", 5))
    apply(database, "two", Entry(KEY, "theirs", 20))
    database.run_tx(lambda uow: uow.journal.stay(ME, "one", KEY, "looked at", seen=20))

    assert find(database, "one", {"one": 5}, later=True) == ("looked at", [])
    assert value(database) == "looked at"


def test_two_windows_with_the_same_text_do_not_differ(database: Database) -> None:
    """An editor numbers its texts; the numbers are no part of what a person typed."""
    apply(database, "one", Entry(KEY, {"text": "select 1", "seq": 7}, 10))
    since = {"one": 0, "two": 0, "three": 0}
    same = Entry(KEY, {"text": "select 1", "seq": 9}, 20)
    assert not database.run_tx(lambda uow: uow.journal.apply(ME, "two", [same], since=0))[0].clash
    assert find(database, "one", since)[1] == find(database, "two", since)[1] == []

    other = Entry(KEY, {"text": "select 2", "seq": 8}, 30)
    assert database.run_tx(lambda uow: uow.journal.apply(ME, "three", [other], since=0))[0].clash
    assert find(database, "two", since)[1] == [{"text": "select 2", "seq": 8}]


def test_an_open_window_hears_of_fields_it_has_not_touched(database: Database) -> None:
    """What another window puts into a field since is a rival of what stands there; what was there is not."""
    apply(database, "old", Entry(KEY, "before", 5))
    assert find(database, "mine", {"old": 0, "mine": 5}, later=True) == ("before", [])
    apply(database, "new", Entry(KEY, "after", 20))
    assert find(database, "mine", {"old": 0, "new": 5, "mine": 5}, later=True) == ("after", ["after"])
    assert find(database, "mine", {}, later=True) == ("after", [])


def test_a_value_that_does_not_fit_one_window_stays_the_others(database: Database) -> None:
    """What is put aside for one window alone is still in the field of the other."""
    apply(database, "one", Entry(KEY, "gone", 10))
    apply(database, "two", Entry(KEY, "there", 20))
    own = Kept(KEY, "gone", "one", 10, 1, "2026-01-01T00:00:00Z")
    database.run_tx(lambda uow: uow.journal.put_aside(ME, own, "unfit", alone=True))
    assert find(database, "one", {"one": 0}) == ("there", [])
    with database.read() as uow:
        assert [one.value for one in uow.journal.aside(ME)] == ["gone"]


def test_nobody_sees_another_persons_drafts(database: Database) -> None:
    """The same field of two people is two fields."""
    apply(database, "one", Entry(KEY, "mine", 10))
    apply(database, "two", Entry(KEY, "theirs", 20), person="somebody")

    assert value(database) == "mine"
    assert value(database, person="somebody") == "theirs"


def test_a_forgotten_value_does_not_come_back_with_a_late_post(database: Database) -> None:
    """A form was saved; a key typed before that and sent after it does not undo the forgetting."""
    apply(database, "w", Entry(KEY, "half", 10))
    database.run_tx(lambda uow: uow.journal.forget(ME, [KEY]))
    apply(database, "w", Entry(KEY, "hal", 11))

    assert value(database) is None
    now = Entry(KEY, "anew", None)
    apply(database, "w", now)
    assert value(database) == "anew"


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        (Entry("no key", "x", 1), "key"),
        (Entry("../../etc", "x", 1), "key"),
        (Entry("a" * 201, "x", 1), "key"),
        (Entry("secret_password", "x", 1), "secret"),
        (Entry(KEY, "x", 0), "seq"),
        (Entry(KEY, "x", 2**60), "seq"),
        (Entry(KEY, "\ud800", 1), "unicode"),
        (Entry(KEY, float("nan"), 1), "unicode"),
        (Entry(KEY, "x" * ENTRY_LIMIT, 1), "size"),
    ],
)
def test_what_is_no_entry_is_refused(entry: Entry, reason: str) -> None:
    """Each impossible key, number and value is refused for what it is."""
    with pytest.raises(JournalRefusedError) as refused:
        checked(entry)
    assert refused.value.reason == reason


def test_a_page_gone_wild_cannot_fill_the_disk(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is an end to the number of fields; the ones that are there go on being kept."""
    monkeypatch.setattr("storage.database.journal.KEYS_LIMIT", 3)
    apply(database, "w", *(Entry(f"v__f{number}", "x", 1) for number in range(3)))

    with pytest.raises(JournalRefusedError):
        apply(database, "w", Entry("v__one_more", "x", 1))
    assert apply(database, "w", Entry("v__f0", "y", 2))[0].revision == 2
    assert KEYS_LIMIT > 1_000


posts = st.lists(
    st.tuples(
        st.sampled_from(["one", "two"]), st.sampled_from(["a", "b"]), st.integers(1, 12), st.text(max_size=3)
    ),
    max_size=25,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(posts=posts, split=st.integers(1, 6))
def test_the_order_of_posts_does_not_matter(
    database: Database, posts: list[tuple[str, str, int, str]], split: int
) -> None:
    """In whatever order and grouping entries arrive, each field ends with the value of its highest number."""
    database.run_tx(lambda uow: uow.session.connection().exec_driver_sql("DELETE FROM journal").close())
    for at in range(0, len(posts), split):
        for window in ("one", "two"):
            some = [Entry(key, text, seq) for name, key, seq, text in posts[at : at + split] if name == window]
            apply(database, window, *some)

    for key in ("a", "b"):
        given_here = [(seq, text) for _, k, seq, text in posts if k == key]
        if not given_here:
            continue
        newest = max(seq for seq, _ in given_here)
        assert value(database, key) in [text for seq, text in given_here if seq == newest]


def test_many_windows_at_once_are_all_on_the_disk(buffer: WriteBuffer, database: Database) -> None:
    """Each of many posts at the same time gets its own answer, and everything told is there."""
    waiting = [buffer.post(ME, f"w{number}", [Entry(f"v__f{number}", number, 5)]) for number in range(50)]

    for number, one in enumerate(waiting):
        assert one.result(timeout=20).acks == (Ack(f"v__f{number}", 5, 1, 5),)
        assert value(database, f"v__f{number}") == number


def test_another_persons_window_is_refused_and_the_others_are_kept(
    buffer: WriteBuffer, database: Database
) -> None:
    """A post in the name of somebody else's window is refused by itself; the one beside it is written."""
    buffer.window("somebody", "theirs", device="d", since=0, state="{}")
    assert buffer.flush(20)
    forged = buffer.post(ME, "theirs", [Entry(KEY, "forged", 5)])
    honest = buffer.post(ME, "mine", [Entry("v__f", "honest", 5)])

    with pytest.raises(JournalRefusedError):
        forged.result(timeout=20)
    assert honest.result(timeout=20).acks
    assert value(database) is None


def test_an_answer_tells_of_what_another_window_put_there_since(buffer: WriteBuffer) -> None:
    """A window is told when another one has something else in the field it types in, for as long as it differs."""
    buffer.window(ME, "mine", device="d", since=10, state="{}")
    buffer.window(ME, "late", device="d", since=90, state="{}")
    buffer.post(ME, "other", [Entry(KEY, "theirs", 50)]).result(timeout=20)

    assert buffer.post(ME, "mine", [Entry(KEY, "mine", 60)]).result(timeout=20).acks[0].clash
    assert not buffer.post(ME, "mine", [Entry(KEY, "theirs", 70)]).result(timeout=20).acks[0].clash
    assert not buffer.post(ME, "late", [Entry(KEY, "anew", 100)]).result(timeout=20).acks[0].clash


def test_a_choice_is_tried_again_until_the_disk_takes_it(
    buffer: WriteBuffer, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value made here has no other copy: a full disk delays it; who waits for a post is told at once."""
    full = threading.Event()
    full.set()
    really = database.run_tx

    def run_tx(work: object, *, label: str = "") -> object:
        if full.is_set():
            raise DiskFullError("/disk")
        return really(work, label=label)  # type: ignore[arg-type]

    monkeypatch.setattr(database, "run_tx", run_tx)
    buffer.keep(ME, "w", KEY, ["chosen"])
    with pytest.raises(DiskFullError):
        buffer.post(ME, "w", [Entry("v__f", "typed", 5)]).result(timeout=20)
    assert isinstance(buffer.state.problem, BestandError)
    assert buffer.pending(ME) == {KEY: ["chosen"]}

    full.clear()
    assert buffer.flush(20)
    assert value(database) == ["chosen"]
    assert buffer.state.problem is None


def test_closing_writes_what_still_waits(database: Database) -> None:
    """A choice made the moment before the end is there at the next start."""
    buffer = WriteBuffer(database)
    buffer.keep(ME, "w", KEY, "chosen")
    buffer.close()

    assert value(database) == "chosen"
    with pytest.raises(RuntimeError):
        buffer.post(ME, "w", [Entry(KEY, "late", 5)]).result(timeout=5)


def test_what_windows_show_is_written_together(database: Database) -> None:
    """A hundred steps are one commit, which nobody waits for; of a window the last state counts."""
    commits: list[frozenset[str]] = []
    database.on_committed(commits.append)
    buffer = WriteBuffer(database, gather_s=60)
    for step in range(100):
        buffer.window(ME, f"w{step % 5}", device="d", since=0, state=str(step))
    assert commits == []

    assert buffer.flush(10)

    assert len(commits) == 1
    with database.read() as uow:
        assert {one.window: one.state for one in uow.windows.latest(ME)} == {
            f"w{n}": str(95 + n) for n in range(5)
        }
    buffer.close()


def test_what_is_typed_does_not_wait_for_windows(database: Database) -> None:
    """Somebody's text is written at once, and what the windows show goes along."""
    buffer = WriteBuffer(database, gather_s=60)
    buffer.window(ME, "w", device="d", since=0, state="here")
    buffer.post(ME, "w", [Entry(KEY, "half", 1)]).result(10)

    with database.read() as uow:
        assert [one.state for one in uow.windows.latest(ME)] == ["here"]
    buffer.window(ME, "w", device="d", since=0, state="there")
    buffer.close()
    with database.read() as uow:
        assert [one.state for one in uow.windows.latest(ME)] == ["there"]


def test_drafts_nobody_touched_for_long_go(database: Database) -> None:
    """The clean-up takes old drafts and leaves the younger ones."""
    database.run_tx(lambda uow: Journal(uow.session, clock=lambda: 0.0).apply(ME, "w", [Entry("v__old", "x", 1)]))
    apply(database, "w", Entry("v__new", "y", 1))

    assert database.run_tx(lambda uow: uow.journal.expire("2000-01-01T00:00:00.000Z")) == 1
    assert value(database, "v__old") is None
    assert value(database, "v__new") == "y"
