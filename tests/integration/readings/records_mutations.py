"""Reads damaged copies of small files of all record formats; run as a process of its own, since one may crash.

`python -m tests.integration.readings.records_mutations FOLDER SEED COUNT` prints how many became tables and how
many were refused; anything but a sentence about the file ends it with a traceback.
"""

import io
import random
import sys
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq

from analysis.readings.model import Reader
from analysis.readings.records.json_reader import JsonReader
from analysis.readings.records.ndjson_reader import NdjsonReader
from analysis.readings.records.parquet_reader import ParquetReader
from analysis.readings.records.xlsx_reader import XlsxReader
from core.config import load_config
from core.errors import BestandError
from core.paths import ProfilePaths
from core.progress import SilentProgress
from storage.duck import DuckEngine

_JSON = '[{"id": 1, "näme": "x\\u0041", "v": -1.5e3, "in": {"a": [true, null]}}, {"id": 22222222222222222222}]'


def originals() -> dict[str, bytes]:
    """A sound file of each format, by name."""
    table = pa.table(
        {
            "n": list(range(300)),
            "t": ["some text", "other"] * 150,
            "l": [[1, None], []] * 150,
            "d": pa.array([1] * 300, pa.decimal128(20, 2)),
        }
    )
    files = {}
    for name, options in (("plain", {"compression": "none"}), ("zstd", {"data_page_version": "2.0"})):
        buffer = io.BytesIO()
        pq.write_table(table, buffer, row_group_size=128, write_page_checksum=name == "zstd", **options)
        files[f"{name}.parquet"] = buffer.getvalue()
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["a", "b"], [1, "x"], [2.5, True], ["=1/0", None]):
        sheet.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    files["book.xlsx"] = buffer.getvalue()
    files["list.json"] = _JSON.encode()
    files["lines.ndjson"] = _JSON[1:-1].replace("}, {", "}\n{").encode()
    return files


def damaged(name: str, content: bytes, rng: random.Random) -> bytes:
    """Change some bytes of a file; of a workbook now and then inside one of its parts."""
    if name.endswith(".xlsx") and rng.random() < 0.7:
        return _damaged_part(content, rng)
    data = bytearray(content)
    for _ in range(rng.choice([1, 1, 2, 5])):
        at = rng.randrange(len(data))
        if rng.random() < 0.5:  # the end is where the structure is
            at = rng.randrange(max(len(data) * 3 // 4, 1), len(data))
        data[at] = rng.choice([0, 255, 127, data[at] ^ 1 << rng.randrange(8), rng.randrange(256)])
    if rng.random() < 0.1:
        del data[rng.randrange(len(data)) :]
    return bytes(data)


def _damaged_part(content: bytes, rng: random.Random) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w") as out:
        names = source.namelist()
        victim = rng.choice(names)
        for name in names:
            part = source.read(name)
            out.writestr(name, damaged("part", part, rng) if name == victim and part else part)
    return target.getvalue()


def outcome(reader: Reader, path: Path, out: Path) -> str:
    """Read one file to its end, by all ways there are."""
    try:
        reading = reader.judge(path, name=path.name).best.reading
        loaded = reader.load(path, reading, out, name=path.name, progress=SilentProgress())
        for _ in reader.cells(path, reading, name=path.name, progress=SilentProgress()):
            pass
    except BestandError:
        return "refused"
    return "read" if loaded.ledger.adds_up() else "does not add up"


def main(folder: Path, seed: int, count: int) -> None:
    """Damage and read `count` files."""
    rng = random.Random(seed)
    paths = ProfilePaths(folder / "profile")
    paths.create()
    config = load_config(paths)
    duck = DuckEngine(config, paths)
    readers: dict[str, Reader] = {
        "parquet": ParquetReader(duck, config),
        "xlsx": XlsxReader(duck, config),
        "json": JsonReader(duck, config),
        "ndjson": NdjsonReader(duck, config),
    }
    files = originals()
    seen: Counter[str] = Counter()
    for number in range(count):
        name = rng.choice(sorted(files))
        path = folder / f"{number}-{name}"
        path.write_bytes(damaged(name, files[name], rng))
        out = folder / f"out-{number}"
        out.mkdir()
        seen[outcome(readers[name.rpartition(".")[2]], path, out)] += 1
        path.unlink()
    duck.close()
    sys.stdout.write(f"{dict(seen)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
