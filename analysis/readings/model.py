"""What judging and loading a file give: candidates, a judgement, what was loaded; and what a reader is.

Shared by all readers below this package and by their callers. No I/O.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, Protocol, Self

from core.progress import Progress
from core.types import Column, Correction, FileFormat, Flag, Json, Ledger, Reading

PREVIEW_ROWS = 50
"""Most records a candidate shows."""


@dataclass(frozen=True, slots=True)
class Score:
    """What the judge weighed, each from 0 to 1; `total` is the reading's confidence.

    Attributes:
        consistency: Share of the sampled records that have the table's width.
        plausibility: How much the cells look like something.
        explained: Share of the sampled lines that become records, header, or a named part around the table.
        repaired: Share of the sampled records that obey the rules without repair.
        total: The confidence.
    """

    consistency: float
    plausibility: float
    explained: float
    repaired: float
    total: float


@dataclass(frozen=True, slots=True)
class Guess:
    """What is known of the type of one column, from a sample or from the whole file.

    Attributes:
        column: Its name in the table.
        stored: The SQL type its cells have or get; every cell can be given back exactly as found.
        offered: A type a person may want; not taken by itself, since some cell would not say the same in it.
        share: Share of the filled cells that fit `offered` (without one, `stored`) exactly, 0..1.
        counterexamples: Line and cell of the first ones that do not; a person decides what they mean.
        note: Why, in English; `core.i18n.retold` says it to a person. Empty where there is nothing to say.
        writing: The written form of the cells, such as "date_dmy_dots"; what turns a value back into its text.
        kept: How many cells say more than their value; their text lies in `texts.parquet`.
        files: The file of each counterexample, where several files became one table; else empty.
    """

    column: str
    stored: str
    offered: str | None = None
    share: float = 1.0
    counterexamples: tuple[tuple[int, str], ...] = ()
    note: str = ""
    writing: str = "text"
    kept: int = 0
    files: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Json]:
        """Return the JSON form."""
        return {
            "column": self.column,
            "stored": self.stored,
            "offered": self.offered,
            "share": self.share,
            "counterexamples": [[line, cell] for line, cell in self.counterexamples],
            "note": self.note,
            "writing": self.writing,
            "kept": self.kept,
            **({"files": list(self.files)} if self.files else {}),
        }

    def examples(self) -> list[tuple[str | None, int, str]]:
        """Return the counterexamples, each with its file where several became one table."""
        files = self.files or (None,) * len(self.counterexamples)
        return [(file, *found) for file, found in zip(files, self.counterexamples, strict=True)]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Build the guess that `to_dict` described."""
        examples = tuple((int(line), str(cell)) for line, cell in data["counterexamples"])
        return cls(**{**data, "counterexamples": examples, "files": tuple(data.get("files") or ())})


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to read a file.

    `preview` holds the first records as text, one tuple per record, None for an empty value. `why` is the reading
    in words, as the Import page shows it. `reasons` say, a sentence each, what speaks for it and against it.
    `differs` counts the cells of the preview that differ from the best candidate's; 0 for the best one. `guesses`
    tell, column by column, what the sample says about the types. `sampled` are line and texts of the records that
    were looked at, for whoever says something about types; empty once it was said.
    """

    reading: Reading
    columns: tuple[Column, ...]
    preview: tuple[tuple[str | None, ...], ...]
    why: str
    score: Score | None = None
    reasons: tuple[str, ...] = ()
    differs: int = 0
    guesses: tuple[Guess, ...] = ()
    sampled: tuple[tuple[int, tuple[str | None, ...]], ...] = ()


PartKind = Literal["sheet", "table", "member"]
"""What a part of a file is called; the fields of a `Reading` and a `Choice` that name it are called the same."""


@dataclass(frozen=True, slots=True)
class Part:
    """One of several tables a file holds, from which one is chosen: a sheet, a table, a file in an archive.

    `rows` is None where counting would cost more than a moment. `hidden` tells that the program that wrote the
    file does not show it (a hidden sheet, a table of the database's own). `size_bytes` is a member's, unpacked.
    """

    name: str
    kind: PartKind
    rows: int | None = None
    hidden: bool = False
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """Which part of a file is wanted; None where the judge shall choose."""

    sheet: str | None = None
    table: str | None = None
    member: str | None = None

    @classmethod
    def of(cls, part: Part) -> "Choice":
        """Return the choice of a part."""
        return cls(**{part.kind: part.name})

    @classmethod
    def from_args(cls, args: Mapping[str, object] | None) -> "Choice":
        """Return what `to_args` described; None is `ANY`."""
        named = {kind: str(args[kind]) for kind in ("sheet", "table", "member") if args and args.get(kind)}
        return cls(**named)

    def to_args(self) -> dict[str, str]:
        """Return what is chosen, in JSON's terms."""
        return {kind: name for kind, name in asdict(self).items() if name is not None}

    @classmethod
    def in_reading(cls, reading: Reading) -> "Choice":
        """Return what a reading chose."""
        return cls(reading.sheet, reading.table, reading.member)


ANY = Choice()
"""Nothing is chosen."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The candidate readings of a file, best first; at least one.

    `parts` are all tables the file holds, in its own order; empty where it is one table by nature. The candidates
    are readings of the part that was asked for, or of the first ones that hold something.
    """

    candidates: tuple[Candidate, ...]
    parts: tuple[Part, ...] = ()

    @property
    def best(self) -> Candidate:
        """The reading that is taken when nobody says otherwise."""
        return self.candidates[0]


@dataclass(frozen=True, slots=True)
class Loaded:
    """What became of a file: `reading` is complete, with the column types as they were stored.

    `guesses` tell what the whole file says about the types; `corrections` are those that were applied, at the
    lines where they were found. `places` tell where in the file the rows are, where a row's number (from 1) is not
    its line: from each of these rows on, so much is added to it.
    """

    rows: int
    columns: tuple[Column, ...]
    reading: Reading
    ledger: Ledger
    flags: tuple[Flag, ...]
    guesses: tuple[Guess, ...] = ()
    corrections: tuple[Correction, ...] = ()
    places: tuple[tuple[int, int], ...] = ()


NO_CORRECTIONS: Mapping[int, Correction] = MappingProxyType({})
"""No record was set right by hand."""


class Reader(Protocol):
    """Reads the files of some formats."""

    formats: tuple[FileFormat, ...]

    def recognises(self, path: Path, head: bytes, name: str) -> bool:
        """Tell by the first bytes (not by the name alone) whether the file is one of these formats."""

    def judge(self, path: Path, *, name: str, choice: Choice = ANY) -> Judgement:
        """Look at the file, not longer than a moment, and say how it can be read.

        Args:
            path: The file.
            name: What it is called.
            choice: Which sheet or table is wanted; of no meaning where there is but one.

        Raises:
            SourceError: it cannot; the class and the sentence say why.
        """

    def load(self, path: Path, reading: Reading, out: Path, *, name: str, progress: Progress) -> Loaded:
        """Write `out/data.parquet` (zstd) and `out/ledger.parquet`; nothing of the file disappears unseen.

        Raises:
            SourceError: the file is damaged or exceeds a limit.
            CancelledError: a person stopped it.
        """

    def cells(self, path: Path, reading: Reading, *, name: str, progress: Progress) -> Iterator[list[str]]:
        """Yield header (if the reading has one) and records as text, as found, all of the same width."""


class RecordReader(Reader, Protocol):
    """Reads files of which single records can be set right by hand."""

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
        """Write the table and the ledger; see `Reader`.

        Args:
            path: The file.
            reading: How to read it.
            out: Folder to write to.
            name: What the file is called.
            progress: Told how far it is.
            corrections: Records set right by hand, by the number each has in this file.
        """

    def cells(
        self,
        path: Path,
        reading: Reading,
        *,
        name: str,
        progress: Progress,
        corrections: Mapping[int, Correction] = NO_CORRECTIONS,
    ) -> Iterator[list[str]]:
        """Yield header and records as text; see `Reader` and `load`."""

    def raw_records(self, path: Path, reading: Reading, *, name: str) -> Iterator[tuple[int, bytes]]:
        """Yield number and bytes of each record, as its ledger has them, in order of the file."""
