"""The window on the screen: what it shows at each moment of its engine's life.

One thread (`_drive`) takes what happened, in order, from a queue: events of the engine, files of a second start,
what a person chose in a notice. pywebview owns the main thread. Made by `launcher.window.run`.
"""

import queue
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.errors import BestandError
from core.i18n import _, ngettext, number
from core.paths import ProfilePaths
from core.types import Json
from launcher.cover import BACKGROUNDS, splash
from launcher.server.links import mint_link
from launcher.window.backend import Backend, Wishes
from launcher.window.dialogs import ask_person
from launcher.window.geometry import MIN_HEIGHT, MIN_WIDTH, Placement, read_placement, write_placement
from launcher.window.looks import theme_setting
from launcher.window.pages import CHOICE, DROP_NOTICE, Notice, notice_page, notice_script
from launcher.window.report import write_report
from launcher.window.starts import Starts
from launcher.window.supervisor import Stopped, Supervisor
from launcher.window.system import backend_of_system

if TYPE_CHECKING:
    import webview

TITLE: Final = "Bestand"
_LOOK_S: Final = 0.2
"""How often a notice with buttons is asked for its answer."""
_MOMENT_S: Final = 2.0
"""A second wish to close within this time is the same one."""
_PAGE_CRASHES: Final = 3
"""A page that died this often within `_CRASH_SPAN_S` is not loaded again by itself."""
_CRASH_SPAN_S: Final = 60.0

Happening = Callable[[], None]


@dataclass(slots=True)
class _Seen:
    """What is known: where the page is from, whether it was drawn, which notice waits, how many jobs run.

    `asked_at` is when it was asked whether to close over them.
    """

    origin: str = ""
    drawn: bool = False
    waiting: bool = False
    jobs: int = 0
    asked_at: float | None = None
    placement: Placement = field(default_factory=Placement)


