"""The windows of a person, open and closed: what each showed, so that the next one can begin there.

Used by the session of the page. A window is one document of one browser; its name comes from there. The state is
the session's own text, kept here as it is.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.orm import Session

from core.clock import Clock, now_iso, system_clock
from core.errors import JournalRefusedError
from storage.database.models import SessionRow

KEPT_PER_PERSON: Final = 50
"""Closed windows remembered; older ones go before their time."""


@dataclass(frozen=True, slots=True)
class WindowLine:
    """One window. `since` is the number up to which it knows what other windows typed."""

    window: str
    person: str
    device: str
    started_at: str
    seen_at: str
    since: int
    state: str


class Windows:
    """The windows, inside one transaction or read session."""

    def __init__(self, session: Session, clock: Clock = system_clock) -> None:
        self._session = session
        self._clock = clock

    def get(self, window: str) -> WindowLine | None:
        """Return a window, or None if it is not known."""
        row = self._connection.execute(_rows().where(SessionRow.window_id == window)).first()
        return None if row is None else _line(row)

    def of(self, person: str, window: str) -> WindowLine | None:
        """Return a person's window; None if it is not known, and so anybody's.

        Raises:
            JournalRefusedError: it is another person's.
        """
        known = self.get(window)
        if known is not None and known.person != person:
            raise JournalRefusedError("window")
        return known

    def save(self, person: str, window: str, *, device: str, since: int, state: str) -> None:
        """Write down what a window shows, at its first time too.

        Raises:
            JournalRefusedError: it is another person's.
        """
        self.of(person, window)
        now = now_iso(self._clock)
        fresh = {"seen_at": now, "since": since, "state": state}
        mine = SessionRow.window_id == window
        if self._connection.execute(update(SessionRow).where(mine).values(**fresh)).rowcount:
            return
        ids = {"window_id": window, "person_id": person, "device_id": device, "started_at": now}
        self._connection.execute(insert(SessionRow), {**ids, **fresh})
        self._trim(person)

    def latest(self, person: str, *, limit: int = 20) -> list[WindowLine]:
        """Return a person's windows, the one seen last first."""
        query = _rows().where(SessionRow.person_id == person).order_by(SessionRow.seen_at.desc()).limit(limit)
        return [_line(row) for row in self._connection.execute(query)]

    def since(self, person: str) -> dict[str, int]:
        """Return up to which number each window of a person knows what the others typed."""
        query = select(SessionRow.window_id, SessionRow.since).where(SessionRow.person_id == person)
        return {row.window_id: row.since for row in self._connection.execute(query)}

    def expire(self, before: str) -> int:
        """Forget windows not seen since a time (ISO 8601 UTC); return how many."""
        return self._connection.execute(delete(SessionRow).where(SessionRow.seen_at < before)).rowcount

    def _trim(self, person: str) -> None:
        mine = select(SessionRow.window_id).where(SessionRow.person_id == person)
        old = mine.order_by(SessionRow.seen_at.desc()).offset(KEPT_PER_PERSON)
        surplus = self._connection.execute(old).scalars().all()
        if surplus:
            self._connection.execute(delete(SessionRow).where(SessionRow.window_id.in_(surplus)))

    @property
    def _connection(self) -> Connection:
        return self._session.connection()


def _rows() -> Any:  # noqa: ANN401 - a select of columns has a type of many parameters
    return select(*SessionRow.__table__.c)


def _line(row: Any) -> WindowLine:  # noqa: ANN401 - a row of columns
    return WindowLine(
        row.window_id, row.person_id, row.device_id, row.started_at, row.seen_at, row.since, row.state
    )
