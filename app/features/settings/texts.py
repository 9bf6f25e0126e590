"""What the settings page says; each function is asked when it is drawn, in the person's language."""

from dataclasses import dataclass
from typing import Final

from core.i18n import N_, _, ngettext, number


@dataclass(frozen=True, slots=True)
class Field:
    """How one setting is shown: its name, what it does, and its choices if they are few."""

    key: str
    name: str
    hint: str
    choices: tuple[tuple[str, str], ...] = ()


APPEARANCE: Final = "appearance"
LANGUAGE: Final = "language"
DATA: Final = "data"
COMPUTING: Final = "computing"
BACKUP: Final = "backup"
PRIVACY: Final = "privacy"
SHORTCUTS: Final = "shortcuts"
SYNC: Final = "sync"
ADVANCED: Final = "advanced"

SECTIONS: Final = {
    APPEARANCE: N_("Appearance"),
    LANGUAGE: N_("Language and numbers"),
    DATA: N_("Data and storage"),
    COMPUTING: N_("Computing"),
    BACKUP: N_("Backup"),
    PRIVACY: N_("Privacy and network"),
    SHORTCUTS: N_("Shortcuts"),
    SYNC: N_("Team sync"),
    ADVANCED: N_("Advanced"),
}

FIELDS: Final[dict[str, tuple[Field, ...]]] = {
    APPEARANCE: (
        Field(
            "theme", N_("Colours"), N_("Of the window; the system's own unless you choose."),
            (("auto", N_("As the system")), ("light", N_("Light")), ("dark", N_("Dark"))),
        ),
    ),
    LANGUAGE: (
        Field(
            "ui.language", N_("Language"), N_("Of all texts, and with it of numbers and dates."),
            (("auto", N_("As the system")), ("en", "English"), ("de", "Deutsch")),
        ),
    ),
    DATA: (
        Field("query.page_rows", N_("Rows at once"), N_("Rows of an answer that are shown at once.")),
        Field("query.history_keep", N_("Questions kept"), N_("Older questions leave the history.")),
        Field(
            "imports.min_confidence", N_("Certainty wanted of a reading"),
            N_("From 0 to 1. Below it nothing is imported without your word."),
        ),
        Field(
            "imports.reference_above_mib", N_("Largest original that is copied, in MiB"),
            N_("Larger files are read where they are and stay there."),
        ),
        Field(
            "imports.unpacked_limit_mib", N_("Largest unpacked file, in MiB"),
            N_("Protects from files that burst."),
        ),
        Field("cache.disk_mib", N_("Disk for answers kept, in MiB"), N_("May be emptied at any time.")),
        Field("cache.memory_mib", N_("Memory for answers kept, in MiB"), N_("May be emptied at any time.")),
    ),
    COMPUTING: (
        Field(
            "compute", N_("Profiles"), N_("Every row counted, or a sample with its error stated."),
            (("accurate", N_("Accurate")), ("fast", N_("Fast"))),
        ),
        Field(
            "engine.memory_limit_mib", N_("Memory of the engine, in MiB"),
            N_("What needs more goes through the disk."),
        ),
        Field("engine.threads", N_("Threads of the engine"), N_("0 takes one for each core.")),
        Field("query.timeout_s", N_("Longest question, in seconds"), N_("One that takes longer is stopped.")),
        Field("jobs.workers", N_("Jobs at once"), N_("Imports and exports that run side by side.")),
    ),
    PRIVACY: (
        Field(
            "mode", N_("Network"), N_("Offline opens no connection at all."),
            (("offline", N_("Offline")), ("online", N_("Online"))),
        ),
    ),
}  # fmt: skip


def title() -> str:
    """Return the page's name."""
    return _("Settings")


def section(name: str) -> str:
    """Return the name of a section."""
    return _(SECTIONS[name])


def choice(field: Field, value: str) -> str:
    """Return the name of one of a setting's choices."""
    return _(dict(field.choices)[value])


def origin(source: str, named: str) -> str:
    """Return where a value comes from."""
    return {
        "default": _("Default"),
        "file": _("Your settings file"),
        "environment_file": _("The file {name}").format(name=named),
        "above": _("Set by {name}, which goes before your settings").format(name=named),
    }[source]


