"""Published dataset versions: folders that are complete, durable and never change.

A version is built in a staging folder below `tmp/`, flushed to the disk, made read-only and put in place by one
rename. What the catalogue says of them is the database's business, not this module's.
"""

import errno
import json
import os
import time
from collections.abc import Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from core.errors import DatabaseDamagedError, NotFoundError, VersionExistsError
from core.i18n import _
from core.ids import new_id
from core.paths import ProfilePaths, translate_os_error
from core.types import Manifest
from storage.durable import discard, make_read_only, put_in_place, remove_tree, sync_file, sync_folder

DATA_FILE = "data.parquet"
LEDGER_FILE = "ledger.parquet"
MANIFEST_FILE = "manifest.json"

_TAKEN = (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES)
"""What systems say when the target folder of a rename is there (Windows: EACCES)."""


@dataclass(slots=True)
class Staging:
    """A folder to build one version in; gone afterwards unless it was published."""

    folder: Path
    published: bool = False

    @property
    def data_file(self) -> Path:
        """Where the rows belong."""
        return self.folder / DATA_FILE

    @property
    def ledger_file(self) -> Path:
        """Where the ledger belongs."""
        return self.folder / LEDGER_FILE


class DatasetStore:
    """The folders `datasets/<id>/<version>/`."""

    def __init__(self, paths: ProfilePaths) -> None:
        self._paths = paths

    @contextmanager
    def stage(self) -> Iterator[Staging]:
        """Make a folder to build a version in; it is removed at the end of the block unless published.

        Raises:
            DiskFullError, ProfileReadOnlyError, StorageIOError: the folder cannot be made.
        """
        staging = Staging(self._paths.tmp / f"version-{new_id()}")
        try:
            staging.folder.mkdir(mode=0o700)
        except OSError as error:
            raise translate_os_error(error, self._paths.tmp) from error
        try:
            yield staging
        finally:
            if not staging.published:
                discard(staging.folder)

    def publish(self, staging: Staging, manifest: Manifest) -> Path:
        """Put the staged folder in its place for good and return it.

        Raises:
            VersionExistsError: this version lies there already; `next_version` gives a free one.
            DiskFullError, ProfileReadOnlyError, StorageIOError: the disk refused; nothing was published.
        """
        target = self.folder(manifest.dataset_id, manifest.version)
        try:
            text = json.dumps(manifest.to_dict(), indent=1)
            (staging.folder / MANIFEST_FILE).write_text(text, encoding="utf-8")
            for path in staging.folder.iterdir():
                sync_file(path)
                make_read_only(path)
            sync_folder(staging.folder)
            target.parent.mkdir(mode=0o700, exist_ok=True)
            put_in_place(staging.folder, target)
        except OSError as error:
            if error.errno in _TAKEN and target.exists():
                raise VersionExistsError(manifest.name, manifest.version) from error
            raise translate_os_error(error, target) from error
        staging.published = True
        # Read-only as a whole only now: a folder that may not be written cannot be moved on every system.
        target.chmod(0o500)
        sync_folder(target.parent)
        sync_folder(self._paths.datasets)
        return target

    def folder(self, dataset_id: str, version: int) -> Path:
        """Return where a version lies, or would lie."""
        return self._paths.datasets / dataset_id / str(version)

    def data_file(self, dataset_id: str, version: int) -> Path:
        """Return the Parquet file with the rows."""
        return self.folder(dataset_id, version) / DATA_FILE

    def ledger_file(self, dataset_id: str, version: int) -> Path:
        """Return the Parquet file that tells what became of every line that was not simply loaded."""
        return self.folder(dataset_id, version) / LEDGER_FILE

    def manifest(self, dataset_id: str, version: int) -> Manifest:
        """Return what the version says of itself.

        Raises:
            NotFoundError: its folder is gone.
            DatabaseDamagedError: the file is there, but broken.
        """
        path = self.folder(dataset_id, version) / MANIFEST_FILE
        try:
            return Manifest.from_json(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise NotFoundError(
                _("The files of dataset version '{dataset_id}/{version}' are gone.").format(
                    dataset_id=dataset_id, version=version
                ),
                hint=_("Copy the folder `datasets` back from a backup of the profile, or import the file again."),
            ) from error
        except (ValueError, KeyError, TypeError) as error:
            raise DatabaseDamagedError(
                _("'{path}' is damaged.").format(path=path),
                hint=_("Copy the file back from a backup of the profile."),
            ) from error
        except OSError as error:
            raise translate_os_error(error, path) from error

    def next_version(self, dataset_id: str, after: int) -> int:
        """Return the lowest number above `after` without a folder; a crash may have left one behind."""
        version = after + 1
        while self.folder(dataset_id, version).exists():
            version += 1
        return version

    def collect(self, keep: Set[tuple[str, int]], *, older_than_s: float = 3_600.0) -> int:
        """Remove the version folders that nothing refers to, and return how many.

        Args:
            keep: (dataset id, version) of all that the catalogue or a snapshot of it knows.
            older_than_s: Younger folders stay: another process may be about to record them.
        """
        removed = 0
        limit = time.time() - older_than_s
        for folder in self._versions():
            known = (folder.parent.name, int(folder.name)) in keep
            if known or folder.stat().st_ctime > limit:
                continue
            doomed = self._paths.tmp / f"collected-{new_id()}"
            try:
                if os.name != "nt":
                    folder.chmod(0o700)
                folder.rename(doomed)  # gone as a whole first, so that no reader sees a part of it
                remove_tree(doomed)
                if not any(folder.parent.iterdir()):
                    folder.parent.rmdir()
            except PermissionError:
                continue  # Windows: somebody reads it; the next round takes it
            except OSError as error:
                raise translate_os_error(error, folder) from error
            removed += 1
        return removed

    def _versions(self) -> Iterator[Path]:
        for dataset in self._paths.datasets.iterdir():
            if dataset.is_dir():
                yield from [path for path in dataset.iterdir() if path.name.isdigit() and path.is_dir()]
