"""One transaction as its user sees it: the session and a repository per table."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from storage.database.audit import AuditedSession, AuditLog
from storage.database.form_repositories import FormRepository, FormVersionRepository
from storage.database.journal import Journal
from storage.database.repositories import (
    ConnectionRepository,
    DatasetRepository,
    JobEventRepository,
    JobRepository,
    QueryRepository,
    SavedQueryRepository,
    SavedReadingRepository,
    VersionRepository,
)
from storage.database.windows import Windows


class UnitOfWork:
    """Everything one transaction (or one read session) can do.

    Handed to the function of `Database.run_tx`; of no use after it has returned. Rows that were loaded stay
    readable, and may be handed to a later transaction's `update`, which then checks their revision.
    """

    def __init__(self, session: AuditedSession) -> None:
        self.session = session
        self.datasets = DatasetRepository(session)
        self.versions = VersionRepository(session)
        self.jobs = JobRepository(session)
        self.job_events = JobEventRepository(session)
        self.queries = QueryRepository(session)
        self.saved_queries = SavedQueryRepository(session)
        self.saved_readings = SavedReadingRepository(session)
        self.journal = Journal(session)
        self.windows = Windows(session)
        self.forms = FormRepository(session)
        self.form_versions = FormVersionRepository(session)
        self.connections = ConnectionRepository(session)
        self.audit = AuditLog(session)

    @property
    def tags(self) -> frozenset[str]:
        """What this transaction has changed so far."""
        return frozenset(self.session.changed_tags)

    def touch(self, *tags: str) -> None:
        """Name something that changed, to be published after the commit; written rows are named by themselves."""
        self.session.changed_tags.update(tags)

    @contextmanager
    def nested(self) -> Iterator[None]:
        """Run the block in a savepoint: an exception takes back the block alone, then goes on upwards.

        Some failures (a full disk) end the whole transaction on SQLite; the error goes on upwards all the same,
        nothing more can be done in this unit of work, and who hides the error meets it again at the end.
        """
        savepoint = self.session.begin_nested()
        try:
            yield
        except BaseException as error:
            try:
                savepoint.rollback()
            except DBAPIError:  # there is no savepoint to go back to; the first error counts
                self.session.lost = error
            raise
        savepoint.commit()
