"""Which dialects a text may have, and how well each one explains it.

Used by the judge. A dialect explains a text well when its records have the same number of cells and the cells look
like something: the idea of the consistency measure of van den Burg, Nazabal and Sutton (2019), "Wrangling messy
CSV files by detecting row and type patterns". Works on lines in memory; headers and types come later.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from analysis.readings.delimiters import COMMON, PRIOR, long_delimiters, prior_of
from analysis.readings.dialect import Dialect, Outcome
from analysis.readings.engines import Opinion
from analysis.readings.fixed import crosses, widths_of
from analysis.readings.lines import Lines
from analysis.readings.repair import mend
from analysis.readings.shapes import Shape, shape_of

MAX_LINES = 400
MAX_CHARS = 1 << 17
MAX_RECORD_LINES = 60
_MANY_STRAY = 20
"""So many lines with a quote, none of which encloses a cell: the quote is an ordinary character."""
_FEW_STRAY = 3
"""So many are enough where tabs separate the cells, since such files often have no quotes; fewer are damage."""
_TORN_APART = 0.3
"""What is left of a reading without quotes that tears cells apart which sound quotes hold together."""
_SURELY_QUOTED = 1.01
"""What it is worth that the rules of a quote explain marks nothing else explains."""
_FIRST = 30
_FIRST_SHARE = 0.3
_INNER_LINES = 25
_VOTE = 0.03
"""What another engine's opinion is worth: it decides between near equals."""
_REGULAR = 0.9
_RUNS = 0.3
_HOLLOW = 0.5
_LOOKED_AT = 6_000
"""Cells whose looks are judged, per dialect."""

_ONE_COLUMN = ","
"""Stands for "no delimiter at all" in a text that holds no comma."""

_WORTH = {
    Shape.EMPTY: 0.85, Shape.NUMBER: 1.0, Shape.MOMENT: 1.0, Shape.TRUTH: 0.95, Shape.LINK: 1.0,
    Shape.CODE: 0.95, Shape.WORDS: 0.92, Shape.LIST: 0.8, Shape.OTHER: 0.25,
}  # fmt: skip
"""How much a cell of this look speaks for the borders it lies between."""


@dataclass(frozen=True, slots=True)
class SampleRecord:
    """One record of a sample: the index of its first line, how many lines it spans, its cells.

    `sound` tells whether it obeys the rules; `stray` whether a quote stands in an unquoted cell.
    """

    line: int
    span: int
    cells: list[str]
    sound: bool
    stray: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """A dialect, and how well it explains a sample (score 0..1)."""

    dialect: Dialect
    score: float
    width: int
    steady: float
    """Share of the records that have `width` cells."""
    telling: float
    """How much the cells look like something."""
    sound: float
    """Share of the records that obey the rules."""
    agreeing: tuple[str, ...] = ()
    """The other engines that say the same."""


def explain(lines: Lines, inner: Sequence[Lines] = (), opinions: Sequence[Opinion] = ()) -> list[Explanation]:
    """Return the dialects that explain the lines, best first; never empty.

    Args:
        lines: The first ones of a file.
        inner: Some from further inside and from its end.
        opinions: What other engines say.
    """
    text = _shortened(lines)
    pieces = [text, *(Lines(0, few.texts[:_INNER_LINES], few.ends[:_INNER_LINES], few.encoding) for few in inner)]
    explanations = [_score(pieces, dialect, _agreeing(opinions, dialect)) for dialect in _dialects(text, opinions)]
    best = max(explanations, key=lambda e: e.score)
    if best.width == 1 or best.steady < _REGULAR or _has_runs_of_blanks(text, best.dialect):
        widths = widths_of(text.texts)
        explanations += [_score(pieces, Dialect.fixed(widths), ())] if widths else []
    return sorted(explanations, key=lambda e: -e.score)


def _has_runs_of_blanks(lines: Lines, dialect: Dialect) -> bool:
    """Tell whether blanks as delimiters would leave cells empty that have others after them: they fill columns."""
    if dialect.delimiter != " ":
        return False
    texts = [text.strip(" ") for text in lines.texts if text.strip()]
    return sum("  " in text for text in texts) > _RUNS * max(len(texts), 1)


