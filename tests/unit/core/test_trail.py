"""One id finds a click's whole trail in the log; the log holds no secret and never stops the work."""

import json
import logging
import logging.handlers
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import pytest

from core.config import AppConfig, load_config
from core.errors import DatasetNotFoundError
from core.logging import LOG_FILE, configure_logging, get_logger, read_log
from core.paths import ProfilePaths
from core.telemetry import Metrics, log_error, metrics, track
from core.trace import current_actor, current_trace, trace

SECRET = "h7Gq2mZx9PwL4tRvK8sD"


@pytest.fixture(autouse=True)
def _logs(config: AppConfig, profile: ProfilePaths) -> Iterator[None]:
    """Logs go to the test's own profile and nowhere afterwards."""
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    configure_logging(config, profile)
    yield
    for handler in [h for h in root.handlers if h not in before]:
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)


def lines(profile: ProfilePaths) -> list[dict[str, object]]:
    """Everything in the log."""
    return list(read_log(profile.logs))


# ---- the id -------------------------------------------------------------------------------------------------


def test_outside_of_a_trace_there_is_no_id() -> None:
    """Nothing is attributed to a click that did not happen."""
    assert current_trace() is None
    assert current_actor() == "owner"


def test_an_inner_step_belongs_to_the_outer_click() -> None:
    """Nested traces share the id; a handed-over id wins; both end with their block."""
    with trace() as outer:
        with trace() as inner:
            assert inner == outer == current_trace()
        with trace("browser-0001", actor="anna") as handed:
            assert (handed, current_actor()) == ("browser-0001", "anna")
        assert (current_trace(), current_actor()) == (outer, "owner")
    assert current_trace() is None


@pytest.mark.parametrize(
    "forged", ["short", "x" * 65, "with space 1", 'quote"quote', "line\nbreak1", "", "umläut12"]
)
def test_a_malformed_id_is_replaced(forged: str) -> None:
    """An id from outside cannot smuggle anything into the log."""
    with trace(forged) as used:
        assert used != forged
        assert len(used) == 26


def test_the_id_ends_even_when_the_work_fails() -> None:
    """A failed click does not colour the next one."""
    with pytest.raises(ZeroDivisionError), trace():
        raise ZeroDivisionError
    assert current_trace() is None


def test_a_thread_that_takes_the_context_along_keeps_the_id() -> None:
    """Work handed to a thread stays on the trail."""
    with trace() as wanted, ThreadPoolExecutor(1) as pool:
        assert pool.submit(copy_context().run, current_trace).result() == wanted
        assert pool.submit(current_trace).result() is None


# ---- the log ------------------------------------------------------------------------------------------------


def test_one_id_finds_the_whole_trail(profile: ProfilePaths) -> None:
    """Events, steps and errors of one click, in order, without those of another."""
    with trace() as wanted:
        track("import_started", {"rows": 3})
        get_logger("storage").info("published")
        log_error(DatasetNotFoundError("umsatz"))
    with trace():
        track("import_started")

    trail = list(read_log(profile.logs, trace_id=wanted))

    assert [line["event"] for line in trail] == ["import_started", "published", "There is no dataset 'umsatz'."]
    assert {line["trace"] for line in trail} == {wanted}
    assert {line["logger"] for line in trail} == {"bestand.event", "bestand.storage", "bestand.error"}


def test_an_id_that_is_only_mentioned_is_not_on_the_trail(profile: ProfilePaths) -> None:
    """A line that quotes the id belongs to its own trace."""
    with trace() as wanted:
        pass
    with trace():
        get_logger("x").info("mentions", other=wanted)
    assert list(read_log(profile.logs, trace_id=wanted)) == []


def test_no_secret_is_in_the_log_whichever_way_it_came(profile: ProfilePaths) -> None:
    """Fields, messages, stack traces and foreign libraries all pass the same sieve."""
    logger = get_logger("x")
    logger.info("opened", token=SECRET, nested={"password": SECRET}, _cookie=SECRET)
    logger.info("GET /?t=%s", SECRET)
    logging.getLogger("foreign.server").warning("GET /?t=%s", SECRET)
    try:
        raise RuntimeError(f"cannot reach postgresql://anna:{SECRET}@db/prod")
    except RuntimeError as error:
        log_error(error, {"secret": SECRET})
        logging.getLogger("foreign").exception("it broke")

    written = (profile.logs / LOG_FILE).read_text(encoding="utf-8")
    assert len(written.splitlines()) == 5
    assert "cannot reach postgresql" in written
    assert SECRET not in written


def test_each_line_is_one_json_object_with_time_level_and_process(profile: ProfilePaths) -> None:
    """Another program can read the log; a line break in a value does not make a second line."""
    get_logger("x").warning("two\nlines", text="ä\u2028b")
    (line,) = (profile.logs / LOG_FILE).read_text(encoding="utf-8").split("\n")[:-1]
    entry = json.loads(line)
    assert entry["event"] == "two\nlines"
    assert entry["level"] == "warning"
    assert entry["at"].endswith("Z")
    assert {"trace", "actor", "pid"} <= set(entry)
    assert [e["text"] for e in lines(profile)] == ["ä\u2028b"]


