"""Files become datasets: taken, judged, loaded, published; and recorded in the catalogue by whoever runs the job.

Used by the import job and by `data read`. Nothing half-done stays when it is stopped: what is being built lies in
the profile's `tmp/` until one rename publishes it, and a version no catalogue row knows is collected later.
"""

import errno
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing, contextmanager
from contextvars import copy_context
from dataclasses import replace as replace_fields
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.choosing import Chosen, Wish, check_loaded, choose
from analysis.readings import Loaded, Readings
from analysis.readings.drift import Drift, since
from analysis.readings.facts import Facts, FactsCounter
from analysis.readings.model import ANY, Choice
from analysis.readings.opening import base_name
from analysis.readings.packed.streams import name_inside
from analysis.saved_readings import SavedReadings
from core.clock import now_iso
from core.errors import BestandError, DiskFullError, ExportError
from core.fingerprint import file_digest
from core.i18n import N_, _
from core.ids import new_id
from core.progress import PartOfProgress, Progress
from core.types import FileOfSet, Manifest, Reading, SourceRef
from core.version import app_version
from storage.sources import shown_name

if TYPE_CHECKING:
    from storage.database.unit_of_work import UnitOfWork
    from storage.datasets import Staging
    from storage.open import Storage
    from storage.sources import Taken

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_NAME_CHARS = 120
_UNNAMED = "table"
_RESERVED_S = 3_600.0
"""A name given to an import that was never recorded is free again after this time."""


class Imported:
    """A published version that the catalogue does not know yet.

    Attributes:
        manifest: What was published.
        drift: What did not fit the saved reading that was replayed all the same, else how the columns differ from
            those of the version before.
    """

    def __init__(self, manifest: Manifest, *, release: Callable[[], None], drift: tuple[Drift, ...] = ()) -> None:
        self.manifest, self.drift = manifest, drift
        self._release = release

    def record(self, uow: "UnitOfWork") -> None:
        """Make the catalogue know it; to be run in the transaction that ends the job, and may be run again.

        A name that somebody else took meanwhile gets the next free ending.
        """
        from storage.database.models import DatasetRow, VersionRow

        manifest = self.manifest
        if (manifest.dataset_id, manifest.version) in uow.versions.published():
            return
        dataset = uow.datasets.get(manifest.dataset_id)
        if dataset is None:
            name = free_name(manifest.name, lambda wanted: uow.datasets.by_name(wanted) is not None)
            self.manifest = manifest = replace_fields(manifest, name=name)
            dataset = DatasetRow(
                id=manifest.dataset_id, name=name, current_version=manifest.version, row_count=manifest.rows
            )
            uow.datasets.add(dataset)
        else:
            uow.datasets.update(dataset, current_version=manifest.version, row_count=manifest.rows)
        uow.versions.add(
            VersionRow(
                dataset_id=manifest.dataset_id,
                version=manifest.version,
                rows=manifest.rows,
                size_bytes=manifest.size_bytes,
                digest=manifest.digest,
                source_digest=manifest.source.digest,
                manifest=json.dumps(manifest.to_dict()),
            )
        )
        uow.touch(f"dataset:{manifest.dataset_id}")
        self._release()


