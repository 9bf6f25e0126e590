"""The places looked at last: what *Continue* leads to."""

import threading

from app.visits import KEPT, VisitLog, remember_visit, visits
from core.paths import ProfilePaths


def test_the_last_place_is_on_top_and_each_is_there_once(profile: ProfilePaths) -> None:
    """Going back and forth between two places fills the list with two."""
    for _ in range(3):
        remember_visit(profile, "data", {"dataset": "umsatz"}, "umsatz")
        remember_visit(profile, "sql", {}, "SQL")

    assert [(one.page, one.params, one.title) for one in visits(profile)] == [
        ("sql", {}, "SQL"),
        ("data", {"dataset": "umsatz"}, "umsatz"),
    ]


def test_the_list_does_not_grow(profile: ProfilePaths) -> None:
    """It is a list of the last ones."""
    for number in range(KEPT + 5):
        remember_visit(profile, "data", {"dataset": str(number)}, str(number))

    assert len(visits(profile)) == KEPT
    assert visits(profile)[0].title == str(KEPT + 4)


def test_a_damaged_list_is_an_empty_one(profile: ProfilePaths) -> None:
    """It may be deleted, or be anything: Home still opens."""
    assert visits(profile) == []
    for text in ("", "{", "[1]", '[{"page": 1}]', '{"a": 1}', "[{}]"):
        profile.visits_file.write_text(text, encoding="utf-8")
        assert visits(profile) == []


def test_many_windows_write_it_at_once(profile: ProfilePaths) -> None:
    """One of them wins; nobody sees half a file, and no parts are left behind."""
    threads = [
        threading.Thread(target=remember_visit, args=(profile, "data", {"dataset": str(n)}, str(n)))
        for n in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(visits(profile)) >= 1
    assert [path.name for path in profile.run.glob("*.part")] == []


def test_what_was_noted_is_written_when_the_profile_is_closed(profile: ProfilePaths) -> None:
    """The last step before the end is not lost."""
    log = VisitLog(profile)
    log.note("data", {}, "Data")
    log.note("sql", {}, "SQL")
    log.close()

    assert [one.page for one in visits(profile)] == ["sql", "data"]


def test_many_places_noted_at_once_stand_as_if_one_after_the_other(profile: ProfilePaths) -> None:
    """What is written together leads back in the same order, each place once, the last on top."""
    remember_visit(profile, "jobs", {}, "Jobs")
    remember_visit(profile, "data", {}, "Data")
    log = VisitLog(profile)
    for page in ("sql", "data", "sql", "home", "data"):
        log.note(page, {}, page)
    log.close()

    assert [one.page for one in visits(profile)] == ["data", "home", "sql", "jobs"]
