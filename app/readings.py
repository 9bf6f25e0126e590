"""Ledgers, corrections and saved readings as pages and commands use them.

The one place for what more than one feature and the command line ask about how a file was read. Nothing here knows
Streamlit; nothing heavy is imported.
"""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from app.catalogue import current
from core.errors import ColumnNotFoundError, FileMissingError, UsageError
from core.i18n import _
from core.types import CORRECTABLE, Column, Correction, FileFormat, Json, Manifest, Reading

if TYPE_CHECKING:
    import pyarrow as pa

    from analysis.ledgers import LedgerEntry, LedgerFormat, LedgerPage, LedgerQuery
    from analysis.readings import Guess, Judgement
    from analysis.readings.saved import SavedReading
    from analysis.saved_readings import Replay, SavedLine
    from app.context import AppContext

# ---- the ledger -------------------------------------------------------------------------------------------


def ledger_page(ctx: "AppContext", dataset: str, query: "LedgerQuery | None" = None) -> "LedgerPage":
    """Return one page of the ledger of a dataset's current version.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """
    return ctx.analysis.ledgers.page(current(ctx, dataset), query)


def export_ledger(
    ctx: "AppContext",
    dataset: str,
    target: Path,
    fmt: "LedgerFormat",
    *,
    query: "LedgerQuery | None" = None,
    overwrite: bool = False,
) -> int:
    """Write a dataset's ledger to a file and return how many lines it tells of.

    Raises:
        DatasetNotFoundError: there is no such dataset.
        ExportError: the file cannot be written.
    """
    return ctx.analysis.ledgers.export(current(ctx, dataset), target, fmt, query=query, overwrite=overwrite)


# ---- types ------------------------------------------------------------------------------------------------


def guesses(ctx: "AppContext", dataset: str) -> "tuple[Guess, ...]":
    """Return what the whole file said about the types of a dataset's columns; nothing for one that was not read.

    Raises:
        DatasetNotFoundError: there is no such dataset.
    """
    return ctx.analysis.originals.guesses(current(ctx, dataset))


def texts(
    ctx: "AppContext",
    dataset: str,
    *,
    columns: Sequence[str] | None = None,
    offset: int = 0,
    limit: int = 200,
) -> "pa.Table":
    """Return rows of a dataset with every cell as its file has it.

    Raises:
        DatasetNotFoundError: there is no such dataset.
        ColumnNotFoundError: it has no such column.
    """
    manifest = current(ctx, dataset)
    known = {column.name for column in manifest.columns}
    for name in columns or ():
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            raise ColumnNotFoundError(dataset, name, nearest=nearest[0] if nearest else None)
    return ctx.analysis.originals.texts(manifest, columns=columns, offset=offset, limit=limit)


# ---- corrections ------------------------------------------------------------------------------------------


def correction(entry: "LedgerEntry", text: str) -> Correction:
    """Return the correction that makes a line of the ledger say something else; an empty text leaves it out.

    Raises:
        UsageError: the text is more than one line.
    """
    from analysis.readings.corrections import correction_of

    try:
        return correction_of(entry.line, entry.raw, text, was=entry.text)
    except ValueError as error:
        raise _more_than_a_line() from error


def correction_at(ctx: "AppContext", dataset: str, line: int, text: str) -> Correction:
    """Return the correction of a line of a dataset's file, whatever became of it: also one that was simply loaded.

    Raises:
        DatasetNotFoundError: there is no such dataset.
        UsageError: there is no such line, or the text is more than one.
        FileMissingError: the file it came from was not kept and is gone.
    """
    from analysis.ledgers import LedgerQuery, text_of
    from analysis.readings.corrections import correction_of

    manifest = current(ctx, dataset)
    _check_correctable(manifest)
    found = ctx.analysis.ledgers.page(manifest, LedgerQuery(lines=(line,), limit=1)).entries
    if found:
        return correction(found[0], text)
    raw = ctx.analysis.readings.line_bytes(
        source_of(ctx, manifest), manifest.reading, line, name=manifest.source.name
    )
    if raw is None:
        raise UsageError(
            _("The file '{file}' has no line {line}.").format(file=manifest.source.name, line=line),
            hint=_("It has {count} lines.").format(count=manifest.ledger.total),
        )
    was = text_of(raw, manifest.reading.encoding or "utf-8")
    try:
        return correction_of(line, raw, text, was=was)
    except ValueError as error:
        raise _more_than_a_line() from error