class Shell:
    """One window over one supervised engine."""

    def __init__(self, paths: ProfilePaths, starts: Starts, *, safe: bool) -> None:
        self._paths = paths
        self._starts = starts
        self._safe = safe
        self._happenings: queue.SimpleQueue[Happening | None] = queue.SimpleQueue()
        self._theme = theme_setting(paths.config_file)
        self._seen = _Seen(placement=read_placement(paths.window_file))
        self._supervisor: Supervisor | None = None
        self._backend: Backend | None = None
        self._started: list[Callable[[], object]] = []
        self._window: webview.Window | None = None
        self._crashes: list[float] = []
        self._closing = threading.Event()
        self._unwanted = threading.Event()

    # ---- what others tell, from their threads ----------------------------------------------------------------

    def told(self, event: str, facts: Mapping[str, Json]) -> None:
        """Take an event of the engine."""
        hear = {
            "listening": self._on_listening,
            "ready": self._on_ready,
            "drawn": self._on_drawn,
            "ask": self._on_ask,
            "working": self._on_working,
        }
        if event in hear:
            self._happenings.put(lambda: hear[event](facts))

    def stopped(self, how: Stopped) -> None:
        """Take the end of an engine."""
        self._happenings.put(lambda: self._on_stopped(how))

    def received(self, files: Sequence[Path]) -> None:
        """Take the files of a second start, or of a drop; come to the front."""
        self._happenings.put(lambda: self._on_received(files))

    def after_start(self, call: Callable[[], object]) -> None:
        """Call something in the main thread, once the window is made and before it is shown."""
        self._started.append(call)

    def close(self) -> None:
        """Close the window, from any thread; one that is not there yet closes as soon as it is."""
        self._unwanted.set()
        window = self._window
        if window is not None and not self._closing.is_set():
            window.destroy()

    # ---- the main thread -------------------------------------------------------------------------------------

    def show(self, supervisor: Supervisor) -> None:
        """Show the window until it is closed."""
        self._supervisor = supervisor
        self._backend = backend_of_system()
        placement = self._seen.placement
        self._backend.prepare(self._paths, safe=self._safe)
        self._backend.splash(self._theme, _("Starting …"))
        import webview  # only now: the engine, which takes longer, has been started before

        window = webview.create_window(
            self._title(),
            html=splash(self._theme, _("Starting …")),
            width=placement.width,
            height=placement.height,
            min_size=(MIN_WIDTH, MIN_HEIGHT),
            maximized=placement.maximized,
            background_color=BACKGROUNDS.get(self._theme, BACKGROUNDS["light"]),
            text_select=True,
        )
        if window is None:
            return
        self._window = window
        window.events.before_show += self._dress
        window.events.closing += self._on_closing
        try:
            webview.start(
                self._drive, gui=self._backend.gui, private_mode=False, storage_path=str(self._paths.web)
            )
        finally:
            self._closing.set()
            self._happenings.put(None)

    def _dress(self) -> None:
        for call in self._started:
            call()
        if self._window is not None and self._backend is not None:
            wishes = Wishes(
                dropped=self.received,
                own_origin=lambda: self._seen.origin,
                zoomed=lambda _zoom: None,
                page_crashed=lambda: self._happenings.put(self._on_page_crashed),
                save_as=_("Save as"),
                theme=self._theme,
                starting=_("Opening your workbench …"),
            )
            self._backend.dress(self._window, self._seen.placement, wishes)

    def _on_closing(self) -> bool | None:
        """Keep the window's place; a person who closes a window that still starts has not seen a failed start.

        Over running jobs it is asked first, and False keeps the window open. Whoever closes it once more a moment
        later is not asked again: a page that cannot show the question holds nobody.
        """
        if self._seen.jobs and not self._unwanted.is_set() and not self._insists():
            self._happenings.put(self._ask_to_close)
            return False
        self._closing.set()
        if self._window is not None and self._backend is not None:
            placement = self._backend.placement(self._window, self._seen.placement)
            write_placement(self._paths.window_file, placement)
        self._starts.succeeded()
        return None

    def _insists(self) -> bool:
        asked, now = self._seen.asked_at, time.monotonic()
        if asked is None:
            self._seen.asked_at = now
            return False
        return now - asked > _MOMENT_S

    def _title(self) -> str:
        return f"{TITLE} ({_('safe start')})" if self._safe else TITLE

    # ---- the driving thread ----------------------------------------------------------------------------------

    def _drive(self) -> None:
        if self._unwanted.is_set():
            self.close()
        while not self._closing.is_set():
            try:
                happening = self._happenings.get(timeout=_LOOK_S if self._seen.waiting else None)
            except queue.Empty:
                self._look_for_choice()
                continue
            if happening is None:
                return
            happening()

    def _on_listening(self, facts: Mapping[str, Json]) -> None:
        origin = f"http://127.0.0.1:{facts['port']}"
        if origin == self._seen.origin:
            return  # the page that is open finds the new engine by itself
        self._seen.origin = origin
        self._load()

    def _load(self) -> None:
        if self._window is not None and self._seen.origin:
            self._seen.drawn = False
            self._seen.waiting = False
            self._window.load_url(mint_link(self._paths, self._seen.origin))

    def _on_ready(self, _facts: Mapping[str, Json]) -> None:
        if self._seen.waiting:
            self._seen.waiting = False
            self._run(DROP_NOTICE)

    def _on_drawn(self, _facts: Mapping[str, Json]) -> None:
        self._seen.drawn = True
        self._starts.succeeded()
        self._uncover()

    def _on_working(self, facts: Mapping[str, Json]) -> None:
        """Know how many jobs run; a question about jobs that have ended meanwhile goes away."""
        self._seen.jobs = int(str(facts.get("jobs") or 0))
        if not self._seen.jobs and self._seen.asked_at is not None:
            self._stay()

    def _ask_to_close(self) -> None:
        jobs = self._seen.jobs
        if not jobs:  # the last one has ended just now
            self.close()
            return
        lines = (
            ngettext("{count} job is not finished.", "{count} jobs are not finished.", jobs).format(
                count=number(jobs)
            ),
            _("Nothing is lost: what is not finished begins anew when Bestand is opened next."),
        )
        actions = (("stay", _("Keep it open")), ("close", _("Close all the same")))
        self._put(Notice(_("Close while something runs?"), lines, actions, escape="stay"))

    def _stay(self) -> None:
        self._seen.asked_at = None
        self._seen.waiting = False
        self._run(DROP_NOTICE)

    def _on_received(self, files: Sequence[Path]) -> None:
        if self._window is not None and self._backend is not None:
            self._backend.come_forward(self._window)
        if files and self._supervisor is not None:
            self._supervisor.open(files)

    def _on_ask(self, facts: Mapping[str, Json]) -> None:
        """Let a person decide in a native dialog; in a thread of its own, since they take their time."""
        window, supervisor = self._window, self._supervisor
        if window is None or supervisor is None:
            return

        def ask() -> None:
            supervisor.answer(int(str(facts.get("id") or 0)), ask_person(window, facts))

        threading.Thread(target=ask, name="dialog", daemon=True).start()

    def _on_page_crashed(self) -> None:
        """Load the page again; one that keeps dying waits for a person."""
        now = time.monotonic()
        self._crashes = [*(at for at in self._crashes if now - at < _CRASH_SPAN_S), now]
        if len(self._crashes) < _PAGE_CRASHES:
            self._load()
            return
        lines = (_("Your data is as it was. What was saved is kept."),)
        self._put(
            Notice(_("The page keeps stopping"), lines, (("reload", _("Load it again")), ("close", _("Close"))))
        )

    def _on_stopped(self, how: Stopped) -> None:
        self._seen.jobs, self._seen.asked_at = 0, None
        notice = self._notice_of(how)
        self._put(notice)

    def _notice_of(self, how: Stopped) -> Notice:
        kept = _("Everything that was saved is kept, and running jobs go on by themselves.")
        if how.error:
            lines = (str(how.error.get("message", "")), str(how.error.get("hint", "")))
            return Notice(_("Bestand cannot open your data"), lines, self._choices())
        if how.again_in_s is None:
            lines = (kept, _("It was started several times and stopped each time."))
            return Notice(_("The engine keeps stopping"), lines, self._choices())
        typed = _("What you typed stays on the screen.")
        wait = round(how.again_in_s)
        again = (
            ngettext("It starts again in {count} second.", "It starts again in {count} seconds.", wait).format(
                count=number(wait)
            )
            if wait
            else _("It is being started again.")
        )
        return Notice(_("The engine stopped"), (again, *([typed] if self._seen.drawn else []), kept), passes=True)

    def _choices(self) -> tuple[tuple[str, str], ...]:
        safe = () if self._safe else (("safe", _("Start safely")),)
        return (
            ("retry", _("Try again")),
            *safe,
            ("report", _("Write a report")),
            ("close", _("Close")),
        )

    # ---- notices ---------------------------------------------------------------------------------------------

    def _put(self, notice: Notice) -> None:
        """Lay a notice over the page, so that what is typed there stays; without a page it is one itself."""
        self._seen.waiting = bool(notice.actions)
        self._uncover()
        if self._seen.origin:
            self._run(notice_script(notice))
        elif self._window is not None:
            self._window.load_html(notice_page(notice, self._theme))

    def _uncover(self) -> None:
        if self._backend is not None:
            self._backend.uncover()

    def _look_for_choice(self) -> None:
        choice = self._run(CHOICE)
        if not isinstance(choice, str) or not choice:
            return
        choices = {
            "retry": self._retry,
            "safe": self._start_safely,
            "report": self._report,
            "reload": self._load,
            "stay": self._stay,
            "close": self.close,
        }
        if choice in choices:
            self._seen.waiting = choice == "report"
            choices[choice]()

    def _retry(self) -> None:
        if self._supervisor is not None:
            self._put(Notice(_("The engine stopped"), (_("It is being started again."),), passes=True))
            self._supervisor.retry()

    def _start_safely(self) -> None:
        self._safe = True
        if self._supervisor is not None and self._window is not None:
            self._window.set_title(self._title())
            self._put(Notice(_("The engine stopped"), (_("It is being started safely."),), passes=True))
            self._supervisor.retry(safe=True)

    def _report(self) -> None:
        """Write the report and say where it is; the other choices stay."""
        supervisor = self._supervisor
        if supervisor is None:
            return
        try:
            place = write_report(
                self._paths, exits=supervisor.exits, printed=tuple(supervisor.ring), safe=self._safe
            )
            lines: tuple[str, ...] = (
                _("The report is here: {place}").format(place=place),
                _("It holds versions, settings and the last lines of the log, no data. Nothing was sent."),
            )
        except BestandError as error:
            lines = (str(error), error.hint)
        choices = tuple(choice for choice in self._choices() if choice[0] != "report")
        self._put(Notice(_("Report written"), lines, choices))

    def _run(self, script: str) -> object:
        """Run a script in the page and return its value; None while no page can run one."""
        if self._window is None or self._closing.is_set():
            return None
        with suppress(Exception):  # a page that is just going answers with any of its system's errors
            return self._window.run_js(script)
        return None
