"""Several files become one dataset: all judged first, then each taken and loaded by itself, then joined.

Used by the import job for folders and patterns. A file that cannot become a table stops the whole, by its name:
what would be missing would not be seen. Files a person has to decide about stop it before anything is loaded, all
of them named at once.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from analysis.choosing import Chosen, Wish, choose
from analysis.importing import Imported, Importer, dataset_name
from analysis.originals import texts_sql
from analysis.readings import Loaded, Readings
from analysis.readings.together import OneOfSet, join
from analysis.readings.words import some_names
from core.errors import NotATableError, SourceError, UncertainReadingError
from core.i18n import N_, _, number
from core.ids import new_id
from core.progress import PartOfProgress, Progress, SilentProgress
from core.types import FileOfSet, Reading, SourceRef
from storage.sources import FileStamp

if TYPE_CHECKING:
    from storage.datasets import Staging
    from storage.open import Storage

MOST_FILES: Final = 2_000
_NONE_OF_THEIR_OWN: Final[Mapping[Path, Wish]] = {}


class UncertainSetError(UncertainReadingError):
    """Several of the files that shall be one table need a person's word; nothing was imported."""

    default_hint = N_(
        "Look at them on the Import page, leave them out, name a saved reading, "
        "or pass --auto to take the best of each."
    )

    def __init__(self, called: str, paths: Sequence[Path], *, among: int) -> None:
        what = _("has {count} files among its {all} that need a look before they become one table: {names}.")
        names = some_names([path.name for path in paths])
        SourceError.__init__(self, called, what.format(count=number(len(paths)), all=number(among), names=names))
        self.confidence, self.candidates = 0.0, ()
        self.files = tuple(map(str, paths))


@dataclass(frozen=True, slots=True)
class _Decided:
    """How a file is read, and what it was like when that was decided."""

    chosen: Chosen
    stamp: FileStamp | None