def _more_than_a_line() -> UsageError:
    return UsageError(_("A correction replaces one line by one line."), hint=_("Take the line breaks out of it."))


def file_name_of(ctx: "AppContext", dataset: str) -> str:
    """Return what the file is called that a dataset came from."""
    return current(ctx, dataset).source.name


def corrected(
    manifest: Manifest, new: Sequence[Correction], *, undo: Sequence[int] = ()
) -> tuple[Correction, ...]:
    """Return all corrections of a dataset with new ones; a line corrected again keeps what the file says.

    Args:
        manifest: Of the version that is corrected.
        new: The corrections to add.
        undo: Lines whose correction is taken back.
    """
    kept = {one.line: one for one in manifest.corrections if one.line not in frozenset(undo)}
    kept.update({one.line: one for one in new})
    return tuple(kept[line] for line in sorted(kept))


def correct(ctx: "AppContext", dataset: str, new: Sequence[Correction], *, undo: Sequence[int] = ()) -> str:
    """Queue the next version of a dataset, read from the same bytes with corrections, and return the job's id.

    Args:
        ctx: The open profile.
        dataset: Its name.
        new: Lines set right by hand.
        undo: Lines whose correction is taken back.

    Raises:
        DatasetNotFoundError: there is no such dataset.
        UsageError: nothing can be set right in files of its format.
        FileMissingError: the file it came from was not kept and is gone.
    """
    manifest = current(ctx, dataset)
    _check_correctable(manifest)
    return _read_again(ctx, manifest, corrections=corrected(manifest, new, undo=undo))


def retype(ctx: "AppContext", dataset: str, types: Mapping[str, str]) -> str:
    """Queue the next version of a dataset, some columns having other types, and return the job's id.

    Args:
        ctx: The open profile.
        dataset: Its name.
        types: SQL types by column; `VARCHAR` keeps a column as text.

    Raises:
        BestandError: as `correct`.
    """
    manifest = current(ctx, dataset)
    return _read_again(ctx, manifest, corrections=manifest.corrections, types=types)


def _read_again(
    ctx: "AppContext",
    manifest: Manifest,
    *,
    corrections: Sequence[Correction],
    types: Mapping[str, str] | None = None,
) -> str:
    from analysis.choosing import Wish

    args: dict[str, Json] = {
        "path": str(source_of(ctx, manifest).absolute()),
        "name": manifest.name,
        "called": manifest.source.name,
        **Wish(
            reading=manifest.reading, corrections=tuple(corrections), types=tuple((types or {}).items())
        ).to_args(),
        "reference": not manifest.source.kept,
        "replace": True,
    }
    return ctx.jobs.manager.enqueue("import", args)


def wanted_types(given: Iterable[str]) -> dict[str, str]:
    """Return column and SQL type of each `column=type`, as a person types them.

    Raises:
        UsageError: one has no `=`, or names no type there is.
    """
    from analysis.readings.conversions import TYPE_NAMES, sql_type_of

    found = {}
    for text in given:
        column, sign, word = text.rpartition("=")
        kind = sql_type_of(word)
        if not sign or not column or kind is None:
            raise UsageError(
                _("'{text}' names no column and type.").format(text=text),
                hint=_("Write COLUMN=TYPE with one of {names}.").format(names=", ".join(TYPE_NAMES)),
            )
        found[column] = kind
    return found


def source_of(ctx: "AppContext", manifest: Manifest) -> Path:
    """Return where the bytes a dataset came from lie: the kept original, or the file itself.

    Raises:
        UsageError: it came from no file, or from several.
        FileMissingError: the file is not there any more.
    """
    if manifest.question is not None or manifest.reading.format is FileFormat.FILES:
        raise UsageError(
            _("'{name}' does not come from one file, so it cannot be read again.").format(name=manifest.name),
            hint=_("Change what it was made from, and make it anew."),
        )
    kept = ctx.storage.sources.path(manifest.source.digest)
    path = kept if manifest.source.kept and kept.exists() else Path(manifest.source.path)
    if not path.exists():
        raise FileMissingError(path)
    return path


def can_be_corrected(manifest: Manifest) -> bool:
    """Tell whether lines or records of the file a dataset came from can be set right by hand."""
    return manifest.question is None and manifest.reading.format in CORRECTABLE


