"""How datasets and imports look to people on a terminal. Prints; decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from core.i18n import N_, _, decimal, number, percent, retold, rounded, size, when
from core.types import Ledger
from core.words import counted, done_word, ledger_line, place_words
from launcher.cli.output import tell, visible, write_json, write_line, write_listing

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
        tell(_("There is no dataset yet; `bestand data import FILE` makes one."))
        return
    write_listing(
        (N_("name"), N_("version"), N_("rows"), N_("columns"), N_("size"), N_("source"), N_("changed")),
        [
            (d.name, d.version, number(d.rows), d.columns, size(d.size_bytes), d.source, when(d.changed_at))
            for d in lines
        ],
        right=("version", "rows", "columns", "size"),
    )


def show_import(line: "Mapping[str, Json]", candidates: "Sequence[Json]" = ()) -> None:
    """Print what became of one file; what went wrong goes to stderr."""
    error = line.get("error")
    if isinstance(error, dict):
        tell(retold(str(error.get("message"))))
        tell(retold(str(error.get("hint"))))
        _tell_candidates(candidates)
        return
    target = line.get("dataset") or line.get("out")
    version = f" v{line['version']}" if "version" in line else ""
    write_line(visible(f"{line['file']} → {target}{version}  {counted(int(_number(line['rows'])), 'row')}"))
    write_line(f"  {ledger_line(Ledger(**_mapping(line['ledger'])))}")
    if "saved_reading" in line:
        told = _("read as saved under {name}").format(name=line["saved_reading"])
        write_line(visible(f"  {told}"))
    drift = line.get("drift")
    for one in drift if isinstance(drift, list) else []:
        write_line(visible(f"  {retold(str(_mapping(one)['message']))}"))
    _write_flags(line["flags"])


def show_candidates(line: "Mapping[str, Json]") -> None:
    """Print how one file could be read, best first, with what speaks for each way; or why it cannot be."""
    error = line.get("error")
    if isinstance(error, dict):
        tell(retold(str(error.get("message"))))
        tell(retold(str(error.get("hint"))))
        return
    write_line(visible(str(line["file"])))
    found = line["candidates"]
    for place, candidate in enumerate(found if isinstance(found, list) else [], start=1):
        facts = _mapping(candidate)
        write_line(visible(f"  {_candidate_text(place, facts)}"))
        for reason in facts["reasons"]:
            write_line(visible(f"     {retold(reason)}"))
        for guess in facts.get("guesses", ()):
            if guess["offered"]:
                write_line(visible(f"     {_offer_text(guess)}"))
        if facts["differs"]:
            write_line("     " + _("{count} cells shown differ from the first.").format(count=facts["differs"]))


def _offer_text(guess: Mapping[str, Any]) -> str:
    told = _("The column '{column}' could be {type} ({share} of its cells): {note}")
    return told.format(
        column=guess["column"], type=guess["offered"], share=percent(guess["share"], 1), note=retold(guess["note"])
    )


def show_dataset(facts: Mapping[str, Any], *, reading: str, outdated: Sequence[str] = ()) -> None:
    """Print everything about one dataset.

    Args:
        facts: What `--json` prints.
        reading: How its file was read, in words.
        outdated: The datasets an answer was made of that have changed since.
    """
    question = facts.get("question")
    came = _from_question(question, outdated) if question else _from_file(facts, reading)
    write_listing(
        (N_("what"), N_("value")),
        [
            (_("dataset"), facts["dataset"]),
            (_("version"), facts["version"]),
            (_("rows"), number(facts["rows"])),
            (_("size"), size(facts["size_bytes"])),
            *came,
            (_("created"), when(facts["created_at"])),
            (_("id"), facts["dataset_id"]),
        ],
        cut=200,
    )
    write_line()
    columns = facts["columns"]
    write_listing(
        (N_("column"), N_("type"), N_("in the file"), N_("confidence")),
        [(c["name"], c["type"], c["source_name"], decimal(c["confidence"])) for c in columns],
        right=("confidence",),
    )
    if facts["flags"]:
        write_line()
        _write_flags(facts["flags"])


def show_profile(profile: "TableProfile") -> None:
    """Print what the columns of a dataset hold; an estimate is marked by `~`."""
    write_listing(
        (
            N_("column"),
            N_("type"),
            N_("missing"),
            N_("different"),
            N_("least"),
            N_("greatest"),
            N_("mean"),
            N_("most frequent"),
        ),
        [
            (
                c.name,
                c.type,
                number(c.nulls),
                f"{'~' if c.distinct_error else ''}{number(c.distinct)}",
                c.min,
                c.max,
                None if c.mean is None else rounded(c.mean),
                ", ".join(f"{top.value} ({number(top.count)})" for top in c.top[:3]) or None,
            )
            for c in profile.columns
        ],
        right=("missing", "different", "mean"),
        cut=40,
    )
    if profile.sampled_rows is not None:
        tell(
            _("Frequent values come from {sampled} of {rows}; shares are off by at most {error}.").format(
                sampled=number(profile.sampled_rows),
                rows=counted(profile.rows, "row"),
                error=percent(profile.share_error, 1),
            )
        )


def _write_flags(flags: object) -> None:
    if not isinstance(flags, list):
        return
    for flag in flags[:_FLAGS_SHOWN]:
        place = place_words(flag["line"], flag["column"], flag.get("file"))
        write_line(visible(f"  {done_word(flag['action'])}: {place}: {retold(flag['message'])}"))
    if len(flags) > _FLAGS_SHOWN:
        more = number(len(flags) - _FLAGS_SHOWN)
        write_line(f"  {_('… and {count} more; --json shows all.').format(count=more)}")


def _tell_candidates(candidates: "Sequence[Json]") -> None:
    for place, candidate in enumerate(candidates, start=1):
        tell(f"  {_candidate_text(place, _mapping(candidate))}")


def _candidate_text(place: int, facts: Mapping[str, Any]) -> str:
    sure = decimal(_mapping(facts["reading"])["confidence"])
    told = _("{place}. {reading} (confidence {confidence})")
    return told.format(place=place, reading=retold(facts["why"]), confidence=sure)


def show_question(file: str, question: "Mapping[str, Json]") -> None:
    """Tell what a person has to decide about one of several files."""
    tell(visible(f"{file}:"))
    for key, show in (("candidates", _tell_candidates), ("parts", show_parts), ("drift", _tell_drift)):
        value = question.get(key)
        show(value if isinstance(value, list) else [])


def _tell_drift(drift: "Sequence[Json]") -> None:
    for one in map(_mapping, drift):
        tell(visible(f"  {retold(str(one['message']))}"))


def show_parts(parts: "Sequence[Json]") -> None:
    """Tell which sheets, tables or files one can choose from, and how."""
    for part in map(_mapping, parts):
        size_told = "" if part["size_bytes"] is None else f"  {size(part['size_bytes'])}"
        rows_told = "" if part["rows"] is None else f"  {counted(part['rows'], 'row')}"
        tell(visible(f"  --{part['kind']} '{part['name']}'{rows_told}{size_told}"))


def _from_file(facts: Mapping[str, Any], reading: str) -> list[tuple[str, object]]:
    source = facts["source"]
    return [
        (_("source"), source["name"] if source["kept"] else source["path"]),
        (_("source digest"), source["digest"]),
        (_("reading"), reading),
        (_("ledger"), ledger_line(Ledger(**facts["ledger"]))),
    ]


def _from_question(question: Mapping[str, Any], outdated: Sequence[str]) -> list[tuple[str, object]]:
    asked = (
        _("{name}, version {version}").format(name=one["name"], version=one["version"])
        + (f" ({_('out of date')})" if one["name"] in outdated else "")
        for one in question["datasets"]
    )
    values = [(f"${name}", text) for name, text in (question.get("parameters") or {}).items()]
    return [(_("question"), " ".join(question["sql"].split())), *values, (_("asked of"), "; ".join(asked))]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float:
    return value if isinstance(value, int | float) else 0