class Importer:
    """Imports files; safe to use from several threads."""

    def __init__(self, storage: "Storage", readings: Readings) -> None:
        self._storage, self._readings = storage, readings
        self.saved = SavedReadings(storage, readings)
        self._names = _Names()

    def import_file(
        self,
        path: Path,
        *,
        name: str | None = None,
        auto: bool = False,
        reading: Reading | None = None,
        choice: Choice = ANY,
        wish: Wish | None = None,
        called: str | None = None,
        reference: bool = False,
        replace: bool = False,
        progress: Progress,
    ) -> Imported:
        """Read a file and publish it as a dataset version.

        Args:
            path: The file; opened read-only and closed once it was copied.
            name: The dataset's name; without one it is made from the file's. A name in use gets the ending "~2".
            auto: Take the best reading, however uncertain.
            reading: The reading a person chose; nothing is judged.
            choice: The sheet, table or member to judge.
            wish: All of these at once, and what else there is to say about how it is read.
            called: What the file is called, if not by its path.
            reference: Keep no copy of the original.
            replace: Make it the next version of the dataset of that name, if there is one.
            progress: Told how far it is; may stop it, then nothing stays.

        Raises:
            UncertainReadingError: no reading is sure enough; it carries the candidates.
            ReadingDriftError: a saved reading for files like this one does not fit any more; it carries the drift.
            SourceError: the file cannot become a table.
            CancelledError, DiskFullError, MemoryLimitError: the work was stopped.
        """
        said = wish or Wish(reading, choice, auto=auto)
        limits = self._storage.config.imports
        counter = FactsCounter()
        size_bytes = path.stat().st_size if path.is_file() else 0
        shown = called or shown_name(path)
        with (
            closing(counter),
            self._readings.settled(path) as whole,
            self._deciding(whole, shown, said) as decided,
            self._storage.sources.take(
                whole,
                progress=PartOfProgress(progress, 0.0, 0.25),
                reference=whole == path and (reference or size_bytes > limits.reference_above_mib << 20),
                each_chunk=counter.take,
            ) as found,
        ):
            taken = found.as_called(shown, path) if called or whole != path else found
            facts = counter.finish()
            progress.report(0.25, N_("Finding out how to read it"))
            chosen = decided(found)
            wanted = dataset_name(name or name_after(taken.ref.name, chosen.reading))
            before = self._before(wanted) if replace else None
            chosen = _with_corrections(chosen, said, before)
            manifest = self._publish(taken, chosen, facts, wanted, said, replace=replace, progress=progress)
        different = chosen.drift or _differences(before, manifest)
        return Imported(manifest, release=partial(self._names.release, manifest.name), drift=different)

    @contextmanager
    def _deciding(self, path: Path, name: str, said: Wish) -> "Iterator[Callable[[Taken], Chosen]]":
        """Decide how to read a file on a thread of its own while it is copied; what is given waits for that."""
        least = self._storage.config.imports.min_confidence
        decide = partial(choose, self._readings, self.saved, name=name, wish=said, min_confidence=least)
        if not path.is_file():  # opening a pipe could wait for ever; whoever copies it says what it is
            yield lambda taken: decide(taken.path)
            return
        with ThreadPoolExecutor(1, "judge") as thread:
            judging = thread.submit(copy_context().run, decide, path)

            def decided(taken: "Taken") -> Chosen:
                wait([judging])
                judged_these = self._storage.sources.is_as_taken(taken.ref)
                return judging.result() if judged_these else decide(taken.path)

            yield decided

    def _publish(
        self,
        taken: "Taken",
        chosen: Chosen,
        facts: Facts,
        wanted: str,
        said: Wish,
        *,
        replace: bool,
        progress: Progress,
    ) -> Manifest:
        """Load the bytes and publish them; the original is kept only together with what was made of it."""
        with self._storage.datasets.stage() as staging:
            loaded = self.load(
                taken.path,
                chosen,
                said,
                staging.folder,
                name=taken.ref.name,
                progress=PartOfProgress(progress, 0.3, 0.95),
                facts=facts,
            )
            self._storage.sources.check_unchanged(taken.ref)
            progress.report(0.95, "Publishing")
            manifest = self._manifest(staging.data_file, loaded, taken.ref, wanted, chosen.saved, replace=replace)
            taken.keep()
            self._storage.datasets.publish(staging, manifest)
        return manifest

    def load(
        self,
        path: Path,
        chosen: Chosen,
        said: Wish,
        out: Path,
        *,
        name: str,
        progress: Progress,
        facts: Facts | None = None,
    ) -> Loaded:
        """Write a file's table as it was chosen, and anew where a closer look explains the file better.

        Args:
            path: The file.
            chosen: What `choose` gave.
            said: What the person said.
            out: An empty folder for the table and its ledger.
            name: What the file is called.
            progress: Told how far it is; may stop it.
            facts: What the file's bytes tell, if they were counted already.

        Raises:
            ReadingDriftError: a column is not what the saved reading says, and nobody said to go on.
            SourceError: the file cannot be read in this way.
            CancelledError, DiskFullError, MemoryLimitError: the work was stopped.
        """
        load = partial(self._readings.load, path, name=name, facts=facts, corrections=chosen.corrections)
        loaded = load(chosen.reading, out, progress=progress)
        if other := self._closer_look(path, chosen, said, loaded, name):
            for file in out.iterdir():
                file.unlink()
            loaded = load(other, out, progress=progress)
        check_loaded(name, chosen, loaded, auto=said.auto)
        return loaded

    def finish(
        self,
        staging: "Staging",
        loaded: Loaded,
        source: SourceRef,
        wanted: str,
        *,
        replace: bool,
        files: tuple[FileOfSet, ...],
    ) -> Imported:
        """Publish what was built out of several files.

        Raises:
            DiskFullError, ProfileReadOnlyError, StorageIOError: the disk refused; nothing was published.
        """
        manifest = self._manifest(staging.data_file, loaded, source, wanted, None, replace=replace)
        whole = replace_fields(manifest, files=files)
        self._storage.datasets.publish(staging, whole)
        return Imported(whole, release=lambda: self._names.release(whole.name))

    def read_file(
        self, path: Path, out_dir: Path, *, choice: Choice = ANY, wish: Wish | None = None, progress: Progress
    ) -> tuple[Loaded, Path]:
        """Write a file's best reading into a folder as clean CSV; return what was found and the file written.

        Args:
            path: The file.
            out_dir: The folder; made if it is not there.
            choice: The sheet, table or member to judge.
            wish: How it is to be read; a saved reading only where it names one.
            progress: Told how far it is; may stop it.

        Raises:
            ReadingDriftError: the saved reading does not fit.
            SourceError: the file cannot become a table.
            ExportError: the folder cannot be written.
            CancelledError: `progress` said so; then nothing was written.
        """
        said = wish or Wish(choice=choice, fresh=True)
        chosen = choose(self._readings, self.saved, path, path.name, said, min_confidence=0.0)
        target = _reserved(out_dir, path.name)
        part = target.with_name(f".{target.name}.{new_id()}.part")
        try:
            write = partial(
                self._readings.write_clean, path, name=path.name, corrections=chosen.corrections, progress=progress
            )
            loaded = write(chosen.reading, part)
            if other := self._closer_look(path, chosen, said, loaded, path.name):
                loaded = write(other, part)
            part.replace(target)
        except BaseException as error:
            part.unlink(missing_ok=True)
            target.unlink(missing_ok=True)
            if isinstance(error, OSError):
                raise _not_writable(out_dir, error) from error
            raise
        return loaded, target

    def _closer_look(self, path: Path, chosen: Chosen, said: Wish, loaded: Loaded, name: str) -> Reading | None:
        """Return a reading that explains what the judge's own had to repair; a person's is not questioned."""
        if said.reading is not None or said.types or chosen.corrections or chosen.saved is not None:
            return None
        return self._readings.closer_look(path, loaded, name=name)

    def _before(self, wanted: str) -> Manifest | None:
        """Return the version that the next one follows, if there is one."""
        with self._storage.database.read() as uow:
            existing = uow.datasets.by_name(wanted)
        if existing is None:
            return None
        return self._storage.datasets.manifest(existing.id, existing.current_version)

    def _manifest(
        self, data_file: Path, loaded: Loaded, ref: SourceRef, wanted: str, saved: str | None, *, replace: bool
    ) -> Manifest:
        with self._storage.database.read() as uow:
            existing = uow.datasets.by_name(wanted) if replace else None
            if existing is not None:
                name, dataset_id = existing.name, existing.id
                number = self._storage.datasets.next_version(dataset_id, existing.current_version)
            else:
                name = self._names.reserve(wanted, lambda other: uow.datasets.by_name(other) is not None)
                dataset_id, number = new_id(), 1
        return Manifest(
            dataset_id=dataset_id,
            version=number,
            name=name,
            rows=loaded.rows,
            columns=loaded.columns,
            digest=file_digest(data_file),
            size_bytes=data_file.stat().st_size,
            source=ref,
            reading=loaded.reading,
            ledger=loaded.ledger,
            created_at=now_iso(),
            app_version=app_version(),
            flags=loaded.flags,
            corrections=loaded.corrections,
            saved_reading=saved,
        )


