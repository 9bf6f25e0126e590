"""Reads JSON: a list of objects, of lists or of values, or one object that holds a list, or is the record itself.

Used by the registry of readers. A record is an element of the list. Numbers keep every digit, nested values stay
the JSON they are; memory holds a few megabytes, however long the list is.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from analysis.readings.model import ANY, NO_CORRECTIONS, Candidate, Choice, Judgement, Loaded
from analysis.readings.records.headings import LIKELY, names_columns, titles
from analysis.readings.records.intake import Intake
from analysis.readings.records.json_layout import Form, Layout, Listing, look
from analysis.readings.records.json_scan import JsonError, Pairs, Value, scan, scan_document, skip_space
from analysis.readings.records.json_walk import JsonWalk
from analysis.readings.records.kinds import RawJson
from analysis.readings.records.sampling import candidate, counted
from analysis.readings.records.text_pieces import encoding_of
from core.config import AppConfig
from core.errors import DamagedFileError, NotATableError
from core.i18n import N_, _
from core.progress import PartOfProgress, Progress
from core.types import Correction, FileFormat, Flag, LineAction, Reading
from storage.duck import DuckEngine

_NAMES: Final = (".json", ".geojson", ".topojson", ".har", ".ipynb", ".webmanifest")
_OTHER_MAGIC: Final = (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"ARROW1")
_REPORT_EVERY: Final = 2_000
_WORDS: Final = {Form.OBJECTS: N_("object"), Form.LISTS: N_("list"), Form.VALUES: N_("value")}
_LISTS: Final = {
    Form.OBJECTS: N_("list of objects"),
    Form.LISTS: N_("list of lists"),
    Form.VALUES: N_("list of values"),
}
_VALUE_COLUMN: Final = "value"
_SHORT: Final = N_("Record {number} has {found} values where {expected} are expected; the rest is empty.")
_LONG: Final = N_(
    "Record {number} has {found} values where {expected} are expected; the others are in columns of their own."
)
_TWICE: Final = N_("Record {number} has '{key}' more than once; the last value is kept.")


class JsonReader:
    """The reader of JSON files; holds no state, so it is thread-safe."""

    formats: tuple[FileFormat, ...] = (FileFormat.JSON,)

    def __init__(self, duck: DuckEngine, config: AppConfig) -> None:
        self._duck = duck
        self._max_columns = config.imports.max_columns

    def recognises(self, path: Path, head: bytes, name: str) -> bool:  # noqa: ARG002 - the protocol's signature
        """Tell whether the file is JSON.

        A name that says so is believed, so that damaged JSON is told as damaged and not read as odd text; without
        it the beginning must be JSON that no other format would have.
        """
        if head.startswith(_OTHER_MAGIC):
            return False
        return name.lower().endswith(_NAMES) or _begins_as_json(head)

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:  # noqa: ARG002 - one table only
        """Find the list of records in the first megabytes; see `model.Reader`."""
        layout = look(path, name)
        found = [each for listing in layout.listings for each in _candidates_of(listing, layout)]
        if layout.outer == "{" and (layout.complete or not layout.listings):
            found.append(_whole_object(path, name, layout))
        found.sort(key=lambda each: -each.reading.confidence)
        if not found[0].columns:
            raise NotATableError(name, _("is valid JSON, but empty, so there is nothing to import."))
        return Judgement(tuple(each for each in found if each.columns)[:3])

    def load(
        self,
        path: Path,
        reading: Reading,
        out: Path,
        *,
        name: str,
        progress: Progress,
        corrections: Mapping[int, Correction] = NO_CORRECTIONS,
    ) -> Loaded:
        """Write the table and the ledger; see `model.RecordReader`."""
        with self._intake(out, name, corrections) as intake:
            shape = _Filling(path, name, reading, intake).run(PartOfProgress(progress, 0.0, 0.7))
            rest = PartOfProgress(progress, 0.7, 1.0)
            return intake.finish(self._duck, reading, rest, decimals=True, names=shape)

    def cells(
        self,
        path: Path,
        reading: Reading,
        *,
        name: str,
        progress: Progress,
        corrections: Mapping[int, Correction] = NO_CORRECTIONS,
    ) -> Iterator[list[str]]:
        """Yield the records as text; see `model.RecordReader`."""
        with (
            tempfile.TemporaryDirectory(prefix="cells-") as folder,
            self._intake(Path(folder), name, corrections) as intake,
        ):
            names = _Filling(path, name, reading, intake).run(progress)
            rows = intake.staging.texts()
            keys = next(rows)
            if reading.header_rows:
                yield list(names or keys)
            yield from rows

    def raw_records(self, path: Path, reading: Reading, *, name: str) -> Iterator[tuple[int, bytes]]:
        """Yield number and text of each element; see `model.RecordReader`."""
        listing = _listing(path, name, reading)
        with JsonWalk(path, name) as walk:
            if listing is None:
                yield 1, _bytes(walk.value()[1], reading)
                return
            for key in walk.members() if listing.key is not None else ():
                if key == listing.key and walk.peek() == "[":
                    break
                walk.value()
            above = 1 if listing.form is Form.LISTS and reading.header_rows else 0
            for number, (_value, raw) in enumerate(walk.elements(), 1):
                if number > above:
                    yield number, _bytes(raw, reading)

    def _intake(self, out: Path, name: str, corrections: Mapping[int, Correction]) -> Intake:
        return Intake(out, file_name=name, unit="record", max_columns=self._max_columns, corrections=corrections)


@dataclass(slots=True)
class _Filling:
    """Passes once through a file and hands every record to the intake."""

    path: Path
    name: str
    reading: Reading
    intake: Intake
    seen: int = 0
    width: int = 0

    def run(self, progress: Progress) -> list[str] | None:
        """Return what the file calls the columns, or None where their keys say it."""
        listing = _listing(self.path, self.name, self.reading)
        with JsonWalk(self.path, self.name) as walk:
            if listing is None:
                value, raw = walk.value()
                self._take(Form.OBJECTS, value, raw)
                names = None
            elif listing.key is None:
                names = self._list(walk, listing, progress)
            else:
                names = self._member_list(walk, listing, progress)
            walk.end()
        return names

    def _member_list(self, walk: JsonWalk, listing: Listing, progress: Progress) -> list[str] | None:
        names: list[str] | None = None
        met = False
        for key in walk.members():
            if key == listing.key and not met and walk.peek() == "[":
                met = True
                names = self._list(walk, listing, progress)
                continue
            _, raw = walk.value()
            self._beside(key, raw, LineAction.FOOTER if met else LineAction.PREAMBLE, again=key == listing.key)
        return names

    def _beside(self, key: str, raw: str, action: LineAction, *, again: bool) -> None:
        reason = N_("'{key}' stands beside the list of records.").format(key=key)
        if again:
            reason = N_("'{key}' is there a second time; the first one is the table.").format(key=key)
            self.intake.flag(Flag("duplicate_key", "rejected", reason, line=self.seen, column=None))
        text = f'"{key}": {raw}'
        self.intake.put_aside(action, line=self.seen, raw=self._raw(text), reason=reason)

    def _list(self, walk: JsonWalk, listing: Listing, progress: Progress) -> list[str] | None:
        form = listing.form
        names = self._columns(listing, form)
        elements = walk.elements()
        if form is Form.LISTS and self.reading.header_rows:
            _, raw = next(elements)
            self.seen = 1
            self.intake.put_aside(
                LineAction.HEADER, line=1, raw=self._raw(raw), reason=N_("It names the columns.")
            )
        for value, raw in elements:
            self._take(form, value, raw)
            if self.seen % _REPORT_EVERY == 0:
                progress.report(walk.done, N_("reading record {seen}").format(seen=f"{self.seen:,}"))
        return self._all_names(names) if form is Form.LISTS else None

    def _columns(self, listing: Listing, form: Form) -> list[str]:
        """Fix the columns of lists, which have positions and no keys."""
        if form is not Form.LISTS:
            return []
        rows = [value.items or [] for value in listing.elements]
        header = rows[0] if self.reading.header_rows else None
        self.width = len(header) if header is not None else max(map(len, rows))
        self.intake.staging.declare(str(at) for at in range(self.width))
        return titles(header, self.width)

    def _all_names(self, names: list[str]) -> list[str]:
        return names + [""] * (len(self.intake.staging.keys) - len(names))

    def _take(self, form: Form, value: Value, raw: str) -> None:
        self.seen += 1
        if self.seen in self.intake.corrections and self._corrected(form, raw):
            return
        members = members_of(form, value, raw)
        if members is None:
            reason = N_("Record {number} is no {form}, as the others are.").format(
                number=f"{self.seen:,}", form=_WORDS[form]
            )
            self.intake.reject(line=self.seen, raw=self._raw(raw), reason=reason)
        elif value.twice and form is Form.OBJECTS:
            take_with_duplicates(self.intake, members, value.twice, line=self.seen, raw=self._raw(raw))
        elif form is Form.LISTS and len(members) != self.width:
            self._take_ragged(members, raw)
        else:
            self.intake.load(members, line=self.seen, chars=len(raw))

    def _corrected(self, form: Form, raw: str) -> bool:
        """Take a record as a person set it right; no, if this is not the one they meant."""
        fix = self.intake.correction(self.seen, self._raw(raw))
        if fix is None:
            return False
        if not fix.text.strip():
            self.intake.leave_out(line=self.seen, raw=self._raw(raw))
            return True
        try:
            members = members_of(form, scan_document(fix.text), fix.text)
        except JsonError:
            members = None
        self.intake.correct(members, line=self.seen, raw=self._raw(raw))
        return True

    def _raw(self, raw: str) -> bytes:
        return _bytes(raw, self.reading)

    def _take_ragged(self, members: Pairs, raw: str) -> None:
        short = len(members) < self.width
        message = (_SHORT if short else _LONG).format(
            number=f"{self.seen:,}", found=f"{len(members):,}", expected=f"{self.width:,}"
        )
        flag = Flag("missing_field" if short else "extra_field", "repaired", message, line=self.seen)
        self.intake.repair(members, line=self.seen, raw=self._raw(raw), flag=flag)


def _listing(path: Path, name: str, reading: Reading) -> Listing | None:
    """Return the list a reading means; None where the outer object is the one record."""
    layout = look(path, name)
    key = reading.sheet
    if layout.outer == "{" and key is None:
        return None
    for listing in layout.listings:
        if listing.key == key:
            return listing
    raise DamagedFileError(name, _("has no list of records in '{key}'.").format(key=key))


def members_of(form: Form, value: Value, raw: str) -> Pairs | None:
    """Return the record an element is, or None if it is none of this form."""
    if form is Form.OBJECTS:
        return value.pairs
    if form is Form.LISTS:
        return None if value.items is None else [(str(at), cell) for at, cell in enumerate(value.items)]
    nested = value.pairs is not None or value.items is not None
    return [(_VALUE_COLUMN, RawJson(raw) if nested else value.scalar)]


def take_with_duplicates(intake: Intake, members: Pairs, twice: Sequence[str], *, line: int, raw: bytes) -> None:
    """Take an object that has a key more than once: the last value is in the table, all of them in the ledger."""
    flags = [
        Flag("duplicate_key", "repaired", _TWICE.format(number=f"{line:,}", key=key), line=line, column=key)
        for key in twice
    ]  # fmt: skip
    intake.repair(members, line=line, raw=raw, flag=flags[0])
    for flag in flags[1:]:
        intake.flag(flag)


def _candidates_of(listing: Listing, layout: Layout) -> list[Candidate]:
    if listing.form is Form.LISTS:
        return _candidates_of_lists(listing, layout)
    certain = {Form.OBJECTS: 0.99, Form.VALUES: 0.75}[listing.form]
    if listing.key is not None:
        certain = 0.95 if len(layout.listings) == 1 else 0.5
    found = [
        (number, members)
        for number, value in enumerate(listing.elements, 1)
        if (members := members_of(listing.form, value, "")) is not None
    ]
    rows, lines = 1 if listing.form is Form.OBJECTS else 0, [number for number, _ in found]
    records = [members for _, members in found]
    return [_candidate(listing, layout, records, certain, header_rows=rows, lines=lines)]


def _candidates_of_lists(listing: Listing, layout: Layout) -> list[Candidate]:
    placed = [(number, each.items) for number, each in enumerate(listing.elements, 1) if each.items is not None]
    rows, lines = [row for _, row in placed], [number for number, _ in placed]
    header = names_columns(rows[0], rows[1:]) if len(rows) > 1 and listing.elements[0].items is not None else 0.0
    width = max(map(len, rows))

    def one(certain: float, header_rows: int) -> Candidate:
        names = titles(rows[0] if header_rows else None, width)
        records = [[(str(at), cell) for at, cell in enumerate(row)] for row in rows[header_rows:]]
        below = lines[header_rows:]
        return _candidate(listing, layout, records, certain, header_rows=header_rows, lines=below, names=names)

    if header == 0.0:
        return [one(0.9, 0)]
    return [one(header, 1)] + ([one(1 - LIKELY, 0)] if header == LIKELY else [])


def _candidate(
    listing: Listing,
    layout: Layout,
    records: Sequence[Pairs],
    confidence: float,
    *,
    header_rows: int,
    lines: Sequence[int],
    names: list[str] | None = None,
) -> Candidate:
    word = _WORDS[listing.form]
    listed = _LISTS[listing.form] if listing.count is None else counted(listing.count, f"list of {word}")
    why = ["JSON", listed]
    if listing.key is not None:
        why.append(N_("in '{key}'").format(key=listing.key))
    if listing.form is Form.LISTS:
        why.append(N_("the first names the columns") if header_rows else N_("no header"))
    reading = Reading(
        FileFormat.JSON,
        encoding=layout.encoding,
        header_rows=header_rows,
        confidence=confidence,
        sheet=listing.key,
    )
    complete = listing.count is not None and listing.count == len(listing.elements)
    return candidate(
        records, reading, " · ".join(why), decimals=True, complete=complete, titles=names, lines=lines
    )


def _whole_object(path: Path, name: str, layout: Layout) -> Candidate:
    """Return the candidate that takes the outer object as the one record."""
    with JsonWalk(path, name) as walk:
        value, _ = walk.value()
    reading = Reading(
        FileFormat.JSON,
        encoding=layout.encoding,
        header_rows=1,
        null_words=(),
        confidence=0.2 if layout.listings else 0.75,
    )
    why = f"JSON · {N_('one object as the only record')} · {counted(len(value.pairs or ()), 'member')}"
    return candidate([value.pairs or []], reading, why, decimals=True, complete=layout.complete)


def _begins_as_json(head: bytes) -> bool:
    """Tell whether the first bytes are an object or a list of JSON, whole or cut off."""
    encoding, mark = encoding_of(head)
    text = head[mark:].decode(encoding, "ignore")
    start = skip_space(text, 0)
    if text[start : start + 1] not in ("{", "["):
        return False
    try:
        value = scan(text, start)
    except JsonError as error:
        return error.cut and error.position > start + 1
    return skip_space(text, value.end) == len(text)


def _bytes(raw: str, reading: Reading) -> bytes:
    """Return the text of a record in the file's own encoding."""
    return raw.encode(reading.encoding or "utf-8", "surrogatepass")