class SetImporter:
    """Imports several files as one table; safe to use from several threads."""

    def __init__(self, storage: "Storage", readings: Readings, importer: Importer) -> None:
        self._storage, self._readings, self._importer = storage, readings, importer

    def import_files(
        self,
        paths: Sequence[Path],
        *,
        called: str,
        name: str | None,
        wish: Wish,
        each: Mapping[Path, Wish] = _NONE_OF_THEIR_OWN,
        replace: bool,
        progress: Progress,
    ) -> Imported:
        """Read files and publish them as one dataset version, their rows in this order.

        Args:
            paths: The files; each is opened read-only and closed once it was copied.
            called: What they are together: the folder, the pattern, as the person wrote it.
            name: The dataset's name; without one `called` is.
            wish: How they are to be read.
            each: How single ones are to be read instead, because a person said so.
            replace: Make it the next version of the dataset of that name, if there is one.
            progress: Told how far it is; may stop it, then nothing stays.

        Raises:
            NotATableError: there is no file, or there are very many.
            UncertainReadingError: no reading of one of them is sure enough; its `files` names it.
            ReadingDriftError: a saved reading does not fit one of them.
            UncertainSetError: there are several such files.
            SourceError: one of them cannot become a table; it is named.
            CancelledError, DiskFullError, MemoryLimitError: the work was stopped.
        """
        if not 0 < len(paths) <= MOST_FILES:
            raise NotATableError(
                called, _("is {count} files; one table is made of 1 to {most}.").format(
                    count=number(len(paths)), most=number(MOST_FILES)
                ),
            )  # fmt: skip
        names, wishes = _names(paths), [each.get(path, wish) for path in paths]
        known = self._decide(paths, wishes, called, PartOfProgress(progress, 0.0, 0.1))
        with self._storage.datasets.stage() as staging:
            files, refs = [], []
            for at, path in enumerate(paths):
                part = PartOfProgress(progress, 0.1 + 0.8 * at / len(paths), 0.1 + 0.8 * (at + 1) / len(paths))
                folder = staging.folder / f"part-{at:05}"
                one, ref = self._load(path, names[at], folder, wishes[at], known.get(path), part)
                files.append(one)
                refs.append(ref)
            progress.report(0.9, N_("Joining the files"))
            loaded = self._join(files, refs, called, staging)
            told = tuple(
                FileOfSet(one.name, one.loaded.rows, one.loaded.reading, one.loaded.ledger, ref.digest)
                for one, ref in zip(files, refs, strict=True)
            )
            source = self._listing(refs, called)
            progress.report(0.97, N_("Publishing"))
            wanted = dataset_name(name or _name_of(called))
            return self._importer.finish(staging, loaded, source, wanted, replace=replace, files=told)

    def _decide(
        self, paths: Sequence[Path], wishes: Sequence[Wish], called: str, progress: Progress
    ) -> dict[Path, _Decided]:
        """Decide how each file is read, before any is copied: a person is asked about all of them at once.

        What cannot be decided beforehand (a pipe, a database that is copied as it is at one moment) is left out.
        """
        known: dict[Path, _Decided] = {}
        asked: list[tuple[Path, UncertainReadingError]] = []
        for at, (path, wish) in enumerate(zip(paths, wishes, strict=True)):
            progress.report(at / len(paths), N_("Finding out how to read the files"))
            if path.exists() and not path.is_file():
                continue
            try:
                with self._readings.settled(path) as whole:
                    stamp = FileStamp.at(whole)
                    chosen = self._choose(whole, path.name, wish)
            except UncertainReadingError as error:
                asked.append((path, error))
                continue
            except SourceError as error:
                error.hint = _("Without it, the others can become one table. {hint}").format(hint=error.hint)
                raise
            if whole == path:
                known[path] = _Decided(chosen, stamp)
        if len(asked) == 1:
            alone, why = asked[0]
            why.files = (str(alone),)
            raise why
        if asked:
            raise UncertainSetError(called, [one for one, _why in asked], among=len(paths))
        return known

    def _choose(self, path: Path, name: str, wish: Wish) -> Chosen:
        least = self._storage.config.imports.min_confidence
        return choose(self._readings, self._importer.saved, path, name, wish, min_confidence=least)

    def _load(
        self, path: Path, name: str, folder: Path, wish: Wish, known: _Decided | None, progress: Progress
    ) -> tuple[OneOfSet, SourceRef]:
        """Take one file, keep it, and load it into a folder of its own beside the table."""
        folder.mkdir()
        with (
            self._readings.settled(path) as whole,
            self._storage.sources.take(whole, progress=PartOfProgress(progress, 0.0, 0.2)) as found,
        ):
            taken = found.as_called(path.name, path)
            if known is not None and whole == path and known.stamp == FileStamp.at(path):
                chosen = known.chosen
            else:  # it is not what was judged any more, or could not be judged before
                chosen = self._choose(taken.path, path.name, wish)
            loaded = self._importer.load(
                taken.path, chosen, wish, folder, name=path.name, progress=PartOfProgress(progress, 0.2, 1.0)
            )
            taken.keep()
            return OneOfSet(name, folder, loaded), taken.ref

    def _join(self, files: list[OneOfSet], refs: list[SourceRef], called: str, staging: "Staging") -> Loaded:
        digests = {one.name: ref.digest for one, ref in zip(files, refs, strict=True)}

        def reload(one: OneOfSet, reading: Reading) -> Loaded:
            for leftover in one.folder.iterdir():
                leftover.unlink()
            kept = self._storage.sources.path(digests[one.name])
            return self._readings.load(
                kept,
                reading,
                one.folder,
                name=one.name,
                progress=SilentProgress(),
                corrections=one.loaded.corrections,
            )

        most = self._storage.config.imports.max_columns
        loaded = join(
            files,
            staging.folder,
            self._storage.duck,
            name=called,
            max_columns=most,
            reload=reload,
            texts_of=_texts_of,
        )
        for one in files:
            for leftover in one.folder.iterdir():
                leftover.unlink()
            one.folder.rmdir()
        return loaded

    def _listing(self, refs: Sequence[SourceRef], called: str) -> SourceRef:
        """Keep a list of the originals as the original of the whole, one line each."""
        part = self._storage.paths.tmp / f"files-{new_id()}.jsonl"
        lines = [
            json.dumps({"name": ref.name, "digest": ref.digest, "size_bytes": ref.size_bytes, "path": ref.path})
            for ref in refs
        ]
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        try:
            with self._storage.sources.take(part, progress=SilentProgress()) as found:
                taken = found.as_called(Path(called).name or called, Path(called))
                taken.keep()
                return taken.ref
        finally:
            part.unlink()


def _texts_of(one: OneOfSet, wanted: Sequence[str]) -> str:
    names = [column.name for column in one.loaded.columns]
    return texts_sql(one.folder, names, wanted, one.loaded.guesses)


def _name_of(called: str) -> str:
    """Return what a dataset is called after a folder or a pattern: the last part without a sign of a pattern."""
    plain = [part for part in Path(called).absolute().parts if not set("*?[") & set(part)]
    return Path(plain[-1]).name if plain else called


def _names(paths: Sequence[Path]) -> list[str]:
    """Return what each file is called in the table: its name, with folders only where two would be the same."""
    names = [path.name for path in paths]
    if len(set(names)) == len(names):
        return names
    common = [path.absolute().parts for path in paths]
    alike = 0
    while all(len(parts) > alike + 1 for parts in common) and len({parts[alike] for parts in common}) == 1:
        alike += 1
    return ["/".join(parts[alike:]) for parts in common]