def _with_corrections(chosen: Chosen, said: Wish, before: Manifest | None) -> Chosen:
    """Let the next version have the corrections of the one before, unless a person said how to read it."""
    if before is None or said.reading is not None or chosen.corrections:
        return chosen
    return replace_fields(chosen, corrections=before.corrections)


def _differences(before: Manifest | None, now: Manifest) -> tuple[Drift, ...]:
    """Return what is different about another file's columns than the version before had."""
    if before is None or before.question is not None or before.source.digest == now.source.digest:
        return ()
    return since(before.columns, now.columns)


def dataset_name(wanted: str) -> str:
    """Return the text as a dataset's name: one line, not empty, of reasonable length; any script stays."""
    return " ".join(_UNPRINTABLE.sub(" ", wanted).split())[:_NAME_CHARS].strip() or _UNNAMED


def name_after(file_name: str, reading: Reading) -> str:
    """Return what a dataset is called after its file: the table or member that was read, without endings."""
    if reading.table is not None:
        return reading.table
    if reading.member is not None:
        file_name = base_name(reading.member)
    for kind in (reading.compression or "").split("+"):
        file_name = name_inside(file_name, kind)
    return Path(file_name).stem


class _Names:
    """Names given to imports that are not recorded yet, so that two at the same time do not get the same."""

    def __init__(self) -> None:
        self._given: dict[str, float] = {}
        self._lock = threading.Lock()

    def reserve(self, wanted: str, taken: Callable[[str], bool]) -> str:
        with self._lock:
            now = time.monotonic()
            self._given = {name: until for name, until in self._given.items() if until > now}
            name = free_name(wanted, lambda other: other in self._given or taken(other))
            self._given[name] = now + _RESERVED_S
            return name

    def release(self, name: str) -> None:
        with self._lock:
            self._given.pop(name, None)


def free_name(wanted: str, taken: Callable[[str], bool]) -> str:
    """Return the name, or with the first ending "~2", "~3", … that is not taken."""
    name, count = wanted, 1
    while taken(name):
        count += 1
        name = f"{wanted}~{count}"
    return name


def _reserved(folder: Path, file_name: str) -> Path:
    """Make an empty file of this name, or of the next free one, and return it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        count = 1
        target = folder / file_name
        while True:
            try:
                target.touch(exist_ok=False)
            except FileExistsError:
                count += 1
                target = folder / f"{Path(file_name).stem}~{count}{Path(file_name).suffix}"
            else:
                return target
    except OSError as error:
        raise _not_writable(folder, error) from error


def _not_writable(folder: Path, error: OSError) -> BestandError:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DiskFullError(folder)
    return ExportError(
        _("The folder '{folder}' cannot be written ({strerror}).").format(folder=folder, strerror=error.strerror),
        hint=_("Choose another folder."),
    )