def _agreeing(opinions: Sequence[Opinion], dialect: Dialect) -> tuple[str, ...]:
    """Return the engines that say the same of the delimiter."""
    return tuple(
        opinion.engine for opinion in opinions if opinion.delimiter.strip(" ") == dialect.delimiter.strip(" ")
    )


def records_of(lines: Lines, dialect: Dialect, limit: int = 10_000) -> Iterator[SampleRecord]:
    """Yield the records of some lines, strictly split; a broken one is split as far as that goes."""
    at, count = 0, 0
    while at < len(lines.texts) and count < limit:
        if not lines.texts[at].strip(" \t"):
            at += 1
            continue
        if dialect.widths:
            yield _fixed_record(lines.texts[at], at, dialect)
            at, count = at + 1, count + 1
            continue
        split, span = dialect.split(lines.texts[at]), 1
        while split.outcome is Outcome.OPEN and span < MAX_RECORD_LINES and at + span < len(lines.texts):
            span += 1
            if dialect.quotes_in(lines.texts[at + span - 1]) or dialect.escape:
                text = "".join(t + e for t, e in zip(lines.texts[at : at + span], lines.ends[at:], strict=False))
                split = dialect.split(text.removesuffix(lines.ends[at + span - 1]))
        if split.outcome is not Outcome.GOOD:
            cut = split.outcome is Outcome.OPEN and at + span >= len(lines.texts) and at > 0
            if cut and not lines.ends[-1]:
                return
            span = 1
            split_plain = dialect.split_plain(lines.texts[at])
            yield SampleRecord(at, span, split_plain, sound=False, stray=False)
        else:
            yield SampleRecord(at, span, split.cells, sound=True, stray=split.stray)
        at += span
        count += 1


def _fixed_record(text: str, at: int, dialect: Dialect) -> SampleRecord:
    """Return a line in columns of fixed width; blanks at its end may be missing."""
    cells = dialect.split_plain(text)
    if len(cells) > len(dialect.widths) // 2:  # else it is a title rather than a record
        cells += [""] * (len(dialect.widths) - len(cells))
    sound = not any(crosses(text, start) for start in dialect.starts[1:])
    return SampleRecord(at, 1, cells, sound=sound, stray=False)


def main_width(widths: Sequence[int]) -> int:
    """Return the number of cells a table's records should have.

    Usually what most records have. Where two widths are frequent, the wider one if it occurs early: then cells are
    missing at the end of some records. If it begins later, it is a second table in the file, and the first counts.

    Args:
        widths: Of the records, in order.
    """
    counts = Counter(widths)
    early = [w for w in widths[:_FIRST] if w > 1 and counts[w] >= _FIRST_SHARE * len(widths)]
    if not early:
        return max(counts, key=lambda w: (counts[w] * (1 - 1 / (w + 1)), w))
    widest = max(early)
    return widest if counts[widest] > 2 else early[0]


def _mended(records: list[SampleRecord], lines: Lines, dialect: Dialect) -> list[SampleRecord]:
    """Return the records with the broken ones mended where that gives the usual width."""
    sound = Counter(len(record.cells) for record in records if record.sound)
    if not sound or sum(sound.values()) == len(records):
        return records
    width = sound.most_common(1)[0][0]
    result = []
    for record in records:
        if not record.sound:
            cells = mend(lines.texts[record.line], width, dialect).cells
            result.append(replace(record, cells=cells) if len(cells) == width else record)
        else:
            result.append(record)
    return result


def _shortened(lines: Lines) -> Lines:
    """Return the first lines, and of a very long one its begin."""
    chars, end = 0, 0
    for end, text in enumerate(lines.texts[:MAX_LINES], 1):  # noqa: B007 - where it stopped is the result
        chars += len(text)
        if chars > MAX_CHARS:
            break
    texts, ends = lines.texts[:end], lines.ends[:end]
    if chars > 2 * MAX_CHARS:
        texts[-1], ends[-1] = texts[-1][:MAX_CHARS], ""
    return Lines(lines.first, texts, ends, lines.encoding)


