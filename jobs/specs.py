"""The words of background work: kinds, states, outcomes, how a job looks from outside.

Used by everything in `jobs/` and, for reading, by the floors above. Plain values, no I/O.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from core.types import Json

if TYPE_CHECKING:
    from jobs.context import JobContext
    from storage.database.models import JobRow
    from storage.database.unit_of_work import UnitOfWork

State: TypeAlias = Literal[
    "queued", "running", "retry", "done", "failed", "cancelled", "interrupted", "dead"
]  # fmt: skip
"""`retry` waits for another try; `interrupted` died with its process and is not repeated; `dead` has used up its
tries; `failed` would fail again."""

ACTIVE: Final = frozenset({"queued", "running", "retry"})
"""The job will go on by itself."""

FINAL: Final = frozenset({"done", "failed", "cancelled", "interrupted", "dead"})
"""Nothing happens any more until a person asks for it."""

Args: TypeAlias = Mapping[str, Json]

Record: TypeAlias = "Callable[[UnitOfWork], None]"
"""Database work that belongs to a job's success, in the same transaction as the mark that it is done."""


@dataclass(frozen=True, slots=True)
class JobOutcome:
    """What a handler returns: what people and the command line see, and what is to be recorded with it.

    A result that depends on what was recorded (a name that was still free) is a function, called after `record`.
    """

    result: "Json | Callable[[], Json]" = None
    record: "Record | None" = None


Handler: TypeAlias = "Callable[[JobContext, Args], JobOutcome]"
"""Does the work. It may run more than once (a crash, a retry), so it builds in `tmp/` and records at the end."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A kind of job.

    `label` tells people what a job with these arguments does. `max_attempts` counts crashes and passing failures
    alike. `on_crash` is what becomes of a job whose process died: tried again, or marked `interrupted` when it
    must not be repeated. The pause before another try is random up to `backoff_s · 2^(tries-1)`, at most
    `longest_backoff_s`.
    """

    kind: str
    handler: Handler
    label: Callable[[Args], str]
    max_attempts: int = 5
    on_crash: Literal["retry", "mark"] = "retry"
    backoff_s: float = 1.0
    longest_backoff_s: float = 60.0


@dataclass(frozen=True, slots=True)
class JobStatus:
    """A job as seen from outside, at one moment.

    `fraction` is 0..1, `step` a short phrase. `error` is the `error` object of the `--json` contract. Times are
    ISO 8601 UTC. `attempt` counts the tries begun.
    """

    id: str
    kind: str
    label: str
    state: str
    fraction: float
    step: str
    result: Json
    error: Json
    attempt: int
    created_at: str
    started_at: str | None
    finished_at: str | None
    actor: str
    trace: str | None

    @property
    def ended(self) -> bool:
        """Tell whether nothing happens any more by itself."""
        return self.state in FINAL

    @classmethod
    def of(cls, row: "JobRow", label: str) -> "JobStatus":
        """Return what a row says."""
        return cls(
            id=row.id,
            kind=row.kind,
            label=label,
            state=row.state,
            fraction=row.fraction,
            step=row.step,
            result=row.result,
            error=row.error,
            attempt=row.attempt,
            created_at=row.created_at,
            started_at=row.started_at,
            finished_at=row.finished_at,
            actor=row.actor,
            trace=row.trace,
        )
