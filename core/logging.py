"""Logs: one JSON object per line below the profile, with the correlation id, redacted, rotated.

Nothing is written to stdout; the command line prints what a person should read itself.
"""

import json
import logging
import logging.handlers
import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import structlog

from core.config import AppConfig
from core.paths import ProfilePaths
from core.security.redact import redact
from core.trace import current_actor, current_trace

LOG_FILE = "bestand.jsonl"
_MIB = 1024 * 1024
_ROOT = "bestand"
_LIBRARY_KEYS = ("_record", "_from_structlog")
"""What structlog hands through its processors and takes out again before a line is written."""


class _SharedRotatingHandler(logging.handlers.RotatingFileHandler):
    """Rotates; a rotation that another process prevents (Windows) or a full disk loses log lines, not work."""

    def rotate(self, source: str, dest: str) -> None:
        """Rename if the system lets us; otherwise go on in the same file."""
        try:
            super().rotate(source, dest)
        except OSError:
            return

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - the library's name
        """Tell whether the file is full; the library would put the line together for that, and then once more."""
        del record
        if self.stream is None:
            self.stream = self._open()
        return self.maxBytes > 0 and os.fstat(self.stream.fileno()).st_size >= self.maxBytes

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Stay silent: a log that cannot be written must not stop the work it tells of."""


def configure_logging(config: AppConfig, paths: ProfilePaths) -> None:
    """Direct all logs of this process to the profile's log folder; call again to change the level."""
    handler = _SharedRotatingHandler(
        paths.logs / LOG_FILE,
        maxBytes=config.log.file_mib * _MIB,
        backupCount=config.log.keep_files,
        encoding="utf-8",
        delay=True,
    )
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=_common(),
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
            ],
        )
    )
    structlog.configure(
        processors=[*_common(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    for old in [h for h in root.handlers if isinstance(h, _SharedRotatingHandler)]:
        root.removeHandler(old)
        old.close()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(_ROOT).setLevel(logging.DEBUG if config.debug else config.log.level.upper())


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """Return the logger of one module."""
    logger: structlog.stdlib.BoundLogger = structlog.stdlib.get_logger(f"{_ROOT}.{name}")
    return logger


def read_log(logs: Path, *, trace_id: str | None = None, newest: int = 1_000) -> Iterator[dict[str, Any]]:
    """Yield log lines, oldest first: all of one trace, or the newest ones."""
    lines = list(_all_lines(logs, trace_id))
    yield from lines if trace_id else lines[-newest:]


def _all_lines(logs: Path, trace_id: str | None) -> Iterator[dict[str, Any]]:
    names = sorted(logs.glob(f"{LOG_FILE}*"), key=_age, reverse=True)
    for name in names:
        try:
            text = name.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for line in text.split("\n"):  # not splitlines: a value may hold other characters that break lines
            if trace_id and trace_id not in line:
                continue
            entry = _parse(line)
            if entry and (not trace_id or entry.get("trace") == trace_id):
                yield entry


def _parse(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None  # a line cut by a crash
    return entry if isinstance(entry, dict) else None


def _age(path: Path) -> int:
    suffix = path.suffix.removeprefix(".")
    return int(suffix) if suffix.isdigit() else 0


def _common() -> list[Any]:
    return [
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _add_context,
        structlog.processors.format_exc_info,
        _redact,
    ]


def _add_context(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    event.setdefault("trace", current_trace())
    event.setdefault("actor", current_actor())
    event["pid"] = os.getpid()
    return event


def _redact(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    return {key: value if key in _LIBRARY_KEYS else redact(value, key) for key, value in event.items()}
