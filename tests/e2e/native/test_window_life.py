"""The window's life on a real screen: drawn without a white moment, alone, ended without an orphan."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image

from app.context import opened_app
from core.paths import ProfilePaths
from launcher.server.security import CookieNames
from tests.e2e.native.conftest import (
    NativeWindow,
    OpenWindow,
    all_gone,
    starts_of,
    window_command,
    window_environment,
)
from tests.waiting import wait_until

BRIGHT = 170


def brightest(picture: Image.Image, box: tuple[int, int, int, int]) -> int:
    """The share of bright pixels inside a box, in percent."""
    counts = picture.crop(box).convert("L").histogram()
    return round(100 * sum(counts[BRIGHT:]) / sum(counts))


def is_there(window: NativeWindow) -> bool:
    """Tell whether the window is on the screen."""
    return bool(window.frames())


def test_nothing_white_is_shown_from_the_first_moment_to_the_drawn_page(open_window: OpenWindow) -> None:
    """In dark colours a single white frame would be seen at once; the cover lifts only over a drawn page."""
    window = open_window(BESTAND_THEME="dark")
    window.paths.create()
    wait_until(lambda: is_there(window), timeout_s=30, what="the window")
    inner = (300, 200, 1100, 700)
    shares = []
    deadline = time.monotonic() + 60
    while not (window.paths.starts_file.exists() and starts_of(window.paths) == 0):
        shares.append(brightest(window.look(), inner))
        assert time.monotonic() < deadline, "the page was not drawn"
    page = window.drawn_page()
    shares.append(brightest(window.look(), inner))

    assert max(shares[1:]) < 10, shares
    assert page.get_by_text("Import", exact=True).first.is_visible()


def test_a_killed_engine_comes_back_under_the_open_page(open_window: OpenWindow) -> None:
    """A calm notice says so; port, secret and page stay, and the page works again."""
    window = open_window()
    page = window.drawn_page()
    page.evaluate("window.stillTheSame = 1")
    before = page.url
    first = window.engine
    first.kill()

    page.locator("#bestand-notice").wait_for()
    assert "The engine stopped" in page.locator("#bestand-notice").inner_text()
    page.locator("#bestand-notice").wait_for(state="detached")
    assert window.engine.pid != first.pid
    assert page.url == before
    assert page.evaluate("window.stillTheSame") == 1
    page.get_by_text("Jobs", exact=True).first.click()
    page.locator(".st-key-slot_jobs").wait_for()


def test_a_killed_window_leaves_no_process_behind(open_window: OpenWindow) -> None:
    """Engine and web view end by themselves, and the profile can be opened again at once."""
    window = open_window()
    window.drawn_page()
    family = window.family()
    assert len(family) > 1
    window.process.kill()
    window.process.wait(10)

    wait_until(lambda: all_gone(family), timeout_s=20, what="the end of every process")
    again = open_window()
    again.drawn_page()


def test_closing_ends_everything_and_keeps_the_place(open_window: OpenWindow) -> None:
    """Exit code 0, nothing left running, and the next window is where this one was."""
    window = open_window()
    window.drawn_page()
    frame = window.frame()
    window.xdotool("windowsize", "--sync", frame, "1000", "700")
    window.xdotool("windowmove", "--sync", frame, "120", "90")
    family = window.family()
    window.xdotool("windowactivate", "--sync", frame, "key", "alt+F4")
    window.process.wait(20)

    assert window.process.returncode == 0
    wait_until(lambda: all_gone(family), what="the end of every process")
    again = open_window()
    wait_until(lambda: is_there(again), timeout_s=30, what="the window")
    place = again.xdotool("getwindowgeometry", "--shell", again.frame())
    assert "WIDTH=1000" in place
    assert "HEIGHT=700" in place


ENDLESS = "select count(*) from range(10000000) a, range(10000000) b where a.range % 7 = b.range % 5"


def test_closing_over_running_jobs_asks_first_and_loses_nothing(open_window: OpenWindow) -> None:
    """Whoever stays goes on working; whoever closes all the same finds the job at work again the next time."""
    window = open_window()
    page = window.drawn_page()
    with opened_app(window.paths, purpose="a test") as context:
        jobs = context.jobs.manager
        job = jobs.enqueue("save_query", {"sql": ENDLESS, "name": "never"})
        wait_until(lambda: jobs.poll(job).state == "running", timeout_s=30, what="the job")
        page.locator(".st-key-status").get_by_text("1 job").wait_for()
        family = window.family()

        close = ("windowactivate", "--sync", window.frame(), "key", "alt+F4")
        window.xdotool(*close)
        question = page.get_by_role("alertdialog", name="Close while something runs?")
        question.wait_for()
        assert "1 job is not finished" in question.inner_text()
        page.keyboard.press("Escape")
        question.wait_for(state="detached")
        assert window.process.poll() is None
        assert jobs.poll(job).state == "running"

        window.xdotool(*close)
        question.get_by_role("button", name="Close all the same").click()
        window.process.wait(30)
        assert window.process.returncode == 0
        wait_until(lambda: all_gone(family), timeout_s=30, what="the end of every process")
        assert jobs.poll(job).state == "queued"

        again = open_window()
        again.drawn_page()
        wait_until(lambda: jobs.poll(job).state == "running", timeout_s=60, what="the job, taken up again")
        jobs.cancel(job)
        wait_until(lambda: jobs.poll(job).ended, timeout_s=30, what="the end of the job")
        assert jobs.poll(job).attempt == 1


def test_a_second_start_hands_its_file_over_and_raises_the_window(open_window: OpenWindow, tmp_path: Path) -> None:
    """It ends at once and well; the file is opened by the window that is there."""
    file = tmp_path / "umsatz.csv"
    file.write_text("Datum;Betrag\n2025-01-02;3,50\n2025-01-03;4,50\n", encoding="utf-8")
    window = open_window()
    page = window.drawn_page()
    frame = window.frame()
    window.xdotool("windowminimize", "--sync", frame)
    wait_until(lambda: not is_there(window), what="the minimised window")
    second = subprocess.run(
        window_command(window.paths.root, file),
        cwd=Path(__file__).resolve().parents[3],
        env=window_environment(window.screen, tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )

    assert second.returncode == 0, second.stderr
    wait_until(lambda: is_there(window), what="the raised window")
    page.get_by_text("umsatz").first.wait_for()


def test_a_port_that_is_taken_costs_nothing_but_the_port(open_window: OpenWindow, tmp_path: Path) -> None:
    """The window opens on another one; the home port stays remembered."""
    paths = ProfilePaths(tmp_path / "profile")
    paths.create()
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        paths.ports_file.write_text(f'{{"ports": [{taken}]}}', encoding="utf-8")
        page = open_window().drawn_page()

        assert f":{taken}/" not in page.url


def test_the_secret_is_in_no_argument_title_variable_or_log(open_window: OpenWindow) -> None:
    """A curious reader of the process list, the screen's titles or the logs finds nothing."""
    window = open_window()
    page = window.drawn_page()
    name = CookieNames.of(window.paths).launch
    cookies = page.context.new_cdp_session(page).send("Network.getCookies")["cookies"]
    secret = next(cookie["value"] for cookie in cookies if cookie["name"] == name)
    everyone = [psutil.Process(window.process.pid), *window.family()]
    told: list[str] = []
    for process in everyone:
        with suppress(psutil.NoSuchProcess):  # ended meanwhile; a zombie tells nothing either
            told += [" ".join(process.cmdline()), str(process.environ())]
    told += [window.xdotool("getwindowname", window.frame()), page.title(), page.url]
    told += [path.read_text("utf-8", "replace") for path in window.paths.logs.iterdir()]
    told += [window.log.read_text(encoding="utf-8")]

    assert len(secret) > 20
    assert not any(secret in text for text in told)
    assert not any("auth?t=" in text for text in told)


