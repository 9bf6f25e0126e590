"""What a person has typed and chosen, by field, before it becomes anything: the drafts of every open window.

Each window has a row per field with its latest value; the newest of all windows is the field's value. An entry is
applied when its number is the highest its window has given for the field; an older one is kept aside, never put in
place of a newer. Used by the write buffer inside its transactions, and by the session to restore. Drafts are not
audited; what they become is. Values are JSON texts here; what they mean is the session's business.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.orm import Session

from core.clock import Clock, iso, system_clock
from core.errors import JournalRefusedError
from core.types import Json
from storage.database.models import JournalAsideRow, JournalRow

ENTRY_LIMIT: Final = 1_048_576
"""Most bytes of one value as JSON in UTF-8."""
SEQ_LIMIT: Final = 2**52
"""Numbers are microseconds since 1970 and grow from there; one beyond the year 2100 would block its field."""
KEYS_LIMIT: Final = 20_000
"""Most fields of one person; nobody has so many, and a page gone wild must not fill the disk."""
ASIDE_KEPT: Final = 20
"""Most values kept aside for one field."""
QUIET: Final = "quiet"
"""The tag of commits nobody needs to hear of; without any tag they would be taken for another process's."""
KEY: Final = re.compile(r"[a-z0-9_]{1,200}")
SECRET_PREFIX: Final = "secret_"  # noqa: S105 - how keys begin whose values are never kept
_WINDOW: Final = re.compile(r"[0-9a-z][0-9a-z_-]{0,63}")
_CHUNK: Final = 400
_FORGOTTEN: Final = ""
"""What a field has in place of JSON when its value was forgotten."""

OLDER: Final = "older"
UNFIT: Final = "unfit"
"""Why a value is kept aside: a newer one was there; its field no longer takes it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One value of one field. `seq` orders the values of a window; None lets the store give the next number."""

    key: str
    value: Json
    seq: int | None = None


@dataclass(frozen=True, slots=True)
class Ack:
    """An entry is on the disk. `revision` counts the writes of the field, `head` is its highest number so far.

    `clash` tells that another window has put something else there since this one was opened.
    """

    key: str
    seq: int
    revision: int
    head: int
    clash: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """The value of a field as one window left it; `at` is ISO 8601 UTC.

    `seen` is the number up to which the window has seen the others' values there and stayed with its own.
    """

    key: str
    value: Json
    window: str
    seq: int
    revision: int
    at: str
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """What a window finds in the fields.

    `newest` are their values, by key. `own` are this window's where another one has put in something else that is
    newer; `rivals` what other windows have put in that whoever has the field now had not seen, the newest first.
    """

    newest: dict[str, Kept]
    own: dict[str, Kept]
    rivals: dict[str, list[Kept]]


@dataclass(frozen=True, slots=True)
class Aside:
    """A value that is not the field's, but nobody threw away; `why` is `OLDER` or `UNFIT`."""

    id: int
    key: str
    value: Json
    window: str
    seq: int
    at: str
    why: str


