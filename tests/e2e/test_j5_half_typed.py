"""Journey 5: half-typed everywhere, then everything is killed, and it is all there again."""

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Error, Page, Playwright, Request, expect

from tests.e2e.conftest import QUIET, WAIT_MS
from tests.torture.engine import CHROMIUM, SupervisedEngine
from tests.torture.journal_browser import browser_processes

PATH = ".st-key-import__path input"
EDITOR = ".st-key-sql_question .cm-content"
STATUS = ".st-key-statusbar #saved"
READY = "html[data-bestand=ready]"
STORE = """async () => {
  const opening = indexedDB.open('bestand-journal', 1);
  const db = await new Promise((done) => { opening.onsuccess = () => done(opening.result); });
  const asked = db.transaction('pending').objectStore('pending').getAll();
  await new Promise((done) => { asked.onsuccess = done; });
  db.close();
  return asked.result.map((one) => [one.key, one.value]);
}"""
WATCH_STATUS = """() => {
  const root = document.querySelector('.st-key-statusbar [data-made]').shadowRoot;
  window.shown = [];
  window.heard = [];
  const saved = () => root.querySelector('#saved span').textContent;
  new MutationObserver(() => shown.at(-1) === saved() || shown.push(saved())).observe(
    root.querySelector('footer'), { childList: true });
  new MutationObserver(() => heard.push(root.querySelector('[role=status]').textContent)).observe(
    root.querySelector('[role=status]'), { childList: true });
}"""
FAKE_SECRET = """() => {
  const field = (name, kind) => `<div data-testid="stElementContainer" class="st-key-${name}">`
    + `<div data-testid="stTextInput"><input id="fake_${kind}" type="${kind}"></div></div>`;
  const place = document.createElement('div');
  place.innerHTML = field('secret_token', 'text') + field('login__word', 'password');
  document.body.append(place);
  for (const input of place.querySelectorAll('input')) {
    input.value = 'hunter2';
    input.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
}"""


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SupervisedEngine]:
    """An engine that is started as the window does it."""
    started = SupervisedEngine(tmp_path_factory.mktemp("j5"))
    started.start()
    yield started
    started.close()


class Person:
    """Somebody with a browser that keeps its store."""

    def __init__(self, driver: Playwright, engine: SupervisedEngine, folder: Path) -> None:
        self.driver = driver
        self.engine = engine
        self.folder = folder
        self.context: BrowserContext
        self.page: Page

    def open(self) -> None:
        """Open the browser, and Bestand in it, at no particular page."""
        found = next(filter(None, map(shutil.which, CHROMIUM)), None)
        if found is None:
            pytest.skip("no browser found")
        self.context = self.driver.chromium.launch_persistent_context(
            str(self.folder / "browser"), executable_path=found, args=list(QUIET), headless=True
        )
        self.context.set_default_timeout(WAIT_MS)
        self.page = self.context.pages[0]
        self.page.goto(self.engine.link())
        self.ready()

    def ready(self, page: Page | None = None) -> None:
        """Wait until the page is drawn."""
        (page or self.page).wait_for_selector(READY, state="attached")
        (page or self.page).wait_for_selector("#bestand-cover", state="detached")

    def go(self, view: str, page: Page | None = None) -> None:
        """Click a view in the navigation."""
        shown = page or self.page
        shown.locator(f".st-key-nav a[href='?view={view}']").click()
        shown.wait_for_selector(f"html[data-view='{view}']", state="attached")

    def until(self, what: Callable[[], object], told: str) -> None:
        """Wait, letting the page's events through."""
        deadline = time.monotonic() + WAIT_MS / 1000
        while not what():
            assert time.monotonic() < deadline, told
            self.page.wait_for_timeout(30)

    def saved(self, page: Page | None = None) -> None:
        """Wait until the journal says that all is on the disk."""
        states = ("saved", "conflict")
        self.until(lambda: (page or self.page).evaluate("bestand.standing.state") in states, "it is saved")

    def kill(self) -> None:
        """End the browser at once, all of it."""
        for pid in browser_processes(self.folder):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(Error):
            self.context.close()


@pytest.fixture
def person(playwright: Playwright, engine: SupervisedEngine, tmp_path: Path) -> Iterator[Person]:
    """Somebody whose browser is open on a page of their own."""
    if engine.process is None:
        engine.start()
    one = Person(playwright, engine, tmp_path)
    one.open()
    yield one
    with contextlib.suppress(Error):
        one.context.close()