def _dialects(lines: Lines, opinions: Sequence[Opinion]) -> list[Dialect]:
    """Return the dialects worth trying, each once."""
    text = "\n".join(lines.texts)
    long = long_delimiters(lines.texts)
    spaced = {delimiter.strip(" ") for delimiter in long if delimiter != delimiter.strip(" ")}
    delimiters = [d for d in PRIOR if (d in text or d == _ONE_COLUMN) and d not in spaced]
    found: dict[Dialect, None] = {}
    for delimiter in [*delimiters, *long]:
        found |= dict.fromkeys(_with_quotes(text, delimiter))
    for opinion in opinions:
        if opinion.delimiter in text and opinion.delimiter not in spaced:
            found[Dialect(opinion.delimiter, opinion.quote, opinion.escape)] = None
    return list(found)


def _with_quotes(text: str, delimiter: str) -> Iterator[Dialect]:
    for quote in _quotes(text, delimiter):
        yield Dialect(delimiter, quote)
        if quote and "\\" + quote in text:
            yield Dialect(delimiter, quote, "\\")
        if delimiter in ",;|" and delimiter + " " in text:
            yield Dialect(delimiter, quote, None, skip_blank=True)
    if "\\" + delimiter in text:
        yield Dialect(delimiter, None, "\\")
        yield Dialect(delimiter, '"', "\\")


def _quotes(text: str, delimiter: str) -> list[str | None]:
    """Return the quotes worth trying: those that stand right beside a delimiter or a line's end."""
    quotes: list[str | None] = ['"']
    if any(edge in f"\n{text}\n" for edge in (f"{delimiter}'", f"{delimiter} '", "\n'")):
        quotes.append("'")
    if '"' in text:
        quotes.append(None)
    return quotes


def _score(pieces: Sequence[Lines], dialect: Dialect, agreeing: Sequence[str]) -> Explanation:
    lines = pieces[0]
    records = _mended(list(records_of(lines, dialect)), lines, dialect)
    if not records:
        return Explanation(dialect, 0.0, 1, 0.0, 0.0, 1.0, tuple(agreeing))
    if all(record.span == 1 for record in records):  # else a piece may begin within a cell
        records += [record for piece in pieces[1:] for record in records_of(piece, dialect)]
    widths = Counter(len(record.cells) for record in records)
    width = main_width([len(record.cells) for record in records])
    steady = widths[width] / len(records)
    sound = sum(record.sound for record in records) / len(records)
    stray = sum(record.stray for record in records) / len(records)
    telling = _telling([record.cells for record in records if len(record.cells) == width])
    prior = prior_of(dialect.delimiter, fixed=bool(dialect.widths))
    score = _pattern(widths, len(records), prior) * telling * (0.4 + 0.6 * sound) * (1 - 0.4 * stray)
    score *= prior * _filled_factor(records, width) if width > 1 else _one_column_factor(records)
    score *= _quote_factor(lines, dialect, records) * (1 + _VOTE * len(agreeing) * (width > 1))
    if prior < COMMON and not dialect.widths and width > 1 and not any(r.cells[0].strip() for r in records):
        score *= 0.3  # lines that begin with the mark: comments rather than cells
    return Explanation(dialect, score, width, steady, telling, sound, tuple(agreeing))


def _pattern(widths: Counter[int], total: int, prior: float) -> float:
    """Return how regular the widths are: few different ones, most records in one, wide ones better.

    Marks that are common in ordinary text (a low prior) have to be more regular.
    """
    regular = sum((count / total) ** 1.5 * (1 - 1 / (w + 1)) for w, count in widths.items())
    return float(regular) / (1 + (0.04 if prior > COMMON else 0.15) * min(len(widths) - 1, 8))


def _filled_factor(records: Sequence[SampleRecord], width: int) -> float:
    """Return how plausible it is that columns between others are empty in every record, the header too.

    They are when the delimiter is in truth two or three characters long.
    """
    table = [record.cells for record in records if len(record.cells) == width]
    filled = [i for i in range(width) if any(len(cells[i].strip()) > 1 or cells[i].isalnum() for cells in table)]
    if not filled:
        return 1.0
    inner = filled[-1] - filled[0] + 1
    return 1 - _HOLLOW * (inner - len(filled)) / inner