def checked(entry: Entry) -> str:
    """Return the entry's value as text.

    Raises:
        JournalRefusedError: the key is none, is a secret's, the number is impossible, or the value is too large or
            holds text that is no Unicode.
    """
    if not KEY.fullmatch(entry.key):
        raise JournalRefusedError("key")
    if entry.key.startswith(SECRET_PREFIX):
        raise JournalRefusedError("secret")
    if entry.seq is not None and not 0 < entry.seq < SEQ_LIMIT:
        raise JournalRefusedError("seq")
    try:
        text = json.dumps(entry.value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        size = len(text.encode("utf-8"))
    except (UnicodeEncodeError, ValueError, TypeError, RecursionError) as error:
        raise JournalRefusedError("unicode") from error
    if size > ENTRY_LIMIT:
        raise JournalRefusedError("size")
    return text


def bare(text: str) -> str:
    """Return a value's JSON without the number (`seq`) a component may give it: two alike are alike without it."""
    if not text.startswith("{") or '"seq":' not in text:
        return text
    value = json.loads(text)
    value.pop("seq", None)
    return _text(value)


def checked_window(window: str) -> str:
    """Return the name of a window.

    Raises:
        JournalRefusedError: it cannot be one.
    """
    if not _WINDOW.fullmatch(window):
        raise JournalRefusedError("window")
    return window


class Journal:
    """The drafts, inside one transaction or read session."""

    def __init__(self, session: Session, clock: Clock = system_clock) -> None:
        self._session = session
        self._clock = clock

    # ---- writing ----------------------------------------------------------------------------------------

    def apply(self, person: str, window: str, entries: Sequence[Entry], *, since: int | None = None) -> list[Ack]:
        """Take entries of one window over, in the order of their numbers; return one answer for each.

        Applying the same again changes nothing. `since` is the number up to which the window knows the others'
        values; a later one that differs is a clash, which the answer tells.

        Raises:
            JournalRefusedError: an entry cannot be kept, see `checked`; none of them is.
        """
        texts = [checked(entry) for entry in entries]
        known = _Fields(self._connection, person, window, [entry.key for entry in entries], self._clock)
        order = sorted(range(len(entries)), key=lambda at: entries[at].seq or SEQ_LIMIT)
        acks = {at: known.take(entries[at], texts[at]) for at in order}
        known.write()
        told = [acks[at] for at in range(len(entries))]
        return told if since is None else [replace(ack, clash=known.clashes(ack.key, since)) for ack in told]

    def put_aside(self, person: str, kept: Kept, why: str, *, alone: bool = False) -> Aside:
        """Keep a value that its field no longer takes, and take it out of the field.

        With `alone` what other windows have in the field stays.
        """
        row = {"person_id": person, "key": kept.key, "window_id": kept.window, "seq": kept.seq, "why": why}
        known = _add_aside(self._connection, {**row, "value": _text(kept.value), "at": kept.at})
        if alone:
            self.forget_windows(person, kept.key, kept.window)
        else:
            self.forget(person, [kept.key])
        return Aside(known, kept.key, kept.value, kept.window, kept.seq, kept.at, why)

    def stay(self, person: str, window: str, key: str, value: Json, *, seen: int) -> None:
        """Note that a window has seen what others put into a field, up to a number, and stays with its own value.

        `value` is what it shows there; it becomes its own, the newest of all, if it never put anything in.
        """
        self._connection.execute(self._seen(person, window, key, seen))
        if not any(one.window == window for one in self.of(person, key)):
            self.apply(person, window, [Entry(key, value)])
            self._connection.execute(self._seen(person, window, key, seen))

    def drop_aside(self, person: str, aside_id: int) -> None:
        """Forget a value kept aside, because somebody said so or took it back."""
        rows = delete(JournalAsideRow).where(JournalAsideRow.id == aside_id, JournalAsideRow.person_id == person)
        self._connection.execute(rows)

    def forget(self, person: str, keys: Iterable[str]) -> None:
        """Forget the values of fields in all windows: what they were for is done.

        A number stays behind, so that a key typed before this and sent after it does not bring the value back.
        """
        now = int(self._clock() * 1_000_000)
        later = func.max(JournalRow.seq + 1, now) if self._is_sqlite else func.greatest(JournalRow.seq + 1, now)
        for some in _chunks(list(keys)):
            mine = update(JournalRow).where(JournalRow.person_id == person, JournalRow.key.in_(some))
            fresh = {"value": _FORGOTTEN, "seq": later, "revision": JournalRow.revision + 1}
            self._connection.execute(mine.values(**fresh))

    def expire(self, before: str) -> int:
        """Forget drafts and values kept aside that nobody touched since a time (ISO 8601 UTC); return how many."""
        gone = self._connection.execute(delete(JournalRow).where(JournalRow.at < before)).rowcount
        return gone + self._connection.execute(delete(JournalAsideRow).where(JournalAsideRow.at < before)).rowcount

    # ---- reading ----------------------------------------------------------------------------------------

    def values(self, person: str) -> dict[str, Kept]:
        """Return the newest value of each field."""
        query = _rows().where(JournalRow.person_id == person).order_by(JournalRow.seq, JournalRow.revision)
        newest = {row.key: row for row in self._connection.execute(query)}
        return {key: _kept(row) for key, row in newest.items() if row.value != _FORGOTTEN}

    def found(
        self, person: str, window: str, since: Mapping[str, int], *, left: int = SEQ_LIMIT, later: bool = False
    ) -> Found:
        """Return what a window finds when it is opened.

        Args:
            person: Whose.
            window: Its name; it may be new.
            since: The numbers up to which windows have seen the others' values; who is not in it has seen all.
            left: Up to which number it has been on the screen; a value that came later takes the place of its own.
            later: It is open: what was put in since then is a rival even where it has no value itself.
        """
        rows: dict[str, list[Any]] = {}
        query = _rows().where(JournalRow.person_id == person, JournalRow.value != _FORGOTTEN)
        for row in self._connection.execute(query.order_by(JournalRow.seq.desc(), JournalRow.revision.desc())):
            rows.setdefault(row.key, []).append(row)
        found = Found({key: _kept(several[0]) for key, several in rows.items()}, {}, {})
        for key, several in rows.items():
            stays = several[0].seq <= left
            own = next((row for row in several if row.window_id == window and stays), None)
            shown = own or several[0]
            stayed = shown.seen if own or not later else 0
            seen = max(since.get(window if later else shown.window_id, SEQ_LIMIT), stayed)
            unseen = [row for row in several if row.seq > seen and row.window_id != window]
            others = {
                bare(row.value): row
                for row in reversed(unseen)
                if bare(row.value) != bare(shown.value) or (later and not own)
            }
            if others:
                found.rivals[key] = [_kept(row) for row in reversed(others.values())]
            if shown is not several[0] and shown.value != several[0].value:
                found.own[key] = _kept(shown)
        return found

    def forget_windows(self, person: str, key: str, window: str) -> None:
        """Forget what one window left in a field: it is gone, and nobody wants its value."""
        mine = [JournalRow.person_id == person, JournalRow.window_id == window, JournalRow.key == key]
        self._connection.execute(delete(JournalRow).where(*mine))

    def of(self, person: str, key: str) -> list[Kept]:
        """Return what each window left in a field, the newest first."""
        query = _rows().where(JournalRow.person_id == person, JournalRow.key == key)
        newest_first = query.order_by(JournalRow.seq.desc(), JournalRow.revision.desc())
        return [_kept(row) for row in self._connection.execute(newest_first) if row.value != _FORGOTTEN]

    def aside(self, person: str, *, why: str | None = None, limit: int = 500) -> list[Aside]:
        """Return what is kept aside, the newest first."""
        query = select(*JournalAsideRow.__table__.c).where(JournalAsideRow.person_id == person)
        if why is not None:
            query = query.where(JournalAsideRow.why == why)
        rows = self._connection.execute(query.order_by(JournalAsideRow.id.desc()).limit(limit))
        return [
            Aside(row.id, row.key, json.loads(row.value), row.window_id, row.seq, row.at, row.why) for row in rows
        ]

    def head(self, person: str) -> int:
        """Return the highest number any window of a person has given."""
        query = select(func.max(JournalRow.seq)).where(JournalRow.person_id == person)
        return self._connection.execute(query).scalar() or 0

    @staticmethod
    def _seen(person: str, window: str, key: str, seen: int) -> Any:  # noqa: ANN401 - an update of columns
        mine = [JournalRow.person_id == person, JournalRow.window_id == window, JournalRow.key == key]
        return update(JournalRow).where(*mine, JournalRow.seen < seen).values(seen=seen)

    @property
    def _connection(self) -> Connection:
        return self._session.connection()

    @property
    def _is_sqlite(self) -> bool:
        return self._connection.dialect.name == "sqlite"


class _Fields:
    """Some fields as they stand, changed in memory by each entry, written once at the end."""

    def __init__(
        self, connection: Connection, person: str, window: str, keys: Sequence[str], clock: Clock
    ) -> None:
        self._connection = connection
        self._ids = {"person_id": person, "window_id": window}
        self._clock = clock
        self._own: dict[str, tuple[int, str]] = {}
        self._seen: dict[str, int] = {}
        self._others: dict[str, list[tuple[int, str]]] = {}
        self._heads: dict[str, tuple[int, int]] = {}
        self._fresh: set[str] = set()
        self._dirty: set[str] = set()
        self._aside: list[dict[str, Any]] = []
        for some in _chunks(list(dict.fromkeys(keys))):
            self._load(person, window, some)

    def _load(self, person: str, window: str, keys: Sequence[str]) -> None:
        query = _rows().where(JournalRow.person_id == person, JournalRow.key.in_(keys))
        for row in self._connection.execute(query):
            head, revision = self._heads.get(row.key, (0, 0))
            self._heads[row.key] = (max(head, row.seq), max(revision, row.revision))
            if row.window_id == window:
                self._own[row.key] = (row.seq, row.value)
                self._seen[row.key] = row.seen
            elif row.value != _FORGOTTEN:
                self._others.setdefault(row.key, []).append((row.seq, row.value))

    def clashes(self, key: str, since: int) -> bool:
        """Tell whether another window has put something else into a field since a number."""
        mine, seen = bare(self._own[key][1]), max(since, self._seen.get(key, 0))
        return any(seq > seen and bare(text) != mine for seq, text in self._others.get(key, ()))

    def take(self, entry: Entry, text: str) -> Ack:
        """Apply one entry."""
        key = entry.key
        head, revision = self._heads.get(key, (0, 0))
        seq = entry.seq if entry.seq is not None else max(head + 1, int(self._clock() * 1_000_000))
        own = self._own.get(key)
        if own is None or seq > own[0]:
            if own is None and key not in self._dirty:
                self._fresh.add(key)
            self._own[key] = (seq, text)
            self._dirty.add(key)
            head, revision = max(head, seq), revision + 1
            self._heads[key] = (head, revision)
        elif text != own[1]:
            self._aside.append(
                {**self._ids, "key": key, "seq": seq, "value": text, "why": OLDER, "at": self._now()}
            )
        return Ack(key, seq, revision, head)

    def write(self) -> None:
        """Write what changed."""
        if self._fresh:
            self._check_room()
        for key in sorted(self._dirty):
            seq, text = self._own[key]
            row = {"seq": seq, "revision": self._heads[key][1], "value": text, "at": self._now()}
            if key in self._fresh:
                self._connection.execute(insert(JournalRow), {**self._ids, "key": key, **row})
                continue
            mine = [JournalRow.person_id == self._ids["person_id"], JournalRow.window_id == self._ids["window_id"]]
            self._connection.execute(update(JournalRow).where(JournalRow.key == key, *mine).values(**row))
        for one in self._aside:
            _add_aside(self._connection, one)

    def _check_room(self) -> None:
        count = select(func.count()).where(JournalRow.person_id == self._ids["person_id"])
        if (self._connection.execute(count).scalar() or 0) + len(self._fresh) > KEYS_LIMIT:
            raise JournalRefusedError("room")

    def _now(self) -> str:
        return iso(self._clock())


def _add_aside(connection: Connection, row: Mapping[str, Any]) -> int:
    """Keep a value aside, once, and return its id; of many for one field the oldest go."""
    table = JournalAsideRow
    same = select(table.id).where(
        table.person_id == row["person_id"], table.key == row["key"],
        table.window_id == row["window_id"], table.seq == row["seq"], table.value == row["value"],
    )  # fmt: skip
    known = connection.execute(same).scalar()
    if known is not None:
        return int(known)
    made = int(connection.execute(insert(table).returning(table.id), dict(row)).scalar_one())
    mine = select(table.id).where(
        table.person_id == row["person_id"], table.key == row["key"], table.why == row["why"]
    )
    surplus = connection.execute(mine.order_by(table.id.desc()).offset(ASIDE_KEPT)).scalars().all()
    if surplus:
        connection.execute(delete(table).where(table.id.in_(surplus)))
    return made


def _rows() -> Any:  # noqa: ANN401 - a select of columns has a type of twelve parameters
    return select(*JournalRow.__table__.c)


def _kept(row: Any) -> Kept:  # noqa: ANN401 - a row of columns
    return Kept(row.key, json.loads(row.value), row.window_id, row.seq, row.revision, row.at, row.seen)


def _text(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _chunks(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[at : at + _CHUNK] for at in range(0, len(keys), _CHUNK))