def test_a_link_that_leads_elsewhere_opens_in_the_browser(open_window: OpenWindow, tmp_path: Path) -> None:
    """The window stays on its page; what could start a program is opened nowhere."""
    window = open_window()
    page = window.drawn_page()
    before = page.url
    page.evaluate("location.href = 'https://example.org/elsewhere'")

    opened = tmp_path / "opened.txt"
    wait_until(lambda: opened.exists() and opened.stat().st_size, what="the system's browser")
    assert opened.read_text(encoding="utf-8").strip() == "https://example.org/elsewhere"
    assert page.url == before
    assert page.get_by_text("Import", exact=True).first.is_visible()


def test_after_two_failed_starts_the_next_one_is_safe(open_window: OpenWindow, tmp_path: Path) -> None:
    """The title says so, settings that may be the reason are left aside, and the next start is a usual one."""
    paths = ProfilePaths(tmp_path / "profile")
    paths.create()
    paths.starts_file.write_text('{"failed": 2}', encoding="utf-8")
    window = open_window()
    window.drawn_page()

    assert window.xdotool("getwindowname", window.frame()) == "Bestand (safe start)"
    wait_until(lambda: starts_of(paths) == 0, what="the counted start")


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_closes_the_window_in_order(open_window: OpenWindow, how: signal.Signals, code: int) -> None:
    """A session that ends, or Ctrl+C in the terminal, leaves nothing running."""
    window = open_window()
    window.drawn_page()
    family = window.family()
    window.process.send_signal(how)
    window.process.wait(20)

    assert window.process.returncode == code
    wait_until(lambda: all_gone(family), what="the end of every process")