def write(person: Person, text: str) -> None:
    """Put a text into the path field, in place of what is there."""
    person.go("import")
    field = person.page.locator(PATH)
    field.click()
    field.press("Control+A")
    person.page.keyboard.type(text)


def write_sql(person: Person, text: str) -> None:
    """Put a text into the editor, in place of what is there."""
    person.go("sql")
    person.page.locator(EDITOR).click()
    person.page.keyboard.press("Control+A")
    person.page.keyboard.type(text)
    person.page.keyboard.press("Escape")


def test_half_typed_everywhere_survives_the_engines_end(person: Person) -> None:
    """The engine is killed under an open page: calm words, and once it is back the screen is as it was."""
    write_sql(person, "select half")
    write(person, "/data/umsatz half")
    person.page.keyboard.press("ArrowLeft")
    person.page.keyboard.press("ArrowLeft")
    person.engine.kill()
    lost = person.page.locator("#bestand-lost")
    expect(lost).to_contain_text("Waiting for Bestand")
    alive = re.compile("/healthz$|/_stcore/health$")
    person.page.route(alive, lambda route: route.fulfill(status=401))  # as one that knows no browser yet
    expect(lost).to_contain_text("bestand app url")
    person.page.get_by_test_id("stDialog").wait_for(state="attached")
    expect(person.page.get_by_test_id("stDialog")).to_be_hidden()  # it would speak of a status
    person.page.unroute(alive)
    expect(lost).to_contain_text("Waiting for Bestand")

    person.engine.start()

    expect(person.page.locator("#bestand-lost")).to_be_hidden()
    person.saved()
    expect(person.page.locator(PATH)).to_have_value("/data/umsatz half")
    expect(person.page.locator(PATH)).to_be_focused()
    person.page.keyboard.type("X")
    expect(person.page.locator(PATH)).to_have_value("/data/umsatz haXlf")
    person.go("sql")
    expect(person.page.locator(EDITOR)).to_have_text("select half")


def test_both_killed_and_the_next_window_is_where_the_last_one_was(person: Person) -> None:
    """Window and engine are killed in the middle of a word; the next start shows the same page and both texts."""
    write(person, "/tmp/both")
    write_sql(person, "select 1 from both")
    person.saved()
    person.engine.kill()
    person.kill()
    person.engine.start()

    person.open()

    person.page.wait_for_selector("html[data-view='sql']", state="attached")
    expect(person.page.locator(EDITOR)).to_have_text("select 1 from both")
    person.go("import")
    expect(person.page.locator(PATH)).to_have_value("/tmp/both")


def test_the_last_key_before_f5_is_there(person: Person) -> None:
    """A reload at the moment of the last key, before anything was acknowledged, loses nothing."""
    write(person, "/tmp/reloaded")
    person.page.reload()
    person.ready()

    expect(person.page.locator(PATH)).to_have_value("/tmp/reloaded")


def test_the_file_that_was_open_is_open_in_the_next_window(person: Person, tmp_path: Path) -> None:
    """Window and engine are killed while one of several files is looked at: the next window looks at it, too."""
    folder = tmp_path / "several"
    folder.mkdir()
    for name in ("april", "may"):
        (folder / f"{name}.csv").write_text("day;sum\n2025-01-02;3,50\n2025-01-03;4,50\n", encoding="utf-8")
    write(person, str(folder))
    person.page.keyboard.press("Enter")
    files = person.page.locator(".st-key-import__files, [class*='st-key-import__files__']").first
    expect(person.page.get_by_role("button", name="Import all (2)")).to_be_visible()
    files.locator("canvas").first.click(position={"x": 40, "y": 35 + 28 + 14}, force=True)
    heading = ".st-key-heading_import h2"
    expect(person.page.locator(heading)).to_have_text("may.csv")
    person.saved()
    person.until(lambda: '"at":1' in in_file(person, "import__open_files"), "what is shown is on the disk")
    person.engine.kill()
    person.kill()
    person.engine.start()

    person.open()

    person.go("import")
    expect(person.page.locator(heading)).to_have_text("may.csv")
    person.page.get_by_role("button", name="All files").click()
    person.page.get_by_role("button", name="Another file").click()
    expect(person.page.locator(PATH)).to_be_visible()


