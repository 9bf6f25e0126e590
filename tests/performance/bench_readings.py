"""How text files are read beside other tools, on sets nobody here wrote: what is exact, what is silently wrong.

Every row counts what went wrong, so that less is better, and the target is the most that is allowed. Peers are
measured in the same run, on the same files. Sets that are not on this machine are left out. The promises behind
these figures are `tests/integration/readings/test_delimited_sets.py`.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from analysis.importing import Importer
from analysis.readings import Loaded, Readings
from core.config import AppConfig
from core.errors import BestandError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.open import Storage, open_storage
from tests.performance.bench_import import QUICK_ROWS, ROWS, table_file
from tests.performance.reading_peers import PEERS, SNIFFERS
from tests.performance.reading_sets import (
    SHARED,
    Sniffed,
    Table,
    can_be,
    pollock_kind,
    pollock_parameters,
    pollock_score,
    read_table,
    rfc_files,
    rfc_truth,
    same_encoding,
    sniffer_files,
    spectrum_files,
    spectrum_is_exact,
    unpack_pollock,
)

Row = dict[str, Any]
SNIFFER_TARGETS = {"CSV": 1 - 137 / 143, "W3C-CSVW": 1 - 214 / 218}
"""Share of files whose delimiter may be wrong: the plan's figures are for the whole sets, this is a part."""
JUDGE_S = 1.0
_QUICK_STEP = 12


def run(out: Path, quick: bool) -> list[Row]:
    """Measure and return the rows."""
    storage = open_storage(AppConfig(), ProfilePaths(out / "profile"))
    try:
        ours = Ours(storage, out)
        rows = [] if not SHARED.is_dir() else [*_spectrum(ours), *_rfc(ours), *_sniffer(ours)]
        if SHARED.is_dir():
            rows += _pollock(ours, unpack_pollock(out), _QUICK_STEP if quick else 1)
        return [*rows, _large(ours, out, quick=quick)]
    finally:
        storage.close()


class Ours:
    """What `bestand data read` does with a file."""

    def __init__(self, storage: Storage, out: Path) -> None:
        self.readings, self._out = Readings(storage), out / "read"
        self._importer = Importer(storage, self.readings)

    def read(self, path: Path) -> tuple[Table, Loaded]:
        """Return the cells as written, and what was told of them."""
        loaded, target = self._importer.read_file(path, self._out, progress=SilentProgress())
        table = read_table(target)
        target.unlink()
        if not loaded.ledger.adds_up():
            raise AssertionError(f"the ledger of {path.name} does not add up")
        return table, loaded

    def attempt(self, path: Path) -> tuple[Table | None, bool]:
        """Return the cells, None for a refused file, and whether a line or a column was flagged."""
        try:
            table, loaded = self.read(path)
        except BestandError:
            return None, True
        return table, bool(loaded.flags)


def _row(name: str, wrong: float, of: float, *, peer: float | None = None, target: float | None = None) -> Row:
    return {
        "name": f"{name} (of {of:,})", "ours": wrong, "peer": peer, "ratio": None, "target": target,
        "unit": "files",
    }  # fmt: skip


def _spectrum(ours: Ours) -> list[Row]:
    files = spectrum_files()
    wrong = sum(not spectrum_is_exact(path, ours.read(path)[0]) for path in files)
    return [_row("csv-spectrum: not exact", wrong, len(files), target=0)]


def _rfc(ours: Ours) -> list[Row]:
    valid = [path for path in rfc_files() if rfc_truth(path) is not None]
    bad = [path for path in rfc_files() if rfc_truth(path) is None]
    inexact = 0
    for path in valid:
        table, flagged = ours.attempt(path)
        inexact += table != rfc_truth(path) or flagged
    silent = sum(not ours.attempt(path)[1] for path in bad)
    return [
        _row("csv-test-data: valid, not exact or flagged", inexact, len(valid), target=0),
        _row("csv-test-data: bad, not flagged", silent, len(bad), target=0),
    ]


# ---- CSVsniffer -----------------------------------------------------------------------------------------------