def test_the_level_can_change_while_running(profile: ProfilePaths) -> None:
    """More detail is switched on without a restart, and no line is written twice after it."""
    get_logger("x").debug("unseen")
    configure_logging(load_config(profile, overrides={"debug": True}), profile)
    get_logger("x").debug("seen")
    configure_logging(load_config(profile, overrides={"log.level": "error"}), profile)
    get_logger("x").info("unseen again")
    assert [line["event"] for line in lines(profile)] == ["seen"]


def test_old_lines_make_room_for_new_ones(profile: ProfilePaths) -> None:
    """The log never outgrows its limit, and reads on over the rotated files in order."""
    configure_logging(load_config(profile, overrides={"log.file_mib": 1, "log.keep_files": 2}), profile)
    for number in range(800):
        get_logger("x").info("line", number=number, filler="x" * 8_000)

    files = sorted(p.name for p in profile.logs.iterdir())
    numbers = [line["number"] for line in read_log(profile.logs, newest=200)]

    assert files == [LOG_FILE, f"{LOG_FILE}.1", f"{LOG_FILE}.2"]
    assert sum(p.stat().st_size for p in profile.logs.iterdir()) <= 3 * 1024 * 1024
    assert numbers == list(range(600, 800))


def test_a_line_cut_by_a_crash_is_passed_over(profile: ProfilePaths) -> None:
    """The rest of the log stays readable."""
    get_logger("x").info("before")
    with (profile.logs / LOG_FILE).open("ab") as file:
        file.write(b'{"event": "cut o\n[1]\n\xff\xfe\n')
    get_logger("x").info("after")
    assert [line["event"] for line in lines(profile)] == ["before", "after"]


def test_a_rotation_the_system_refuses_loses_no_line(
    profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another process holds the file open (Windows), the log goes on in the same file."""

    def refuse(_source: object, _target: object) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr("os.rename", refuse)
    configure_logging(load_config(profile, overrides={"log.file_mib": 1}), profile)
    for number in range(150):
        get_logger("x").info("line", number=number, filler="x" * 8_000)
    assert [line["number"] for line in lines(profile)] == list(range(150))


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), PermissionError(13, "no")])
def test_a_log_that_cannot_be_written_stops_nothing(
    profile: ProfilePaths, monkeypatch: pytest.MonkeyPatch, failure: OSError
) -> None:
    """The work goes on without its log."""

    def refuse(*_args: object, **_options: object) -> None:
        raise failure

    monkeypatch.setattr(logging.handlers.RotatingFileHandler, "_open", refuse)
    get_logger("x").error("unwritten")
    assert not (profile.logs / LOG_FILE).exists()


def test_a_log_file_that_cannot_be_read_is_passed_over(profile: ProfilePaths) -> None:
    """One unreadable rotated file does not hide the others."""
    get_logger("x").info("here")
    (profile.logs / f"{LOG_FILE}.1").mkdir()
    assert [line["event"] for line in lines(profile)] == ["here"]


def test_an_empty_log_has_no_lines(tmp_path: Path) -> None:
    """Before the first line there is nothing, and no error."""
    assert list(read_log(tmp_path / "nowhere")) == []


# ---- telemetry ----------------------------------------------------------------------------------------------


def test_an_event_may_carry_any_fact(profile: ProfilePaths) -> None:
    """A fact named like a field of the log hides neither."""
    track("chosen", {"event": "inner", "name": "umsatz"})
    (line,) = lines(profile)
    assert (line["event"], line["prop_event"], line["name"]) == ("chosen", "inner", "umsatz")


def test_an_expected_error_is_one_line_and_a_bug_brings_its_stack(profile: ProfilePaths) -> None:
    """Whoever reads the log sees at once which of the two it is."""
    log_error(DatasetNotFoundError("umsatz"), {"page": "explore"})
    try:
        os.environ["MISSING"]
    except KeyError as error:
        log_error(error)

    expected, bug = lines(profile)

    assert (expected["level"], expected["code"]) == ("warning", "dataset_not_found")
    assert expected["facts"] == {"name": "umsatz", "page": "explore"}
    assert "exception" not in expected
    assert (bug["level"], bug["code"], bug["kind"]) == ("error", "bug", "KeyError")
    assert "test_trail.py" in str(bug["exception"])


def test_metrics_count_events_errors_and_time() -> None:
    """What happened can be read as Prometheus' text."""
    own = Metrics()
    own.events.labels("import").inc()
    own.level.labels("jobs").set(2)
    with pytest.raises(ZeroDivisionError), own.timed("query"):
        raise ZeroDivisionError
    text = own.text()
    assert 'bestand_events_total{name="import"} 1.0' in text
    assert 'bestand_level{what="jobs"} 2.0' in text
    assert 'bestand_duration_seconds_count{what="query"} 1.0' in text


def test_tracking_counts_in_the_process_wide_metrics() -> None:
    """There is one set of metrics per process."""

    def value(name: str, labels: dict[str, str]) -> float:
        return metrics().registry.get_sample_value(name, labels) or 0.0

    events, errors = value("bestand_events_total", {"name": "e"}), value("bestand_errors_total", {"code": "bug"})
    track("e")
    log_error(RuntimeError("x"))
    assert value("bestand_events_total", {"name": "e"}) == events + 1
    assert value("bestand_errors_total", {"code": "bug"}) == errors + 1