def in_file(person: Person, key: str) -> str:
    """Return a field's value as the database has it."""
    with contextlib.closing(sqlite3.connect(person.engine.paths.state_db)) as file:
        found = file.execute("SELECT value, max(seq) FROM journal WHERE key = ?", (key,)).fetchone()
    return str(found[0] or "")


def test_without_the_engine_the_text_is_kept_here_and_said_so(person: Person) -> None:
    """While the network is away the status says that the text is kept here; later that it is saved.

    It shows each state as it comes; who hears the page is told of the trouble and of its end, of nothing else.
    """
    write_sql(person, "select 1")
    person.saved()
    person.page.evaluate(WATCH_STATUS)
    person.page.locator(EDITOR).click()
    person.page.keyboard.type(" + 1")
    person.saved()
    expect(person.page.locator(STATUS)).to_contain_text("Saved")
    shown = [line.split()[0] for line in person.page.evaluate("shown")]
    assert (shown[:2], shown[-1]) == (["Typing", "Saving"], "Saved")
    person.context.set_offline(True)
    person.page.locator(EDITOR).click()
    person.page.keyboard.type(" more")

    expect(person.page.locator(STATUS)).to_contain_text("kept here")
    assert any("more" in str(value) for key, value in person.page.evaluate(STORE) if key == "sql_question")
    person.context.set_offline(False)
    person.saved()
    person.until(lambda: person.page.evaluate(STORE) == [], "the browser's copy is cleared")
    assert person.page.evaluate("heard") == ["Offline: kept here", "Saved"]


def test_what_is_secret_is_never_kept(person: Person) -> None:
    """A password, by its type or by its key, reaches neither the browser's store nor the engine."""
    posts: list[Request] = []
    person.page.on("request", lambda request: posts.append(request))  # noqa: PLW0108 - Playwright marks its handlers
    person.page.evaluate(FAKE_SECRET)
    write(person, "/tmp/after")  # what is kept shows that the journal was listening
    person.saved()

    bodies = [post.post_data or "" for post in posts if post.url.endswith("/journal")]
    assert any("/tmp/after" in body for body in bodies)
    assert not any("hunter2" in body for body in bodies)
    assert "hunter2" not in str(person.page.evaluate(STORE))


def test_a_text_that_is_too_long_is_said_at_its_field(person: Person) -> None:
    """More than a mebibyte is not kept, and says so where it stands; a shorter text is kept again."""
    write(person, "/tmp/short")
    person.page.locator(PATH).fill("x" * 1_100_000)
    expect(person.page.locator("#bestand-too-long")).to_be_visible()
    expect(person.page.locator(STATUS)).to_contain_text("too long")

    person.page.locator(PATH).fill("/tmp/short again")
    expect(person.page.locator("#bestand-too-long")).to_be_hidden()
    person.saved()


def test_two_windows_of_one_person_are_told_of_each_other(person: Person) -> None:
    """Both type into one field: the last key wins, the status says so, and the other text is still there."""
    person.go("import")
    other = person.context.new_page()
    other.goto(f"{person.engine.origin}/?view=import")
    person.ready(other)
    write(person, "/tmp/mine")
    person.saved()
    other.reload()  # it begins with that text, and goes on from there
    person.ready(other)
    other.locator(PATH).click()
    other.keyboard.press("Control+A")
    other.keyboard.type("/tmp/theirs")
    person.saved(other)

    offer = "[class*=st-key-offer_0_import__path]"
    expect(other.locator(STATUS)).to_contain_text("differs")
    expect(other.locator(offer)).to_contain_text("/tmp/mine")  # while the field still has the focus
    with contextlib.closing(sqlite3.connect(person.engine.paths.state_db)) as file:
        kept = file.execute("SELECT value FROM journal WHERE key = 'import__path'").fetchall()
    assert {json.loads(value) for (value,) in kept if value} >= {"/tmp/mine", "/tmp/theirs"}

    for page, own, foreign in ((other, "/tmp/theirs", "/tmp/mine"), (person.page, "/tmp/mine", "/tmp/theirs")):
        page.reload()  # takes no side: what was typed here stays, the other text stays a click away
        person.ready(page)
        expect(page.locator(PATH)).to_have_value(own)
        expect(page.locator(offer)).to_contain_text(foreign)
        expect(page.locator(STATUS)).to_contain_text("differs")
    other.close()
    person.page.reload()
    person.ready()
    expect(person.page.locator(offer)).to_contain_text("/tmp/theirs")
    person.page.locator(offer).get_by_role("button", name="Take it").click()
    expect(person.page.locator(PATH)).to_have_value("/tmp/theirs")
    expect(person.page.locator(offer)).to_have_count(0)
    expect(person.page.locator(STATUS)).to_contain_text("Saved")