def _check_correctable(manifest: Manifest) -> None:
    if not can_be_corrected(manifest):
        raise UsageError(
            _("'{name}' does not come from a text file or a spreadsheet, so it has no lines to correct.").format(
                name=manifest.name
            ),
            hint=_("Correct the file where it comes from, and import it again."),
        )


# ---- saved readings ---------------------------------------------------------------------------------------


def saved_readings(ctx: "AppContext") -> "list[SavedLine]":
    """Return the saved readings by name."""
    return ctx.analysis.saved_readings.list_by_name()


def saved_reading(ctx: "AppContext", wanted: str) -> "SavedReading":
    """Return the reading saved under a name, or in a file whose name ends in `.toml`.

    Raises:
        SavedReadingNotFoundError, FileMissingError: there is none.
        ReadingFileError: the file holds something else.
    """
    if wanted.lower().endswith(".toml"):
        from analysis.saved_readings import read_reading_file

        return read_reading_file(Path(wanted))
    return ctx.analysis.saved_readings.get(wanted)


def reading_text(saved: "SavedReading") -> str:
    """Return a saved reading as TOML."""
    from analysis.readings.saved import to_toml

    return to_toml(saved)


def save_dataset_reading(ctx: "AppContext", dataset: str, name: str, *, replace: bool = False) -> "SavedReading":
    """Save how a dataset was read, with its corrections, and return it.

    Raises:
        DatasetNotFoundError: there is no such dataset.
        UsageError: it came from no file.
        RevisionConflictError: another reading has this name.
    """
    return save_as(ctx, dataset, name, replace=replace)


def save_as(
    ctx: "AppContext", source: str, name: str, *, files: str | None = None, replace: bool = False
) -> "SavedReading":
    """Save the reading of a dataset, or the one a file ending in `.toml` holds, under a name.

    Args:
        ctx: The open profile.
        source: The dataset's name, or the file.
        name: What the reading is called from now on.
        files: How files of this kind are called; without it as the dataset's file is, or as the reading says.
        replace: Take the place of the reading of that name.

    Raises:
        BestandError: as `save_dataset_reading` and `saved_reading`.
    """
    from dataclasses import replace as changed

    from analysis.saved_readings import reading_of_manifest

    if source.lower().endswith(".toml"):
        saved = changed(saved_reading(ctx, source), name=name)
    else:
        manifest = current(ctx, source)
        _refuse_answer(manifest)
        saved = reading_of_manifest(manifest, name)
    saved = changed(saved, files=files) if files else saved
    ctx.analysis.saved_readings.save(saved, replace_it=replace)
    return saved


def _refuse_answer(manifest: Manifest) -> None:
    if manifest.question is not None:
        raise UsageError(
            _("'{name}' is the answer of a question, so no file was read.").format(name=manifest.name),
            hint=_("Save the question instead."),
        )


def save_reading(
    ctx: "AppContext",
    name: str,
    reading: Reading,
    columns: Sequence[Column],
    *,
    file_name: str,
    corrections: Sequence[Correction] = (),
    replace: bool = False,
) -> "SavedReading":
    """Save a reading that a person accepted in the Import page, and return it.

    Raises:
        RevisionConflictError: another reading has this name.
    """
    from analysis.saved_readings import reading_to_save

    saved = reading_to_save(name, reading, columns, file_name=file_name, corrections=corrections)
    ctx.analysis.saved_readings.save(saved, replace_it=replace)
    return saved


def delete_reading(ctx: "AppContext", name: str) -> str:
    """Take a saved reading out of the list and return its id, with which `restore_reading` brings it back.

    Raises:
        SavedReadingNotFoundError: there is none of this name.
    """
    return ctx.analysis.saved_readings.delete(name)


def restore_reading(ctx: "AppContext", reading_id: str) -> str:
    """Bring a deleted reading back and return its name.

    Raises:
        SavedReadingNotFoundError: nothing was ever saved under this id.
        RevisionConflictError: another reading has taken the name meanwhile.
    """
    return ctx.analysis.saved_readings.restore(reading_id)


def replay_for(
    ctx: "AppContext", path: Path, *, name: str | None = None, judged: "Judgement | None" = None
) -> "Replay | None":
    """Return the saved reading for files like this one and what is different about it; None if there is none.

    Raises:
        SourceError: the file is no table.
    """
    found = ctx.analysis.saved_readings.find_for(path, name=name, judged=judged)
    return None if found is None else ctx.analysis.saved_readings.replay(found, path, name=name, judged=judged)
