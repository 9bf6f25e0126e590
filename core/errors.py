"""Every expected failure, as one hierarchy.

Used by all floors; the page and the command line turn these into one sentence and a hint. Anything that is
not a `BestandError` is a bug and is reported as one. A library's exception is translated into one of these
once, where the library is used, with `raise ... from`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from core.i18n import N_, _, decimal, in_english

if TYPE_CHECKING:
    from core.types import Json


class BestandError(Exception):
    """Base of all expected errors.

    `str(error)` is one sentence that says what happened and to which thing, `hint` says what to do next; both
    in the person's language. `message` is the sentence with both its forms, `english` the one for logs. `code`
    is stable and part of the `--json` contract. `retryable` tells whether the same call may work later.
    """

    code: ClassVar[str] = "unexpected"
    default_hint: ClassVar[str] = N_("Run `bestand logs show` for the details.")
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, *, hint: str | None = None, **context: object) -> None:
        super().__init__(message)
        self.message = message
        self.english = str(in_english(message))
        self.hint = hint or _(self.default_hint)
        self.context = context

    def to_dict(self) -> "dict[str, Json]":
        """Return the `error` object of the `--json` contract, in English; `retold` shows it to a person."""
        return {"code": self.code, "message": self.english, "hint": str(in_english(self.hint))}


class UsageError(BestandError):
    """The request itself makes no sense; nothing was tried (exit code 2)."""

    code = "usage"
    default_hint = N_("See `--help` of the command.")


class ConfigError(BestandError):
    """A setting is unknown or has a value it cannot have."""

    code = "config"
    default_hint = N_("Run `bestand config show --origin` to see where each value comes from.")


class RuleError(BestandError):
    """A value breaks the rule of its field; the message says what it must be instead."""

    code = "rule"
    default_hint = N_("Change the value; what was typed is kept.")


class FormError(BestandError):
    """A form cannot do what was asked; what it holds is as it was."""

    code = "form"
    default_hint = N_("Nothing was lost; the steps of the form show what it held.")


# ---- files a person hands in ------------------------------------------------------------------------------


class SourceError(BestandError):
    """A file could not become a table; the file itself was not changed."""

    code = "source"
    default_hint = N_("Check the file and import it again.")

    def __init__(self, path: Path | str, what: str, *, hint: str | None = None, **context: object) -> None:
        self.file_name = Path(path).name
        told = _("'{file}' {what}").format(file=self.file_name, what=what)
        super().__init__(told, hint=hint, path=str(path), **context)


class FileMissingError(SourceError):
    """There is no such file."""

    code = "file_missing"
    default_hint = N_("Check the spelling and that the drive is connected.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path, _("does not exist."))


class FileUnreadableError(SourceError):
    """The file exists, but its bytes cannot be read."""

    code = "file_unreadable"
    default_hint = N_("Check that you may read the file and that no other program has locked it.")


class FileChangedError(SourceError):
    """The file was written to or replaced while it was being read."""

    code = "file_changed"
    default_hint = N_("Wait until the other program has finished writing it, then import it again.")
    retryable = True

    def __init__(self, path: Path | str) -> None:
        super().__init__(path, _("changed while it was being read."))


class EmptyFileError(SourceError):
    """The file holds no data at all."""

    code = "empty_file"
    default_hint = N_("Export the file again from where it came.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(path, _("is empty, so there is nothing to import."))


class NotATableError(SourceError):
    """The bytes are no table in any format Bestand reads."""

    code = "not_a_table"
    default_hint = N_("Import text, JSON, Parquet, Arrow, spreadsheet or database files; compressed ones, too.")


class DamagedFileError(SourceError):
    """The format is known, but the file is broken or hostile."""

    code = "damaged_file"
    default_hint = N_("Export the file again from where it came.")


class ProtectedFileError(SourceError):
    """The file can only be read with a password, which was not given or is wrong."""

    code = "protected_file"
    default_hint = N_("Give its password in the Import page, or with --password-file.")


class LockedFileError(SourceError):
    """Another program is using the file and lets nobody read it meanwhile."""

    code = "locked_file"
    default_hint = N_("Close it there, or copy the file and import the copy.")
    retryable = True


class FileTooLargeError(SourceError):
    """Unpacked or parsed, the file would exceed a limit that protects this machine."""

    code = "file_too_large"
    default_hint = N_("Raise the limit in the settings if you trust the file.")


class UncertainReadingError(SourceError):
    """No reading of the file is certain enough to import without a person's word (exit code 3).

    `files` are the paths of those that are meant, where several files are imported as one table.
    """

    code = "uncertain_reading"
    default_hint = N_("Choose a reading in the Import page, or pass --auto to take the best one.")

    def __init__(self, path: Path | str, *, confidence: float, candidates: Sequence[object] = ()) -> None:
        what = _("can be read in several ways (best confidence {confidence}).")
        if len(candidates) == 1:
            what = _("can be read in one way, which may not be how it is meant (confidence {confidence}).")
        super().__init__(path, what.format(confidence=decimal(confidence, 2)))
        self.confidence = confidence
        self.candidates = tuple(candidates)
        self.files: tuple[str, ...] = ()

    def to_dict(self) -> "dict[str, Json]":
        """Return the `error` object; of several files, with the paths of those that are meant."""
        return {**super().to_dict(), **({"files": list(self.files)} if self.files else {})}


class ReadingDriftError(UncertainReadingError):
    """A file no longer fits the saved reading it would be read by; a person decides (exit code 3).

    `drift` holds what is different, one `Drift` each; the message says all of it in words.
    """

    code = "reading_drift"
    default_hint = N_("Look at it in the Import page, or pass --auto to read it as well as it can be read.")

    def __init__(self, path: Path | str, *, saved: str, words: Sequence[str], drift: Sequence[object]) -> None:
        SourceError.__init__(
            self,
            path,
            _("does not fit the saved reading '{name}' any more: {drift}").format(
                name=saved, drift=" ".join(words)
            ),
        )
        self.confidence = 0.0
        self.candidates = ()
        self.files = ()
        self.drift = tuple(drift)


class ReadingFileError(SourceError):
    """A file that should hold a saved reading does not."""

    code = "reading_file"
    default_hint = N_("Run `bestand data readings save` to make one, and compare.")


# ---- the catalogue ----------------------------------------------------------------------------------------


class NotFoundError(BestandError):
    """A thing that was asked for by name or id does not exist."""

    code = "not_found"


class DatasetNotFoundError(NotFoundError):
    """No dataset has this name or id."""

    code = "dataset_not_found"
    default_hint = N_("Run `bestand data list` or open Data to see what there is.")

    def __init__(
        self, name: str, *, nearest: str | None = None, hint: str | None = None, **context: object
    ) -> None:
        told = (
            _("There is no dataset '{name}'. Did you mean '{nearest}'?")
            if nearest
            else _("There is no dataset '{name}'.")
        )
        also = {"nearest": nearest} if nearest else {}
        super().__init__(told.format(name=name, nearest=nearest), hint=hint, name=name, **also, **context)


class ColumnNotFoundError(NotFoundError):
    """A dataset has no column of this name."""

    code = "column_not_found"
    default_hint = N_("Run `bestand data show DATASET` to see its columns.")

    def __init__(self, dataset: str, column: str, *, nearest: str | None = None) -> None:
        told = (
            _("Dataset '{dataset}' has no column '{column}'. Did you mean '{nearest}'?")
            if nearest
            else _("Dataset '{dataset}' has no column '{column}'.")
        )
        super().__init__(
            told.format(dataset=dataset, column=column, nearest=nearest), dataset=dataset, column=column
        )


class SavedReadingNotFoundError(NotFoundError):
    """No reading is saved under this name."""

    code = "reading_not_found"
    default_hint = N_("Run `bestand data readings list` to see what there is.")

    def __init__(self, name: str, *, nearest: str | None = None) -> None:
        told = (
            _("There is no saved reading '{name}'. Did you mean '{nearest}'?")
            if nearest
            else _("There is no saved reading '{name}'.")
        )
        super().__init__(told.format(name=name, nearest=nearest), name=name)


class JobNotFoundError(NotFoundError):
    """No job has this id."""

    code = "job_not_found"
    default_hint = N_("Run `bestand jobs status` to see the jobs.")

    def __init__(self, job_id: str) -> None:
        super().__init__(_("There is no job '{job_id}'.").format(job_id=job_id), job_id=job_id)


class NameTakenError(BestandError):
    """Another dataset already has this name."""

    code = "name_taken"
    default_hint = N_("Choose another name.")

    def __init__(self, name: str) -> None:
        super().__init__(_("There is already a dataset '{name}'.").format(name=name), name=name)


class VersionExistsError(BestandError):
    """This version of the dataset was published already."""

    code = "version_exists"
    default_hint = N_("Import the file again; it becomes the next version.")
    retryable = True

    def __init__(self, name: str, version: int) -> None:
        super().__init__(
            _("Dataset '{name}' already has a version {version}.").format(name=name, version=version),
            name=name,
            version=version,
        )


class RevisionConflictError(BestandError):
    """Somebody changed the row since it was read."""

    code = "revision_conflict"
    default_hint = N_("Reload it and make the change again.")
    retryable = True


# ---- questions --------------------------------------------------------------------------------------------


class QueryRefusedError(BestandError):
    """The statement is not a question about the datasets: only reading them is allowed."""

    code = "query_refused"
    default_hint = N_("Ask with one SELECT over your datasets; use Import and Export to read and write files.")


class QueryFailedError(BestandError):
    """The engine could not answer the question."""

    code = "query_failed"
    default_hint = N_("Correct the SQL and run it again.")


class QueryTimeoutError(BestandError):
    """The question took longer than its limit and was stopped."""

    code = "query_timeout"
    default_hint = N_("Narrow the question, or raise query.timeout_s in the settings.")


class CancelledError(BestandError):
    """A person stopped the work; nothing half-done stays."""

    code = "cancelled"
    default_hint = N_("Start it again when you want it.")

    def __init__(self, what: str | None = None) -> None:
        told = _("{what} was stopped; nothing half-done was kept.")
        super().__init__(told.format(what=what or _("The work")))


class MemoryLimitError(BestandError):
    """The work needs more memory than it may use."""

    code = "memory_limit"
    default_hint = N_("Raise engine.memory_limit_mib in the settings, or ask for less at once.")


class ChartError(BestandError):
    """The chart cannot be drawn as it was described: a column is missing or of the wrong kind."""

    code = "chart"
    default_hint = N_("Choose another column, or another way to draw it.")


class ExportError(BestandError):
    """The answer could not be written in the wanted format or place."""

    code = "export"
    default_hint = N_("Choose another file or format.")


# ---- the profile ------------------------------------------------------------------------------------------


class ProfileError(BestandError):
    """The profile folder cannot be used as it is."""

    code = "profile"


class ProfileReadOnlyError(ProfileError):
    """The profile folder cannot be written."""

    code = "profile_read_only"
    default_hint = N_("Make the folder writable, or choose another with --profile DIR.")

    def __init__(self, path: Path | str) -> None:
        super().__init__(_("The profile folder '{path}' cannot be written.").format(path=path), path=str(path))


class ProfileInUseError(ProfileError):
    """Another process holds the profile in a way that excludes this one."""

    code = "profile_in_use"
    default_hint = N_("Close the other window or wait for it, then try again.")
    retryable = True


class ProfileNewerError(ProfileError):
    """A newer Bestand wrote this profile; this one leaves it alone."""

    code = "profile_newer"
    default_hint = N_("Install the newer version, or choose another folder with --profile DIR.")


class DatabaseDamagedError(ProfileError):
    """The state database fails its own integrity check."""

    code = "database_damaged"
    default_hint = N_("Restore the newest snapshot from the backups folder of the profile.")


class DatabaseBusyError(ProfileError):
    """Another process kept the state database locked for too long."""

    code = "database_busy"
    default_hint = N_("Try again in a moment.")
    retryable = True


class DiskFullError(ProfileError):
    """There is no room left on the disk; what was being written was taken back."""

    code = "disk_full"
    default_hint = N_("Free some space on that disk and try again; nothing was lost.")
    retryable = True

    def __init__(self, path: Path | str) -> None:
        super().__init__(_("The disk that holds '{path}' is full.").format(path=path), path=str(path))


class StorageIOError(ProfileError):
    """The disk refused to read or write."""

    code = "storage_io"
    default_hint = N_("Check the disk and try again.")
    retryable = True


# ---- the engine -------------------------------------------------------------------------------------------


class JournalRefusedError(BestandError):
    """A draft cannot be kept; `reason` says why in one word: key, secret, seq, unicode, size, window or room."""

    code = "journal_refused"
    default_hint = N_("What is on the screen stays there; copy it before the window is closed.")

    def __init__(self, reason: str) -> None:
        sentences = {
            "size": _("The text is too long to be kept: more than 1 MiB."),
            "unicode": _("The text holds characters that are no Unicode."),
            "room": _("There are too many unfinished fields to keep another one."),
            "window": _("This window is not known to be yours."),
        }
        super().__init__(sentences.get(reason, _("The text of this field cannot be kept.")), reason=reason)
        self.reason = reason


class NetworkRefusedError(BestandError):
    """Bestand is offline; the connection was not opened."""

    code = "network_refused"
    default_hint = N_("Switch online mode on in the settings if you want this connection.")


class EngineNotRunningError(BestandError):
    """No engine serves this profile."""

    code = "engine_not_running"
    default_hint = N_("Start it with `bestand app run`.")


class HandOverError(BestandError):
    """Bestand runs for this profile, but did not take the files of a second start."""

    code = "hand_over"
    default_hint = N_("Wait a moment and try again; if it does not answer, end it and start it anew.")
    retryable = True

    def __init__(self, profile: Path | str) -> None:
        super().__init__(
            _("The Bestand that runs for the profile '{profile}' did not answer.").format(profile=profile)
        )


class JobsNotRunningError(BestandError):
    """Background work is not being done at present; what is queued waits."""

    code = "jobs_not_running"
    default_hint = N_("Restart Bestand, or run `bestand jobs worker`; nothing that is queued is lost.")


class PortTakenError(BestandError):
    """Another program already listens on the wanted port."""

    code = "port_taken"
    default_hint = N_("Leave out --port, or choose another one.")