def stays(person: Person, key: str) -> bool:
    """Tell whether a window has said that it stays with what it has in a field."""
    with contextlib.closing(sqlite3.connect(person.engine.paths.state_db)) as file:
        return bool(file.execute("SELECT count(*) FROM journal WHERE key = ? AND seen > 0", (key,)).fetchone()[0])


def test_the_editor_offers_what_another_window_has(person: Person) -> None:
    """A line under the text says what and since when; by keys it is taken, undone, and declined for good."""
    other = person.context.new_page()
    other.goto(f"{person.engine.origin}/?view=sql")
    person.ready(other)
    write_sql(person, "select 'mine'")
    person.saved()
    other.locator(EDITOR).click()
    other.keyboard.press("Control+A")
    other.keyboard.type("select 'theirs'")
    person.saved(other)
    offers = ".st-key-sql_question .others p"
    expect(other.locator(offers)).to_contain_text("select 'mine'")
    expect(other.locator(STATUS)).to_contain_text("differs")

    other.keyboard.press("Escape")
    other.keyboard.press("Tab")
    expect(other.locator(".st-key-sql_question button:focus")).to_have_text("Take it")
    other.keyboard.press("Enter")
    expect(other.locator(EDITOR)).to_have_text("select 'mine'")
    expect(other.locator(offers)).to_have_count(0)
    expect(other.locator(STATUS)).to_contain_text("Saved")
    other.keyboard.press("Control+Z")
    expect(other.locator(EDITOR)).to_have_text("select 'theirs'")
    expect(other.locator(offers)).to_have_count(1)

    for _ in range(2):
        person.page.reload()
        person.ready()
        expect(person.page.locator(EDITOR)).to_have_text("select 'mine'")
        expect(person.page.locator(offers)).to_contain_text("select 'theirs'")
    person.page.get_by_role("button", name="Keep mine").press("Enter")
    expect(person.page.locator(offers)).to_have_count(0)
    expect(person.page.locator(STATUS)).to_contain_text("Saved")
    person.until(lambda: stays(person, "sql_question"), "it is written down that the own text stays")
    person.page.reload()
    person.ready()
    expect(person.page.locator(EDITOR)).to_have_text("select 'mine'")
    expect(person.page.locator(STATUS)).to_contain_text("Saved")
    expect(person.page.locator(offers)).to_have_count(0)
    other.close()


def test_what_was_typed_under_another_port_is_asked_for_when_it_is_free(person: Person) -> None:
    """The home port was taken for a while; what the stand-in's origin still keeps is there under the home port."""
    write(person, "/tmp/home")
    person.saved()
    home = person.engine.port
    person.engine.kill()
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("127.0.0.1", home))
        taken.listen()
        person.engine.start()
        assert person.engine.port != home
        person.page.goto(person.engine.link())
        person.ready()
        person.context.route("**/journal", lambda route: route.abort())
        write(person, "/tmp/away")
        person.until(lambda: "/tmp/away" in str(person.page.evaluate(STORE)), "the browser has it")
        person.engine.kill()
    person.page.goto("about:blank")
    person.context.unroute("**/journal")
    person.engine.port = home
    person.engine.start()
    assert person.engine.port == home

    person.page.goto(person.engine.link())
    person.ready()
    person.go("import")

    expect(person.page.locator(PATH)).to_have_value("/tmp/away")
    ports = json.loads(person.engine.paths.ports_file.read_text(encoding="utf-8"))["ports"]
    assert ports == [home]


def test_a_page_nobody_touches_sends_nothing(person: Person) -> None:
    """After it was drawn, an idle page asks the engine for nothing at all."""
    person.go("import")
    person.saved()
    person.page.wait_for_load_state("networkidle")
    sent: list[str] = []
    person.page.on("request", lambda request: sent.append(request.url))
    person.page.wait_for_timeout(1_500)  # what is looked for is that nothing happens

    assert sent == []
