"""A crash report: one zip below the profile, for the person to look at and, if they like, to pass on.

Holds how the engine ended, what it printed last, the newest log lines, versions and settings; never data, and
nothing secret: every line goes through the same redaction as the log, and names of folders that tell who a person
is are cut. Nothing is sent anywhere.
"""

import json
import os
import platform
import sys
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from core.clock import now_iso
from core.ids import new_id
from core.paths import ProfilePaths, translate_os_error
from core.security.redact import redact_text
from core.version import app_version

KEPT: Final = 5
"""Reports kept; older ones are removed."""
_LOG_LINES: Final = 400
_LOG_BYTES: Final = 512 * 1024
_PREFIX: Final = "bestand-report-"


def write_report(paths: ProfilePaths, *, exits: Sequence[int], printed: Iterable[str], safe: bool) -> Path:
    """Write a report and return its file.

    Args:
        paths: The profile.
        exits: The exit codes of the engines so far, oldest first; negative ones are signals.
        printed: The last lines the engine printed.
        safe: Whether this was a safe start.

    Raises:
        ProfileError: it cannot be written.
    """
    now = now_iso()
    target = paths.reports / f"{_PREFIX}{new_id()}.zip"  # ids are sorted by time, as the newest ones are kept
    facts = {"at": now, "engine_exits": list(exits), "safe_start": safe, **_machine()}
    parts = {
        "report.json": json.dumps(facts, indent=1),
        "engine.txt": "\n".join(printed),
        "log.jsonl": "\n".join(_newest_lines(paths.log_file)),
        "config.toml": _text(paths.config_file),
    }
    try:
        paths.reports.mkdir(mode=0o700, parents=True, exist_ok=True)
        with zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED) as bundle:
            for name, text in parts.items():
                bundle.writestr(name, cleaned(text, paths.root))
        target.chmod(0o600)
        for old in sorted(paths.reports.glob(f"{_PREFIX}*.zip"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except OSError as error:
        raise translate_os_error(error, target) from error
    return target


def cleaned(text: str, profile: Path) -> str:
    """Return a text without secrets, and without the folders that tell whose it is."""
    for folder, sign in ((profile, "<profile>"), (Path.home(), "~")):
        for form in {str(folder), folder.as_posix(), json.dumps(str(folder))[1:-1]}:
            if len(form) > 1:
                text = text.replace(form, sign)
    return "\n".join(redact_text(line) for line in text.split("\n"))


def _machine() -> dict[str, object]:
    return {
        "bestand": app_version(),
        "python": platform.python_version(),
        "frozen": bool(getattr(sys, "frozen", False)),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "session": {
            name: os.environ[name] for name in ("XDG_SESSION_TYPE", "QT_QPA_PLATFORM") if name in os.environ
        },
    }


def _newest_lines(log: Path) -> list[str]:
    """Return the end of the newest log, read from its end: a log may be large."""
    try:
        with log.open("rb") as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(0, file.tell() - _LOG_BYTES))
            text = file.read().decode("utf-8", "replace")
    except OSError:
        return []
    return text.split("\n")[-_LOG_LINES:]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
