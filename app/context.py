"""Everything open for one profile, handed down to pages and commands.

`init_app` is the one way in, for the window's engine, the command line and the tests. It opens the floors from
the bottom up and closes them in reverse. Nothing heavy is imported before it is called.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from app.changes import Changes
from app.checks import Checks
from app.handed import Handed
from app.looks import Looks
from app.visits import VisitLog
from app.windows import OpenWindows
from core.config import AppConfig, ConfigReport, load_config_report, remember_good
from core.i18n import set_language
from core.lazy import Lazy
from core.logging import configure_logging, get_logger
from core.network import Connection, NetworkGate, record_in_log
from core.paths import ProfilePaths
from core.settings import CurrentConfig

if TYPE_CHECKING:
    from analysis.open import Analysis
    from jobs.open import Jobs
    from storage.database.unit_of_work import UnitOfWork
    from storage.open import Storage


@dataclass(frozen=True, slots=True, eq=False)
class AppContext:
    """One profile, open. `closing` undoes what `init_app` did; call `close()`.

    `open_analysis` opens the floor of that name when it is first needed, which the first page does not.
    """

    settings: CurrentConfig
    paths: ProfilePaths
    storage: "Storage"
    open_analysis: "Lazy[Analysis]"
    jobs: "Jobs"
    changes: Changes
    network: NetworkGate
    visits: VisitLog
    windows: OpenWindows
    looks: Looks
    handed: Handed
    closing: ExitStack
    checks: Checks = field(default_factory=Checks)

    @property
    def analysis(self) -> "Analysis":
        """Everything that can be done with data."""
        return self.open_analysis()

    @property
    def config(self) -> AppConfig:
        """The settings as they are now; ask each time, they may change while Bestand runs."""
        return self.settings.config

    @property
    def report(self) -> ConfigReport:
        """The settings with their origins."""
        return self.settings.report

    def close(self) -> None:
        """Stop the workers, close the floors; may be called twice."""
        self.closing.close()


def init_app(
    paths: ProfilePaths,
    *,
    overrides: Mapping[str, Any] | None = None,
    workers: bool = False,
    purpose: str = "Bestand",
    safe: bool = False,
) -> AppContext:
    """Open a profile.

    Args:
        paths: The profile; its folders are made.
        overrides: Settings from the command line, dotted key to value.
        workers: Run queued jobs in this process (the engine does; a command that runs its own job does not).
        purpose: What this process is, for messages to others ("the window", "bestand data import").
        safe: Leave the settings files aside.

    Raises:
        ConfigError: an override or a variable is unknown or impossible.
        ProfileError: the profile cannot be opened (read-only, in use, newer, damaged, disk full).
    """
    from jobs.open import open_jobs
    from storage.open import open_storage

    report = load_config_report(paths, overrides=overrides, files=not safe)
    set_language(report.config.ui.language)
    paths.create()
    configure_logging(report.config, paths)
    with ExitStack() as opened:
        settings = CurrentConfig(
            paths, report, None if safe else partial(load_config_report, paths, overrides=overrides)
        )
        storage = open_storage(report.config, paths, purpose=purpose, settings=settings)
        opened.callback(storage.close)
        visits = VisitLog(paths)
        opened.callback(visits.close)
        changes = _changes_of(storage)
        analysis = Lazy(partial(_open_analysis, storage, apart=workers))
        opened.callback(analysis.if_made, lambda made: made.close())
        looks = Looks(lambda: analysis().readings, paths.tmp)
        opened.callback(looks.close_all)
        jobs = open_jobs(storage, analysis)
        opened.callback(jobs.close)
        if workers:
            jobs.worker.start()
        _tell(report)
        remember_good(paths, report)
        network = NetworkGate(report.config, partial(_write_down, storage))
        _listen(settings, paths, storage, network)
        handed = Handed(changes.hear)
        return AppContext(
            settings, paths, storage, analysis, jobs, changes, network, visits, OpenWindows(), looks, handed,
            opened.pop_all(),
        )  # fmt: skip


@contextmanager
def opened_app(
    paths: ProfilePaths,
    *,
    overrides: Mapping[str, Any] | None = None,
    workers: bool = False,
    purpose: str = "Bestand",
) -> Iterator[AppContext]:
    """Open a profile for one block; see `init_app`."""
    context = init_app(paths, overrides=overrides, workers=workers, purpose=purpose)
    try:
        yield context
    finally:
        context.close()


def _open_analysis(storage: "Storage", *, apart: bool) -> "Analysis":
    from analysis.open import open_analysis  # with Arrow and the engine: a third of what a start would import

    return open_analysis(storage, apart=apart)


def _listen(settings: CurrentConfig, paths: ProfilePaths, storage: "Storage", network: NetworkGate) -> None:
    """Let a changed setting reach those who must do something for it; the others ask for it each time."""
    settings.on_change(lambda config: set_language(config.ui.language))
    settings.on_change(lambda config: configure_logging(config, paths))
    settings.on_change(lambda config: storage.open_duck.if_made(lambda duck: duck.adjust(config.engine)))
    settings.on_change(network.adjust)


def _changes_of(storage: "Storage") -> Changes:
    """Return what counts the commits of a profile."""
    changes = Changes()
    storage.database.on_committed(changes.hear)
    return changes


def _write_down(storage: "Storage", entry: Connection) -> None:
    """Keep a connection in the network ledger; it is opened only after that."""
    from storage.database.models import ConnectionRow

    def write(uow: "UnitOfWork") -> None:
        uow.connections.add(
            ConnectionRow(host=entry.host, port=entry.port, purpose=entry.purpose, allowed=entry.allowed)
        )

    record_in_log(entry)
    storage.database.run_tx(write, label="network-ledger")


def _tell(report: ConfigReport) -> None:
    """Log what is wrong with the settings; the start goes on with the last good ones."""
    for problem in report.problems:
        get_logger("config").warning("settings_problem", problem=problem)
