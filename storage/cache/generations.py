"""How often each tag was invalidated, as all processes of a profile see it.

Used by the cache to name its entries: the present generation of every tag is part of an entry's name, so an
invalidation makes old entries unreachable at once, in every process and layer, and an answer whose computation
began before it is stored under a name nobody asks for any more.

A generation is the content of a small file: 16 random bytes, overwritten in place by an invalidation. No lock,
no database, nothing to be damaged: other bytes are just another generation. A tag nobody has asked about has no
file, so a commit that touches it costs one failed open. A power cut may bring old bytes back; therefore the run
of the machine belongs to the name of everything that has a tag.
"""

import os
import secrets
import threading
from collections.abc import Collection, Iterable
from pathlib import Path

from blake3 import blake3

from storage.processes import boot_id

_ERA = ""
"""The tag every entry has; a new era makes everything unreachable."""

_BYTES = 16


class Generations:
    """The generations below one folder; thread-safe, shared with other processes through the files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unsaid: set[str] = set()
        self._lock = threading.Lock()

    def stamp(self, tags: Collection[str]) -> bytes | None:
        """Return what tells the present generation of all the tags from any earlier one.

        None means that it cannot be told (the folder cannot be written, or an invalidation has not been
        published yet): nothing may be cached then.
        """
        try:
            if self._unsaid:
                self._say_again()
            generations = b"".join(self._read(tag) for tag in (_ERA, *sorted(tags)))
        except OSError:
            return None
        return generations + boot_id().encode() if tags else generations

    def advance(self, tags: Iterable[str]) -> None:
        """Begin a new generation of each tag; when this fails nothing is cached here until it could be done."""
        for tag in tags:
            try:
                self._advance(tag)
            except OSError:
                with self._lock:
                    self._unsaid.add(tag)

    def advance_era(self) -> None:
        """Begin a new generation of everything."""
        self.advance([_ERA])

    def _read(self, tag: str) -> bytes:
        """Return a tag's generation; it is made when nobody has asked before."""
        path = self._path(tag)
        try:
            generation = path.read_bytes()
        except FileNotFoundError:
            return self._make(path)
        return generation if len(generation) == _BYTES else self._make(path, cut_short=True)

    def _make(self, path: Path, *, cut_short: bool = False) -> bytes:
        """Make a tag's file and return its generation, or that of whoever was faster."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
        generation = secrets.token_bytes(_BYTES)
        try:
            part.write_bytes(generation)
            if cut_short:
                part.replace(path)
            else:
                _place(part, path)
        finally:
            part.unlink(missing_ok=True)
        # What lies there now was made, or advanced, by somebody after we found nothing: each is as good as ours.
        present = path.read_bytes()
        return present if len(present) == _BYTES else generation

    def _advance(self, tag: str) -> None:
        path = self._path(tag)
        try:
            with path.open("r+b", buffering=0) as file:
                file.write(secrets.token_bytes(_BYTES))
        except FileNotFoundError:
            return  # nobody has asked about this tag
        except OSError:
            path.unlink()  # needs no room on a full disk; who asks next begins a new generation

    def _say_again(self) -> None:
        with self._lock:
            for tag in list(self._unsaid):
                self._advance(tag)
                self._unsaid.discard(tag)

    def _path(self, tag: str) -> Path:
        return self._folder / blake3(tag.encode()).hexdigest()[:32]


def _place(part: Path, path: Path) -> None:
    """Give the file its name, unless there is one already: all processes that begin together share the first."""
    try:
        if os.name == "nt":
            part.rename(path)
        else:
            path.hardlink_to(part)
    except FileExistsError:
        return
    except OSError:  # a file system without links; two generations then only cost a computation
        part.replace(path)
