"""A full disk under the engine, a real one: what is typed stays, and the status bar says how it is."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from tests.e2e.test_j5_half_typed import PATH, STATUS, Person, write
from tests.mounts import fill_up, tiny_disk
from tests.torture.engine import SupervisedEngine

ROOM_MIB = 48


@pytest.fixture
def person(playwright: Playwright, tmp_path: Path) -> Iterator[Person]:
    """Somebody whose profile lies on a small disk."""
    with tiny_disk(tmp_path / "disk", mib=ROOM_MIB) as disk:
        engine = SupervisedEngine(tmp_path, profile=disk / "profile")
        engine.start()
        one = Person(playwright, engine, tmp_path)
        try:
            one.open()
            yield one
            one.context.close()
        finally:
            engine.close()


def test_a_full_disk_is_said_and_nothing_is_lost(person: Person) -> None:
    """While the disk is full the text stays here and the status says so; with room again it is saved by itself."""
    write(person, "/tmp/before")
    person.saved()
    filler = person.engine.paths.root.parent / "filler"
    fill_up(filler)
    person.page.locator(PATH).fill("/tmp/" + "x" * 300_000)
    expect(person.page.locator(STATUS)).to_contain_text("disk full")

    person.page.reload()  # nothing is drawn before the text is kept, and that is said
    expect(person.page.locator("#bestand-cover")).to_contain_text("is full")

    filler.unlink()
    person.ready()
    person.saved()
    expect(person.page.locator("#bestand-lost")).to_be_hidden()
    expect(person.page.locator(PATH)).to_have_value("/tmp/" + "x" * 300_000)