def changed_in_file() -> str:
    """Return the name of a step somebody made in the file."""
    return _("Changed in the settings file")


def back_to_default() -> str:
    """Return what takes a setting out of the file."""
    return _("As it came")


def changed(name: str) -> str:
    """Return what is told after a change."""
    return _("'{name}' was changed.").format(name=name)


def after_restart() -> str:
    """Return what is said beside a setting that is read at the start only."""
    return _("Holds after Bestand is started again.")


def waiting(names: str) -> str:
    """Return what is said while changed settings wait for a restart."""
    return _("These hold after Bestand is started again: {names}.").format(names=names)


def imports_later() -> str:
    """Return what is said beside limits that imports take over later."""
    return _("Questions and charts keep to it at once, imports after the next start.")


def sample(shown: str, day: str, clock: str) -> str:
    """Return how numbers and dates look."""
    return _("Numbers look like {number}, days like {day}, moments like {clock}.").format(
        number=shown, day=day, clock=clock
    )


def folder(path: str, free: str) -> str:
    """Return where everything is kept."""
    return _("Everything is kept in {path}; {free} are free on that disk.").format(path=path, free=free)


def no_connections() -> str:
    """Return what is said while no connection was ever asked for."""
    return _("No connection was ever asked for.")


def connections() -> str:
    """Return the name of the list of connections."""
    return _("Network ledger")


def connections_line(opened: int, asked: int) -> str:
    """Return what the ledger says in all."""
    return _("{asked} ever asked for, {opened} of them opened; each is written down before it is opened.").format(
        asked=connected(asked), opened=number(opened)
    )


def connected(count: int) -> str:
    """Return a number of connections."""
    return ngettext("{count} connection", "{count} connections", count).format(count=number(count))


def newest_only(count: int) -> str:
    """Return what is said below a ledger that goes on."""
    return _("The newest {count} are shown.").format(count=number(count))


# ---- backup and team sync ---------------------------------------------------------------------------------


def no_backup() -> str:
    """Return what is said while there is no copy."""
    return _("There is no copy yet. One is made before each update of the database, and whenever you say.")


def last_backup(when: str, size: str) -> str:
    """Return what is said of the newest copy."""
    return _("The last copy was made {when}: {size}, read through and found whole.").format(when=when, size=size)


def backup_holds(folder: str) -> str:
    """Return what a copy holds and what it does not."""
    return _(
        "A copy holds the list of datasets, questions, forms, jobs and their history, in {folder}. "
        "Datasets and originals are not in it: they never change, and lie beside it in the profile."
    ).format(folder=folder)


def make_backup() -> str:
    """Return what makes a copy now."""
    return _("Make a copy now")


def backup_made() -> str:
    """Return what is told after a copy was made."""
    return _("A copy was made and checked.")


def backups() -> str:
    """Return the name of the list of copies."""
    return _("Copies")


def columns_of_backups() -> tuple[str, ...]:
    """Return the heads of the list of copies."""
    return (_("When"), _("Why"), _("Size"), _("File"))


def sync_is_off() -> str:
    """Return how it stands with team sync."""
    return _("Team sync is off, and this version has none. Everything stays on this machine.")


def columns_of_connections() -> tuple[str, ...]:
    """Return the heads of the list of connections."""
    return (_("When"), _("Where to"), _("What for"), _("Allowed"))


def all_shortcuts() -> str:
    """Return how to see the shortcuts anywhere."""
    return _("Press ? anywhere to see those of that place, and Ctrl+K to find everything.")


def columns_of_shortcuts() -> tuple[str, ...]:
    """Return the heads of the list of shortcuts."""
    return (_("Keys"), _("What they do"), _("Where"))


def columns_of_settings() -> tuple[str, ...]:
    """Return the heads of the list of all settings."""
    return (_("Setting"), _("Value"), _("Origin"), _("Holds"))


def holds(*, after: bool) -> str:
    """Return when a setting holds."""
    return _("after a restart") if after else _("at once")


def any_setting() -> str:
    """Return the name of the choice of any setting."""
    return _("Change a setting")


def new_value() -> str:
    """Return the name of the field for its value."""
    return _("Value")


def apply() -> str:
    """Return what makes the change."""
    return _("Apply")


def problems() -> str:
    """Return what is said over settings that could not be used."""
    return _("Some settings could not be used:")