def _one_column_factor(records: Sequence[SampleRecord]) -> float:
    """Return how plausible it is that there is nothing to split: lines that are one moment or one link each."""
    whole = sum(shape_of(record.cells[0]) in (Shape.MOMENT, Shape.LINK) for record in records)
    return 1.5 if whole >= 0.5 * len(records) else 0.5


def _telling(records: Sequence[Sequence[str]]) -> float:
    cells = list(islice(chain.from_iterable(records), _LOOKED_AT))
    return sum(_WORTH[shape_of(cell)] for cell in cells) / max(len(cells), 1)


def _quote_factor(lines: Lines, dialect: Dialect, records: Sequence[SampleRecord]) -> float:
    """Return how plausible the quoting is: quotes that enclose cells speak for it, the lack of any against it."""
    texts = lines.texts
    if dialect.skip_blank:
        # One space belongs to every delimiter, or to none.
        joined = sum(text.count(dialect.delimiter) for text in texts)
        spaced = sum(text.count(dialect.delimiter + " ") for text in texts)
        outside = sum(len(record.cells) - 1 for record in records)
        bare = joined - spaced
        return 1.02 if spaced >= outside > 0 and bare <= 0.02 * joined else 0.5
    if dialect.escape:
        return 0.96 if dialect.quote and _doubles_quotes(texts, dialect) else 1.0
    if dialect.widths:
        return 1.0
    if dialect.quote is None:
        if _are_quotes(texts, dialect):
            return _TORN_APART
        encloses = any(cell.startswith('"') for record in records for cell in record.cells)
        enough = _FEW_STRAY if dialect.delimiter == "\t" else _MANY_STRAY
        ordinary = sum('"' in text for text in texts) >= enough
        return 0.97 if ordinary and not encloses else 0.6
    if dialect.quote == "'":
        if all(r.sound and not r.stray for r in records) and _encloses_marks(records, dialect):
            other = any(cell.startswith('"') for record in records for cell in record.cells)
            return 1.0 if other else _SURELY_QUOTED  # nothing but a quote explains them
        opened = sum(text.count(dialect.delimiter + "'") + text.startswith("'") for text in texts)
        only = opened > 1 and opened >= len(texts) - 1 and not any('"' in text for text in texts)
        if only and all(r.sound and not r.stray for r in records):
            return _SURELY_QUOTED  # every record has a cell in them, and they stand nowhere else
        return 0.98 if opened >= 0.5 * len(texts) else 0.6
    return 1.0


def _are_quotes(texts: Sequence[str], dialect: Dialect) -> bool:
    """Tell whether every line with a quote obeys its rules, and the quotes hold delimiters together somewhere."""
    quoting, held = Dialect(dialect.delimiter), False
    for text in texts:
        if '"' in text:
            split = quoting.split(text)
            if split.outcome is not Outcome.GOOD or split.stray:
                return False
            held = held or any(dialect.delimiter in cell for cell in split.cells)
    return held


def _doubles_quotes(texts: Sequence[str], dialect: Dialect) -> bool:
    """Tell whether a quote within quotes is doubled somewhere; two alone between delimiters are an empty cell."""
    quote, delimiter = re.escape(dialect.quote or ""), re.escape(dialect.delimiter)
    doubled = re.compile(rf"(?<=.)(?<!{delimiter}){quote}{quote}(?=.)(?!{delimiter})")
    return any(doubled.search(text) for text in texts)


def _encloses_marks(records: Sequence[SampleRecord], dialect: Dialect) -> bool:
    """Tell whether a cell of sound records holds a delimiter, a part of one, or a quote, as only within quotes.

    Who writes delimiters of several characters puts a cell with one of them into quotes, too.
    """
    marks = (dialect.delimiter, *dialect.delimiter.replace(" ", ""), dialect.quote or "", "\n", "\r")
    return any(mark in cell for record in records for cell in record.cells for mark in marks if mark)