def _sniffer(ours: Ours) -> list[Row]:
    rows = []
    for folder, share in SNIFFER_TARGETS.items():
        files = list(sniffer_files(folder))
        found = [ours.readings.judge(file.path).best.reading for file in files]
        pairs = list(zip(files, found, strict=True))
        delimiter = sum(file.delimiter != reading.delimiter for file, reading in pairs)
        peers = {name: _peer_wrong(sniff, files) for name, sniff in SNIFFERS.items()}
        best = min(peers.values())
        name = f"CSVsniffer {folder}"
        rows.append(
            _row(f"{name}: delimiter wrong", delimiter, len(files), peer=best, target=int(share * len(files)))
        )
        rows += [_row(f"{name}: delimiter wrong, {peer}", wrong, len(files)) for peer, wrong in peers.items()]
        possible = [(file, reading) for file, reading in pairs if can_be(file.path, file.encoding)]
        encoding = sum(
            not same_encoding(file.path, file.encoding, reading.encoding or "") for file, reading in possible
        )
        quote = sum(_quote_matters(file) and file.quote != reading.quote for file, reading in pairs)
        rows.append(_row(f"{name}: encoding reads other characters", encoding, len(possible)))
        rows.append(_row(f"{name}: quote wrong where there is one", quote, len(files)))
    return rows


def _quote_matters(file: Sniffed) -> bool:
    return (file.quote or '"').encode() in file.path.read_bytes()


def _peer_wrong(sniff: Callable[[Path], str | None], files: Sequence[Sniffed]) -> int:
    wrong = 0
    for file in files:
        try:
            wrong += sniff(file.path) != file.delimiter
        except Exception:
            wrong += 1
    return wrong


# ---- Pollock --------------------------------------------------------------------------------------------------


def _pollock(ours: Ours, root: Path, step: int) -> list[Row]:
    files = sorted((root / "csv").glob("*.csv"))[::step]
    counts: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    scores: dict[str, float] = dict.fromkeys(["ours", *PEERS], 0.0)
    for path in files:
        truth, parameters = read_table(root / "clean" / path.name), pollock_parameters(root, path)
        headed = bool(parameters["header_lines"])
        table, flagged = ours.attempt(path)
        kinds[pollock_kind(path)] += table != truth
        counts["inexact"] += table != truth
        counts["silent"] += table != truth and not flagged
        scores["ours"] += pollock_score(truth, table, headed=headed)
        for name, peer in PEERS.items():
            try:
                found: Table | None = peer(path, parameters)
            except Exception:
                found = None
            counts[name] += found != truth
            scores[name] += pollock_score(truth, found, headed=headed)
    return [*_pollock_rows(counts, kinds, scores, len(files)), _twins(ours, root, step)]


def _pollock_rows(counts: Counter[str], kinds: Counter[str], scores: dict[str, float], total: int) -> list[Row]:
    best = min(counts[name] for name in PEERS)
    rows = [
        _row("Pollock: silently damaged", counts["silent"], total, target=0),
        _row("Pollock: not cell-exact", counts["inexact"], total, peer=best, target=best - 1),
    ]
    rows += [_row(f"Pollock: not cell-exact, {name}", counts[name], total) for name in PEERS]
    rows += [_row(f"Pollock: not cell-exact, kind {kind}", wrong, total) for kind, wrong in kinds.items() if wrong]
    for name, score in scores.items():
        rows.append(
            {"name": f"Pollock: points short of 10, {name}", "ours": round(10 - score / total, 3), "peer": None,
             "ratio": None, "target": None, "unit": "points"}
        )  # fmt: skip
    return rows


def _twins(ours: Ours, root: Path, step: int) -> Row:
    twins = sorted((root / "clean").glob("*.csv"))[::step]
    wrong = 0
    for path in twins:
        table, flagged = ours.attempt(path)
        wrong += flagged or table != read_table(path)
    return _row("Pollock: clean twins flagged or not exact", wrong, len(twins), target=0)


# ---- size -----------------------------------------------------------------------------------------------------


def _large(ours: Ours, out: Path, *, quick: bool) -> Row:
    count = QUICK_ROWS if quick else ROWS
    file = table_file(out, count)
    start = time.perf_counter()
    ours.readings.judge(file)
    seconds = time.perf_counter() - start
    return {
        "name": f"judge a file of {count / 1e6:g}e6 rows", "ours": round(seconds, 3), "peer": None, "ratio": None,
        "target": JUDGE_S, "unit": "s",
    }  # fmt: skip
