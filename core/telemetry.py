"""The one door to telemetry: events, errors, metrics. All of it stays on this machine.

`track` and `log_error` write to the log; `Metrics` counts in memory for the health page and Prometheus text.
"""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from core.clock import now_iso
from core.errors import BestandError
from core.logging import get_logger
from core.trace import current_trace
from core.types import Json

_SECONDS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300)


@dataclass(frozen=True, slots=True)
class Event:
    """Something a person or a job did; `props` holds facts, never contents of data."""

    name: str
    props: Mapping[str, Json] = field(default_factory=dict)
    at: str = field(default_factory=now_iso)
    trace: str | None = field(default_factory=current_trace)


class Metrics:
    """The process's counters; `text()` is Prometheus' exposition format."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter("bestand_events", "Events tracked", ["name"], registry=self.registry)
        self.errors = Counter("bestand_errors", "Errors by code", ["code"], registry=self.registry)
        self.duration = Histogram(
            "bestand_duration_seconds",
            "How long things take",
            ["what"],
            buckets=_SECONDS,
            registry=self.registry,
        )
        self.level = Gauge("bestand_level", "Present sizes and counts", ["what"], registry=self.registry)

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Measure the block."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.duration.labels(what).observe(time.perf_counter() - start)

    def text(self) -> str:
        """Return all metrics in Prometheus' text format."""
        return generate_latest(self.registry).decode()


@cache
def metrics() -> Metrics:
    """Return this process's metrics; a process has exactly one set."""
    return Metrics()


def track(event: str, props: Mapping[str, Json] | None = None) -> Event:
    """Record that something happened."""
    entry = Event(event, dict(props or {}))
    metrics().events.labels(event).inc()
    get_logger("event").info(event, **{f"prop_{k}" if k == "event" else k: v for k, v in entry.props.items()})
    return entry


def log_error(error: BaseException, context: Mapping[str, object] | None = None) -> None:
    """Record an error with its trace: expected ones as one line, bugs with their stack."""
    code = error.code if isinstance(error, BestandError) else "bug"
    metrics().errors.labels(code).inc()
    facts = {**(error.context if isinstance(error, BestandError) else {}), **(context or {})}
    logger = get_logger("error")
    if isinstance(error, BestandError):
        logger.warning(error.english, code=code, kind=type(error).__name__, facts=facts)
    else:
        logger.error(str(error), code=code, kind=type(error).__name__, facts=facts, exc_info=error)
