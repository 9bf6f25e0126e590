"""The public sets of text files that readings are measured on: where they lie, what is true of each file.

Used by `bench_readings` and by the integration tests of the same sets. Nothing is copied: the sets lie beside the
project, and Pollock is unpacked to a scratch folder.
"""

import csv
import json
import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"

Table = list[list[str]]

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "vslash": "|", "space": " ", "colon": ":"}
QUOTES = {"doublequote": '"', "singlequote": "'", "": None}
_SNIFFED = (
    ("CSV", "Dialect_annotations.txt"),
    ("W3C-CSVW", "W3C-CSVW-Dialect_annotations.txt"),
)


def read_table(path: Path) -> Table:
    """Return the cells of an RFC 4180 file."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


# ---- csv-spectrum, csv-test-data ------------------------------------------------------------------------------


def spectrum_files() -> list[Path]:
    """Return the files of csv-spectrum."""
    return sorted((SHARED / "csv-spectrum" / "csvs").glob("*.csv"))


def spectrum_is_exact(path: Path, table: Table) -> bool:
    """Tell whether a table says what the set's JSON says of its file."""
    expected = json.loads((path.parent.parent / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
    found = [dict(zip(table[0], row, strict=True)) for row in table[1:]]
    if path.stem == "location_coordinates":  # there the set's JSON has another telephone number than its CSV
        for record in [expected, *found]:
            record.pop("Contact Phone Number")
        expected = [expected]
    return bool(found == expected)


def rfc_files() -> list[Path]:
    """Return the files of csv-test-data that hold anything."""
    return [p for p in sorted((SHARED / "csv-test-data" / "csv").glob("*.csv")) if p.stat().st_size]


def rfc_truth(path: Path) -> Table | None:
    """Return the cells of a valid file of csv-test-data; None for a bad one."""
    if path.stem.startswith("bad-"):
        return None
    truth: Table = json.loads((path.parent.parent / "json" / f"{path.stem}.json").read_text(encoding="utf-8"))
    return truth


# ---- Pollock --------------------------------------------------------------------------------------------------


def unpack_pollock(folder: Path) -> Path:
    """Unpack the half of Pollock; return the folder that holds `csv`, `clean` and `parameters`."""
    with tarfile.open(SHARED / "pollock-half.tar.xz") as archive:
        for member in archive:  # not `extractall`: how it is told to be careful differs between Pythons
            content = archive.extractfile(member) if member.isfile() and ".." not in member.name else None
            if content is not None:
                target = folder / member.name
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content.read())
    return folder / "polluted_files"


def pollock_parameters(root: Path, path: Path) -> dict[str, Any]:
    """Return the true dialect of a file of Pollock."""
    text = (root / "parameters" / f"{path.name}_parameters.json").read_text(encoding="utf-8")
    parameters: dict[str, Any] = json.loads(text)
    return parameters


def pollock_kind(path: Path) -> str:
    """Return what was done to a file of Pollock: "row_less_sep"."""
    words = [word for word in path.stem.split("_") if not any(letter.isdigit() for letter in word)]
    return "_".join(words[:3])


def pollock_score(truth: Table, found: Table | None, *, headed: bool) -> float:
    """Return Pollock's own measure of one file, 0 to 10.

    One point for having read it, and precision, recall and F1 of header cells, records and cells, each as a
    multiset; cells are compared as text.
    """
    if not found:
        return 0.0
    score = 1.0
    head = 1 if headed else 0
    parts = (
        (truth[0] if headed else [], found[0] if headed else []),
        ([tuple(row) for row in truth[head:]], [tuple(row) for row in found[head:]]),
        ([cell for row in truth[head:] for cell in row], [cell for row in found[head:] for cell in row]),
    )
    return score + sum(_agreement(true, got) for true, got in parts)


def _agreement(true: Sequence[object], got: Sequence[object]) -> float:
    """Return precision + recall + F1 of two multisets."""
    if not true:
        return 3.0
    common = (Counter(true) & Counter(got)).total()
    if not common:
        return 0.0
    precision, recall = common / len(got), common / len(true)
    return precision + recall + 2 * precision * recall / (precision + recall)


# ---- CSVsniffer -----------------------------------------------------------------------------------------------


_ANSI = {"ansi": "windows-1252"}
"""What Windows calls its own code page."""


@dataclass(frozen=True, slots=True)
class Sniffed:
    """One file of CSVsniffer with what people say of it."""

    path: Path
    encoding: str
    delimiter: str
    quote: str | None


def sniffer_files(folder: str) -> Iterator[Sniffed]:
    """Yield the annotated files of one of the two folders, `CSV` and `W3C-CSVW`, that are here."""
    root = SHARED / "csvsniffer"
    annotations = dict(_SNIFFED)[folder]
    for line in (root / annotations).read_text(encoding="utf-8").splitlines()[1:]:
        name, encoding, delimiter, quote, *_ = line.split("|")
        path = root / folder / name
        if path.exists():
            yield Sniffed(path, encoding, DELIMITERS[delimiter], QUOTES[quote])


def same_encoding(path: Path, annotated: str, found: str) -> bool:
    """Tell whether two names mean the same for this file: plain ASCII is all of them at once."""
    try:
        return path.read_bytes().decode(_ANSI.get(annotated, annotated)) == path.read_bytes().decode(found)
    except (UnicodeError, LookupError):
        return False


def can_be(path: Path, annotated: str) -> bool:
    """Tell whether a file's bytes are possible in the encoding that people noted down; of some they are not."""
    try:
        path.read_bytes().decode(_ANSI.get(annotated, annotated))
    except UnicodeError:
        return False
    return True
