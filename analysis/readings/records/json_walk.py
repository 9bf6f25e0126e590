"""A JSON file as a stream of values, whatever its size: a window of text that moves over the file.

Used by the JSON reader. A value that reaches beyond the window is read again once more of the file is there; what
is wrong is told with its line.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Self

from analysis.readings.records.json_scan import JsonError, Value, scan, scan_key, skip_space
from analysis.readings.records.text_pieces import CHUNK_BYTES, VALUE_BYTES, TextPieces, too_long
from core.errors import DamagedFileError
from core.i18n import _, number, retold


class JsonWalk:
    """Walks through one file; a context manager.

    `text[position]` is where the walk is. The methods read more of the file when they need it; `text` and
    `position` then change, so a caller keeps neither.
    """

    def __init__(self, path: Path, file_name: str, *, at_most_bytes: int | None = None) -> None:
        """Open the file.

        Args:
            path: The file.
            file_name: What messages call it.
            at_most_bytes: Look at no more than about the first so many bytes.
        """
        self._pieces = TextPieces(path, file_name)
        self._file_name = file_name
        self._limit = at_most_bytes
        self._read_bytes = 0
        self._lines_before = 0
        self.text = ""
        self.position = 0

    def __enter__(self) -> Self:
        self._pieces.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._pieces.__exit__()

    @property
    def encoding(self) -> str:
        """The file's encoding."""
        return self._pieces.encoding

    @property
    def done(self) -> float:
        """How much of the file has been read, 0..1."""
        return self._pieces.done

    @property
    def line(self) -> int:
        """The physical line of the position, from 1."""
        return self._lines_before + self.text.count("\n", 0, self.position) + 1

    def peek(self) -> str:
        """Return the next character that is no white space, without passing it; empty at the end of the file."""
        while True:
            self.position = skip_space(self.text, self.position)
            if self.position < len(self.text):
                return self.text[self.position]
            if not self._more():
                return ""

    def take(self, expected: str) -> str:
        """Pass one of the expected characters and return it.

        Raises:
            DamagedFileError: something else comes next.
        """
        found = self.peek()
        if found and found in expected:
            self.position += 1
            return found
        wanted = " or ".join(f"'{char}'" for char in expected)
        if not found:
            raise self.damaged(f"the file ends where {wanted} is expected")
        raise self.damaged(f"'{found}' stands where {wanted} is expected")

    def value(self) -> tuple[Value, str]:
        """Read the next value and return it with its text.

        Raises:
            DamagedFileError: it is no JSON.
            FileTooLargeError: it alone is larger than a record may be.
        """
        self.peek()
        while True:
            try:
                value = scan(self.text, self.position)
            except JsonError as error:
                if error.cut and self._more():
                    continue
                raise self.damaged(error.reason, error.position) from error
            # A number at the end of the window may go on behind it.
            if value.end < len(self.text) or not self._more():
                raw = self.text[self.position : value.end]
                self.position = value.end
                return value, raw

    def key(self) -> str:
        """Read `"key":` and return the key.

        Raises:
            DamagedFileError: there is none.
        """
        self.peek()
        while True:
            try:
                key, position = scan_key(self.text, self.position)
            except JsonError as error:
                if error.cut and self._more():
                    continue
                raise self.damaged(error.reason, error.position) from error
            self.position = position
            return key

    def elements(self) -> Iterator[tuple[Value, str]]:
        """Pass through a list and yield each of its values with its text; raises as `value`."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        separator = ","
        while separator == ",":
            yield self.value()
            separator = self.take(",]")

    def members(self) -> Iterator[str]:
        """Pass through an object and yield each key; the caller reads the value behind it before the next one."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        separator = ","
        while separator == ",":
            yield self.key()
            separator = self.take(",}")

    def end(self) -> None:
        """Make sure that nothing but white space is left.

        Raises:
            DamagedFileError: there is more.
        """
        if self.peek():
            raise self.damaged("something follows the end of the value")

    def damaged(self, reason: str, position: int | None = None) -> DamagedFileError:
        """Return the error that names the line of `position` and what is wrong there."""
        if position is not None:
            self.position = min(position, len(self.text))
        return DamagedFileError(
            self._file_name,
            _("is no valid JSON: in line {line} {reason}.").format(line=number(self.line), reason=retold(reason)),
            hint=_("Correct that line, or rename the file if it is in another format."),
            line=self.line,
        )

    @property
    def stopped(self) -> bool:
        """Tell whether the walk has come to its limit, with more of the file behind it."""
        return self._limit is not None and self._read_bytes >= self._limit and not self._pieces.ended

    def _more(self) -> bool:
        """Read on; return False at the end of the file or of what may be looked at."""
        if self._pieces.ended or self.stopped:
            return False
        kept = len(self.text) - self.position
        if kept > VALUE_BYTES:
            raise too_long(self._file_name)
        self._lines_before += self.text.count("\n", 0, self.position)
        # Twice as much each time, so that a long value is not read again and again.
        size = max(min(CHUNK_BYTES, self._limit or CHUNK_BYTES), kept)
        self.text = self.text[self.position :] + self._pieces.read(size)
        self._read_bytes += size
        self.position = 0
        return True
