"""How datasets and imports look to people on a terminal. Prints; decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from launcher.cli.output import count_text, size_text, tell, visible, write_json, write_line, write_table

if TYPE_CHECKING:
    from analysis.profile import TableProfile
    from app.features.datasets.actions import DatasetLine
    from core.types import Json

_FLAGS_SHOWN = 20


def show_list(lines: "Sequence[DatasetLine]", *, as_json: bool) -> None:
    """Print the datasets."""
    if as_json:
        for line in lines:
            write_json(asdict(line))
        return
    if not lines:
        tell("There is no dataset yet; `bestand data import FILE` makes one.")
        return
    write_table(
        ("name", "version", "rows", "columns", "size", "source", "changed"),
        [
            (d.name, d.version, count_text(d.rows), d.columns, size_text(d.size_bytes), d.source, d.changed_at)
            for d in lines
        ],
        right=("version", "rows", "columns", "size"),
    )


def show_import(line: "Mapping[str, Json]", candidates: "Sequence[Json]" = ()) -> None:
    """Print what became of one file; what went wrong goes to stderr."""
    error = line.get("error")
    if isinstance(error, dict):
        tell(str(error.get("message")))
        tell(str(error.get("hint")))
        _tell_candidates(candidates)
        return
    target = line.get("dataset") or line.get("out")
    version = f" v{line['version']}" if "version" in line else ""
    write_line(visible(f"{line['file']} → {target}{version}  {count_text(_number(line['rows']))} rows"))
    write_line(f"  {ledger_text(_mapping(line['ledger']))}")
    _write_flags(line["flags"])


def show_dataset(facts: Mapping[str, Any]) -> None:
    """Print everything about one dataset."""
    source = facts["source"]
    write_table(
        ("what", "value"),
        [
            ("dataset", facts["dataset"]),
            ("version", facts["version"]),
            ("rows", count_text(facts["rows"])),
            ("size", size_text(facts["size_bytes"])),
            ("source", source["name"] if source["kept"] else source["path"]),
            ("source digest", source["digest"]),
            ("reading", _reading_text(facts["reading"])),
            ("ledger", ledger_text(facts["ledger"])),
            ("created", facts["created_at"]),
            ("id", facts["dataset_id"]),
        ],
        cut=200,
    )
    write_line()
    columns = facts["columns"]
    write_table(
        ("column", "type", "in the file", "confidence"),
        [(c["name"], c["type"], c["source_name"], f"{c['confidence']:.2f}") for c in columns],
        right=("confidence",),
    )
    if facts["flags"]:
        write_line()
        _write_flags(facts["flags"])


def show_profile(profile: "TableProfile") -> None:
    """Print what the columns of a dataset hold; an estimate is marked by `~`."""
    write_table(
        ("column", "type", "missing", "different", "least", "greatest", "mean", "most frequent"),
        [
            (
                c.name,
                c.type,
                count_text(c.nulls),
                f"{'~' if c.distinct_error else ''}{c.distinct:,}",
                c.min,
                c.max,
                None if c.mean is None else f"{c.mean:.6g}",
                ", ".join(f"{top.value} ({top.count:,})" for top in c.top[:3]) or None,
            )
            for c in profile.columns
        ],
        right=("missing", "different", "mean"),
        cut=40,
    )
    if profile.sampled_rows is not None:
        tell(
            f"Frequent values come from {profile.sampled_rows:,} of {profile.rows:,} rows; "
            f"shares are off by at most {profile.share_error:.1%}."
        )


def ledger_text(ledger: Mapping[str, Any]) -> str:
    """Return the ledger as a sum: `2,004 lines = 1,998 loaded + 2 repaired + 0 rejected + 1 header`."""
    always = ("loaded", "repaired", "rejected")
    others = [part for part in ("header", "preamble", "comment", "blank", "footer") if ledger[part]]
    parts = " + ".join(f"{ledger[part]:,} {part}" for part in (*always, *others))
    unit = ledger["unit"] if ledger["total"] == 1 else f"{ledger['unit']}s"
    return f"{ledger['total']:,} {unit} = {parts}"


def _write_flags(flags: object) -> None:
    if not isinstance(flags, list):
        return
    for flag in flags[:_FLAGS_SHOWN]:
        line = f"line {flag['line']}" if flag["line"] is not None else ""
        column = f"column '{flag['column']}'" if flag["column"] is not None else ""
        place = ", ".join(part for part in (line, column) if part)
        write_line(visible(f"  {flag['action']}: {place}: {flag['message']}"))
    if len(flags) > _FLAGS_SHOWN:
        write_line(f"  … and {len(flags) - _FLAGS_SHOWN:,} more; --json shows all.")


def _tell_candidates(candidates: "Sequence[Json]") -> None:
    for number, candidate in enumerate(candidates, start=1):
        facts = _mapping(candidate)
        tell(f"  {number}. {facts['why']} (confidence {_mapping(facts['reading'])['confidence']:.2f})")


def _reading_text(reading: Mapping[str, Any]) -> str:
    facts = (
        reading["format"],
        reading["encoding"],
        reading["delimiter"] and f"separated by {reading['delimiter']!r}",
        reading["quote"] and f"quoted by {reading['quote']}",
        reading["decimal"] and f"decimal {reading['decimal']}",
        f"{reading['header_rows']} header row{'' if reading['header_rows'] == 1 else 's'}",
        reading.get("sheet") and f"sheet '{reading['sheet']}'",
    )
    return " · ".join(str(fact) for fact in facts if fact)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0
