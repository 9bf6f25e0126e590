"""What a file is packed with, and its bytes unpacked, under limits.

Used by `opening`. What a file is packed with is told by its first bytes, never by its name. A packed file can
stand for any number of bytes, so the limits hold for what really comes out, not for what the file says.
"""

import bz2
import gzip
import lzma
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, cast

from core.errors import DamagedFileError, FileTooLargeError
from core.i18n import _, number
from core.paths import translate_os_error
from core.progress import Progress

GZIP: Final = "gzip"
ZSTD: Final = "zstd"
BZIP2: Final = "bzip2"
XZ: Final = "xz"
ZIP: Final = "zip"

_MIB: Final = 1024 * 1024
_CHUNK: Final = 1024 * 1024
SUSPECT_RATIO: Final = 300
SUSPECT_BYTES: Final = 256 * _MIB
"""What unpacks to more than so many times its size, and to more than so many bytes, was made to fill a disk."""
_MAGIC: Final = (
    (b"\x1f\x8b\x08", GZIP),
    (b"\x28\xb5\x2f\xfd", ZSTD),
    (b"\xfd7zXZ\0", XZ),
)
_BZIP2_BLOCKS: Final = (b"1AY&SY", b"\x17rE8P\x90")
"""A first block, or the end of a file without one; "BZh" alone may begin a text."""
_SUFFIXES: Final = {
    GZIP: (".gz", ".gzip"),
    ZSTD: (".zst", ".zstd"),
    BZIP2: (".bz2", ".bzip2"),
    XZ: (".xz",),
}
_ERRORS: Final = (OSError, EOFError, zlib.error, lzma.LZMAError, ValueError)


def compression_of(head: bytes) -> str | None:
    """Return what a file with these first bytes is compressed with; None for a zip archive, which has members."""
    if head.startswith(b"BZh") and head[4:10] in _BZIP2_BLOCKS:
        return BZIP2
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)


def name_inside(name: str, kind: str) -> str:
    """Return what the file inside is called: the name without the ending that stands for the compression."""
    lower = name.lower()
    if lower.endswith(".tgz"):
        return name[:-4] + ".tar"
    ending = next((suffix for suffix in _SUFFIXES.get(kind, ()) if lower.endswith(suffix)), "")
    return name[: len(name) - len(ending)] or name


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may come out of a file of a certain size."""

    name: str
    packed_bytes: int
    limit_mib: int

    def check(self, unpacked_bytes: int) -> None:
        """Refuse what is too much.

        Raises:
            FileTooLargeError: it is.
        """
        if unpacked_bytes > self.limit_mib * _MIB:
            raise FileTooLargeError(
                self.name,
                _("unpacks to more than {limit} MiB, the most that is allowed.").format(
                    limit=number(self.limit_mib)
                ),
                hint=_("Raise imports.unpacked_limit_mib in the settings if you trust the file."),
            )
        if unpacked_bytes > max(SUSPECT_BYTES, SUSPECT_RATIO * self.packed_bytes):
            raise FileTooLargeError(
                self.name,
                _("unpacks to more than {ratio} times its size, as no table does.").format(ratio=SUSPECT_RATIO),
                hint=_("Do not import it unless you know where it comes from; unpack it yourself first."),
            )


def unpack(path: Path, kind: str, target: Path, *, name: str, limit_mib: int, progress: Progress) -> None:
    """Write what is inside a compressed file.

    Args:
        path: The file.
        kind: What `compression_of` found.
        target: Written anew; holds a part after an error.
        name: What the file is called in messages.
        limit_mib: Most that may come out of it.
        progress: Told after each piece; may stop it.

    Raises:
        DamagedFileError: it cannot be unpacked to its end.
        FileTooLargeError: too much comes out of it.
        DiskFullError, StorageIOError: the disk refused.
    """
    limits = Limits(name, path.stat().st_size, limit_mib)
    with path.open("rb") as raw, opened(raw, kind) as stream:
        write_all(stream, target, limits, lambda: progress.report(raw.tell() / max(limits.packed_bytes, 1)))


def opened(raw: IO[bytes], kind: str) -> IO[bytes]:
    """Return the stream of what is inside."""
    if kind == GZIP:
        return cast("IO[bytes]", gzip.GzipFile(fileobj=raw, mode="rb"))
    if kind == BZIP2:
        return cast("IO[bytes]", bz2.BZ2File(raw))
    if kind == XZ:
        return cast("IO[bytes]", lzma.LZMAFile(raw))
    import pyarrow as pa

    return cast("IO[bytes]", pa.input_stream(raw, compression="zstd"))


def write_all(stream: IO[bytes], target: Path, limits: Limits, report: Callable[[], None]) -> None:
    """Write a stream to a file; raises as `unpack`."""
    with target.open("xb") as file:
        done = 0
        for chunk in _chunks(stream, limits.name):
            done += len(chunk)
            limits.check(done)
            try:
                file.write(chunk)
            except OSError as error:
                raise translate_os_error(error, target) from error
            report()


def _chunks(stream: IO[bytes], name: str) -> Iterator[bytes]:
    try:
        while chunk := stream.read(_CHUNK):
            yield bytes(chunk)
    except _ERRORS as error:
        raise DamagedFileError(
            name, _("cannot be unpacked; it was probably not written or copied to its end.")
        ) from error
