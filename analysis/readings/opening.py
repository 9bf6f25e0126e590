"""A file's own bytes, whatever it is packed in.

Used by `Readings` around every reader, so no reader knows of compression or archives. What a file is packed in is
found from its bytes each time; a reading only names it, and says which member of an archive is meant.
"""

import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from analysis.readings.detect import read_head
from analysis.readings.model import Candidate, Judgement, Part
from analysis.readings.packed.archive import is_archive, matching, members, unpack_member
from analysis.readings.packed.streams import ZIP, compression_of, name_inside, unpack
from analysis.readings.packed.unpacked import UnpackedCopies
from analysis.readings.words import some_names
from core.errors import NotATableError
from core.i18n import N_, _
from core.progress import Progress, SilentProgress
from core.types import Reading

_DEPTH = 3
"""A file may be packed so many times, one around the other."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A file as readers want it: `path` holds its bytes, `name` is what it is called inside.

    `packing` names what was around it, the outermost first.
    """

    path: Path
    name: str
    packing: tuple[str, ...] = ()
    member: str | None = None

    def told(self, judgement: Judgement) -> Judgement:
        """Return a judgement of the bytes as one of the packed file."""
        return replace(judgement, candidates=tuple(self.told_of(found) for found in judgement.candidates))

    def told_of(self, found: Candidate) -> Candidate:
        """Return a candidate for the bytes as one for the packed file."""
        if not self.packing:
            return found
        around = N_("packed as {kinds}").format(kinds=" + ".join(self.packing))
        inside = [N_("file '{name}'").format(name=self.member)] if self.member else []
        why = " · ".join([around, *inside, found.why])
        return replace(found, reading=self.marked(found.reading), why=why)

    def marked(self, reading: Reading) -> Reading:
        """Return a reading that names the packing and the member."""
        return replace(reading, compression="+".join(self.packing) or None, member=self.member)


class Opening:
    """Opens files, unpacked; thread-safe. Copies of packed ones lie in `folder`."""

    def __init__(self, folder: Path, *, limit_mib: int) -> None:
        self._copies = UnpackedCopies(folder)
        self._limit_mib = limit_mib

    def members(self, path: Path, name: str) -> list[Part]:
        """Return the files in an archive; none where the file is something else.

        Raises:
            SourceError: it is broken or holds too much.
        """
        if not is_archive(path, read_head(path, name)):
            return []
        return members(path, name, limit_mib=self._limit_mib)

    @contextmanager
    def opened(
        self, path: Path, name: str, member: str | None = None, *, progress: Progress | None = None
    ) -> Iterator[Opened]:
        """Give a file's own bytes.

        Args:
            path: The file.
            name: What it is called.
            member: Which file of an archive; may be left out where it holds one only.
            progress: Told while it is unpacked.

        Raises:
            NotATableError: it is an archive of several files and none was named, or packed too many times.
            ProtectedFileError, DamagedFileError, FileTooLargeError: it cannot be unpacked.
            DiskFullError: there is no room for what is inside.
        """
        with self._opened(Opened(path, name), member, progress or SilentProgress(), _DEPTH) as opened:
            yield opened

    def close(self) -> None:
        """Remove the copies."""
        self._copies.close()

    @contextmanager
    def _opened(self, outer: Opened, member: str | None, progress: Progress, depth: int) -> Iterator[Opened]:
        head = read_head(outer.path, outer.name)
        kind = compression_of(head)
        archive = kind is None and is_archive(outer.path, head)
        if not kind and not archive:
            yield outer
            return
        if not depth:
            raise NotATableError(outer.name, _("is packed too many times."), hint=_("Unpack it first."))
        limit = self._limit_mib

        if kind:

            def write(target: Path) -> None:
                unpack(outer.path, kind, target, name=outer.name, limit_mib=limit, progress=progress)

            inside = Opened(outer.path, name_inside(outer.name, kind), (*outer.packing, kind), outer.member)
        else:
            wanted = self._member(outer, member)

            def write(target: Path) -> None:
                unpack_member(outer.path, wanted, target, name=outer.name, limit_mib=limit, progress=progress)

            inside = Opened(outer.path, base_name(wanted), (*outer.packing, ZIP), wanted)
        with (
            self._copies.borrow(outer.path, inside.member or kind or "", write) as path,
            self._opened(replace(inside, path=path), None, progress, depth - 1) as innermost,
        ):
            yield innermost

    def _member(self, outer: Opened, wanted: str | None) -> str:
        found = members(outer.path, outer.name, limit_mib=self._limit_mib)
        fitting = matching(found, wanted) if wanted else [part for part in found if not part.hidden] or found
        if len(fitting) == 1:
            return fitting[0].name
        raise NotATableError(
            outer.name,
            _("has no file '{member}' in it.").format(member=wanted)
            if wanted and not fitting
            else _("holds several files, of which one must be chosen."),
            hint=_("Choose one of: {names}.").format(names=some_names([part.name for part in found])),
        )


def base_name(member: str) -> str:
    """Return what a member is called without the folders it is in."""
    return posixpath.basename(member.replace("\\", "/")) or member
