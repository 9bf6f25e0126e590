"""Original files: read once, hashed and kept by content, or hashed where they lie.

Used by imports. The person's file is opened read-only and closed as soon as it was read; what is read later are
the same bytes that were hashed. Says nothing about what the bytes mean.
"""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from blake3 import blake3

from core.errors import FileChangedError, FileMissingError, FileUnreadableError, NotATableError, SourceError
from core.fingerprint import CHUNK_BYTES
from core.i18n import N_, _
from core.ids import new_id
from core.paths import ProfilePaths, translate_os_error
from core.progress import Progress
from core.types import SourceRef
from storage.durable import discard, make_read_only, put_in_place, sync_folder, write_all

EachChunk = Callable[[bytes], None]

_OPEN_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
_CLONE = 0x40049409
"""Linux' FICLONE request: the copy shares the original's blocks where the file system can do that."""


@dataclass(frozen=True, slots=True)
class FileStamp:
    """What changes when a file changes: where it lies, its size, when it was written."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int

    @classmethod
    def of(cls, status: os.stat_result) -> "FileStamp":
        """Return the stamp of what the system told of a file."""
        return cls(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)

    @classmethod
    def at(cls, path: Path) -> "FileStamp | None":
        """Return the stamp of the file at a place; None if there is none."""
        try:
            return cls.of(path.stat())
        except OSError:
            return None


class SourceStore:
    """The folder `sources/<ab>/<digest>`: one read-only file per content, however often it was imported."""

    def __init__(self, paths: ProfilePaths) -> None:
        self._paths = paths
        self._stamps: dict[str, FileStamp] = {}

    def path(self, digest: str) -> Path:
        """Return where the file of this content lies, or would lie."""
        return self._paths.sources / digest[:2] / digest

    @contextmanager
    def take(
        self, path: Path, *, progress: Progress, reference: bool = False, each_chunk: EachChunk | None = None
    ) -> Iterator["Taken"]:
        """Read a file once, front to back: hash it and copy it. A copy nobody asks to keep goes with the block.

        Args:
            path: A regular file.
            progress: Told the fraction read; may stop it, then nothing is kept.
            reference: Hash it where it lies and make no copy.
            each_chunk: Called with every chunk that was hashed.

        Raises:
            FileMissingError, FileUnreadableError: there is no such file, or its bytes cannot be read.
            NotATableError: it is a folder, a device or a pipe.
            FileChangedError: somebody wrote to it meanwhile.
            DiskFullError, ProfileReadOnlyError, StorageIOError: the copy could not be made.
            CancelledError: `progress` said so.
        """
        with ExitStack() as stack:
            part = None if reference else stack.enter_context(self._part())
            with _opened(path) as source:
                reader = _Reader(path, source, progress, each_chunk)
                digest = reader.digest() if part is None else self._copy(reader, part)
            self._stamps[digest] = reader.stamp
            ref = SourceRef(shown_name(path), digest, reader.stamp.size_bytes, not reference, str(path.absolute()))
            yield Taken(ref, path if part is None else part.path, self, part)

    @contextmanager
    def _part(self) -> Iterator["_Part"]:
        """Open a new file for a copy; it goes with the block unless it was moved to its place."""
        path = self._paths.tmp / f"source-{new_id()}"
        try:
            with ExitStack() as stack:
                try:
                    file = stack.enter_context(path.open("x+b", buffering=0))
                except OSError as error:
                    raise translate_os_error(error, self._paths.sources) from error
                # left before the file is closed: the disk may still be at it
                flusher = stack.enter_context(ThreadPoolExecutor(1, "source-flush"))
                yield _Part(path, file, flusher)
        finally:
            discard(path)

    def check_unchanged(self, ref: SourceRef) -> None:
        """Make sure that a referenced file is still the one this process hashed; a kept copy always is.

        Raises:
            FileChangedError: it was changed or replaced since.
            FileMissingError: it is gone.
        """
        if not ref.kept:
            self._check(ref)

    def is_as_taken(self, ref: SourceRef) -> bool:
        """Tell whether the file a person has is still the one this process hashed."""
        try:
            self._check(ref)
        except SourceError:
            return False
        return True

    def _check(self, ref: SourceRef) -> None:
        try:
            present = FileStamp.of(Path(ref.path).stat())
        except OSError as error:
            raise _unreadable(Path(ref.path), error) from error
        if present != self._stamps.get(ref.digest, present):
            raise FileChangedError(ref.path)

    def keep(self, part: "_Part", ref: SourceRef) -> Path:
        """Move a copy to its place for good; content that is there already stays as it is.

        Raises:
            DiskFullError, ProfileReadOnlyError, StorageIOError: the disk refused.
        """
        final = self.path(ref.digest)
        try:
            with suppress(FileNotFoundError):
                if final.stat().st_size == ref.size_bytes:
                    return final
            part.finish()
            final.parent.mkdir(mode=0o700, exist_ok=True)
            make_read_only(part.path)
            put_in_place(part.path, final)
            sync_folder(final.parent)
            sync_folder(self._paths.sources)
        except OSError as error:
            raise translate_os_error(error, self._paths.sources) from error
        return final

    def _copy(self, reader: "_Reader", part: "_Part") -> str:
        try:
            if _clone(reader.source, part.file):
                digest = reader.digest(of=part.file)
            else:
                digest = reader.digest(copy_to=part.file)
            part.begin_flush()
            if os.name == "nt":  # nobody who reads there shares a file with one who has it open for writing
                part.finish()
        except OSError as error:
            raise translate_os_error(error, self._paths.sources) from error
        return digest


class _Part:
    """A copy that is not yet in its place. The disk keeps it while its bytes are already read; `finish` waits."""

    def __init__(self, path: Path, file: BinaryIO, flusher: ThreadPoolExecutor) -> None:
        self.path = path
        self.file = file
        self._flusher = flusher
        self._flushed: Future[None] | None = None

    def begin_flush(self) -> None:
        """Let the disk begin to keep what was written."""
        self._flushed = self._flusher.submit(os.fsync, self.file.fileno())

    def finish(self) -> None:
        """Return once the disk has it, and close it: on Windows an open file cannot be moved.

        Raises:
            OSError: the disk refused.
        """
        if self._flushed is not None:
            self._flushed.result()
        self.file.close()


@dataclass(frozen=True, slots=True)
class Taken:
    """A file that was hashed: where it came from, and where to read the same bytes while the block lasts."""

    ref: SourceRef
    path: Path
    store: SourceStore
    part: _Part | None = None

    def as_called(self, name: str, path: Path | None = None) -> "Taken":
        """Return the same file under another name: a kept original is called by its content.

        Args:
            name: What it is called.
            path: Where the person has it, if these bytes were put together from it.
        """
        where = self.ref.path if path is None else str(path.absolute())
        return replace(self, ref=replace(self.ref, name=name, path=where))

    def keep(self) -> Path:
        """Keep the copy for good and return where it lies now; a reference stays where it is.

        Raises:
            DiskFullError, ProfileReadOnlyError, StorageIOError: the disk refused.
        """
        return self.path if self.part is None else self.store.keep(self.part, self.ref)


class _Reader:
    """Reads one open source to its end, and sees to it that nobody wrote to it meanwhile."""

    def __init__(self, path: Path, source: BinaryIO, progress: Progress, each_chunk: EachChunk | None) -> None:
        self.path = path
        self.source = source
        self.stamp = FileStamp.of(os.fstat(source.fileno()))
        self._progress = progress
        self._each_chunk = each_chunk

    def digest(self, *, copy_to: BinaryIO | None = None, of: BinaryIO | None = None) -> str:
        """Return the BLAKE3 hex digest of all bytes.

        Args:
            copy_to: Gets every byte, written while the next ones are read and hashed.
            of: Read these bytes instead of the source's: a clone of it.
        """
        hasher = blake3()
        with _Copier(copy_to) as copier:
            done = 0
            while chunk := self._read(of or self.source):
                copier.write(chunk)
                hasher.update(chunk)
                if self._each_chunk:
                    self._each_chunk(chunk)
                done += len(chunk)
                if done > self.stamp.size_bytes:  # a file that is written to without an end must not be followed
                    raise FileChangedError(self.path)
                self._progress.report(min(done / max(self.stamp.size_bytes, 1), 1.0), N_("Reading the file"))
        self._check_unchanged(done)
        return hasher.hexdigest()

    def _read(self, file: BinaryIO) -> bytes:
        try:
            return file.read(CHUNK_BYTES)
        except OSError as error:
            raise _unreadable(self.path, error) from error

    def _check_unchanged(self, size_bytes: int) -> None:
        present = FileStamp.of(os.fstat(self.source.fileno()))
        if present != self.stamp or size_bytes != present.size_bytes:
            raise FileChangedError(self.path)


class _Copier:
    """Writes chunks on a thread of its own, while the next ones are read and hashed."""

    def __init__(self, target: BinaryIO | None) -> None:
        self._target = target
        self._thread = ThreadPoolExecutor(1, "source-copy") if target is not None else None
        self._writing: Future[None] | None = None

    def __enter__(self) -> "_Copier":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._thread is None:
            return
        try:
            if kind is None and self._writing is not None:
                self._writing.result()
        finally:
            self._thread.shutdown()

    def write(self, chunk: bytes) -> None:
        """Hand over one chunk; what the disk said to the one before is raised here."""
        if self._target is None or self._thread is None:
            return
        if self._writing is not None:
            self._writing.result()
        self._writing = self._thread.submit(write_all, self._target, chunk)


def shown_name(path: Path) -> str:
    """Return a file's name as text; on some systems a name may be any bytes."""
    return os.fsencode(path.name).decode("utf-8", "replace")


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    """Open a regular file for reading, without waiting for anybody and without a gap to swap it in."""
    try:
        handle = os.open(path, _OPEN_FLAGS)
    except (OSError, ValueError) as error:
        raise _unreadable(path, error) from error
    mode = os.fstat(handle).st_mode
    if not stat.S_ISREG(mode):
        os.close(handle)
        raise _folder(path) if stat.S_ISDIR(mode) else _device(path)
    with open(handle, "rb", buffering=0) as file:  # noqa: PTH123 - from a handle
        yield file


def _folder(path: Path) -> NotATableError:
    """Return why a folder is none; one that holds files to import never gets here, but they do."""
    return NotATableError(path, _("is a folder, and no file in it can be imported."))


def _device(path: Path) -> NotATableError:
    return NotATableError(path, _("is a device or a pipe, not a file."))


def _unreadable(
    path: Path, error: OSError | ValueError
) -> FileMissingError | FileUnreadableError | NotATableError:
    number = getattr(error, "errno", None)
    if number in (errno.ENOENT, errno.ENOTDIR):
        return FileMissingError(path)
    if number == errno.EACCES and path.is_dir():  # Windows refuses to open one
        return _folder(path)
    if number in (errno.ENXIO, errno.ENODEV):
        return _device(path)
    reason = getattr(error, "strerror", None) or str(error)
    return FileUnreadableError(path, _("cannot be read ({reason}).").format(reason=reason))


def _clone(source: BinaryIO, target: BinaryIO) -> bool:
    """Let the file system copy by sharing blocks (btrfs, xfs); tell whether it did."""
    try:
        import fcntl
    except ImportError:
        return False
    try:
        fcntl.ioctl(target.fileno(), _CLONE, source.fileno())
    except OSError:
        return False
    return True
