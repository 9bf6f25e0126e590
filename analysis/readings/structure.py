"""Where a table begins in a text, how wide it is, what its header is.

Used by the judge and by the loader. Looks at the records of a sample under one dialect; whether a dialect is right
is decided elsewhere.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from analysis.readings.shapes import Shape, shape_of
from analysis.readings.sniff import SampleRecord, main_width

COMMENTS = ("#", "//", "%", "--", ";", "!")
"""What comment lines begin with."""
_FEW_REMARKS = 0.1
MAX_HEADER_ROWS = 4
_MAX_PREAMBLE = 60
_LOOKED_AT = 300
_TYPED = (Shape.NUMBER, Shape.MOMENT, Shape.TRUTH, Shape.LINK)
_NO_NAME = (Shape.NUMBER, Shape.MOMENT, Shape.LINK)
"""What the name of a column does not look like; "n" and "t" are names, though they may be truths too."""
_TYPED_SHARE = 0.9
_YEAR = "(?:19|20)[0-9][0-9]"
_YEAR_VOTE = 0.5
_FEW_YEARS = 0.2
_TITLE_CHARS = 60
_NAME_CHARS = 200
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


@dataclass(frozen=True, slots=True)
class Structure:
    """The outline of a table.

    Attributes:
        width: Cells per record.
        first: Index of the first record of the table among those given, header included.
        header_rows: Records that are header; 0 if there is none.
        comment: What comment lines begin with, or None.
        steady: Share of the records from `first` on that have the width.
    """

    width: int
    first: int
    header_rows: int
    comment: str | None
    steady: float


def outline(records: Sequence[SampleRecord]) -> Structure:
    """Return the outline of the records, which must be at least one."""
    width = _width(records)
    comment = _comment(records, width)
    first = _first(records, width, comment)
    table = [r for r in records[first:] if not _is_comment(r, comment, width)]
    cells = [r.cells for r in table]
    if len(table) > 1 and len(cells[0]) != width and width > 1 and len(cells) == 2:
        width = len(cells[0])
    header_rows = header_rows_of(cells, width)
    steady = sum(len(c) == width for c in cells) / max(len(cells), 1)
    return Structure(width, first, header_rows, comment, steady)


def header_rows_of(cells: Sequence[Sequence[str]], width: int) -> int:
    """Return how many of the first records are header."""
    deep = _rows_of_groups(cells, width)
    if deep:
        return deep
    if _repeats_groups(cells, width):
        return 2
    body = [c for c in cells[1 : _LOOKED_AT + 1] if len(c) == width]
    while len(body) > 1 and list(body[0]) == list(cells[0]):
        body = body[1:]  # a header that is there twice does not speak against itself
    if not cells or not _is_header(cells[0], body, width):
        return 0
    rows = 1
    while rows < MAX_HEADER_ROWS and rows + 1 < len(cells) and _goes_on(cells, rows, width):
        rows += 1
    return rows


def unique_names(source_names: Sequence[str]) -> list[str]:
    """Return column names that are never empty and differ from each other whatever their case."""
    taken: set[str] = set()
    names: list[str] = []
    for number, source in enumerate(source_names, 1):
        wanted = " ".join(_UNPRINTABLE.sub(" ", source).split())[:_NAME_CHARS] or f"column_{number}"
        name, count = wanted, 1
        while name.casefold() in taken:
            count += 1
            name = f"{wanted}~{count}"
        taken.add(name.casefold())
        names.append(name)
    return names


def _width(records: Sequence[SampleRecord]) -> int:
    return main_width([len(record.cells) for record in records])


def _comment(records: Sequence[SampleRecord], width: int) -> str | None:
    """Return the mark of comment lines: lines that begin with it and are no record."""
    for mark in COMMENTS:
        marked = [record for record in records if record.cells[0].startswith(mark)]
        if marked and width > 1 and all(len(record.cells) != width for record in marked):
            return mark
        if marked and records[0] is marked[0] and width > 1 and len(marked[0].cells) != width:
            return mark
        remarks = all(is_remark(record.cells[0], mark) for record in marked)
        if marked and remarks and width > 1 and len(marked) <= _FEW_REMARKS * len(records):
            return mark
    return None


def is_remark(text: str, mark: str) -> bool:
    """Tell whether a text begins with a comment's mark and a blank, as people write comments."""
    return text.startswith(mark) and text[len(mark) : len(mark) + 1].isspace()


def _is_comment(record: SampleRecord, comment: str | None, width: int) -> bool:
    if comment is None or not record.cells[0].startswith(comment):
        return False
    return len(record.cells) != width or is_remark(record.cells[0], comment)


def _first(records: Sequence[SampleRecord], width: int, comment: str | None) -> int:
    """Return the index of the record where the table begins."""
    if width == 1:
        return 0
    limit = min(len(records), _MAX_PREAMBLE)
    first = next((i for i in range(limit) if len(records[i].cells) == width), 0)
    if first and not _is_comment(records[first - 1], comment, width) and _is_odd_header(records[first - 1], width):
        first -= 1
    # Spreadsheets pad title lines with delimiters: full width, one cell filled.
    padded = first
    while padded + 1 < limit and width >= 3 and _filled(records[padded]) <= 1:
        padded += 1
    if padded != first and _filled(records[padded]) == width and _all_text(records[padded].cells):
        return padded
    return first


def _is_odd_header(record: SampleRecord, width: int) -> bool:
    """Tell whether a record of another width, right before the others, is a header that lost or won a cell."""
    count = len(record.cells)
    near = count >= 2 and abs(count - width) <= max(1, width // 4)
    return near and _all_text([cell for cell in record.cells if cell.strip()])


def _filled(record: SampleRecord) -> int:
    return sum(1 for cell in record.cells if cell.strip())


def _all_text(cells: Sequence[str]) -> bool:
    return bool(cells) and all(shape_of(cell) not in (*_NO_NAME, Shape.EMPTY) for cell in cells)


def header_votes(cells: Sequence[Sequence[str]], width: int) -> float:
    """Return how much the records speak for the first one being a header (negative: against); about 1 is clear."""
    body = [c for c in cells[1 : _LOOKED_AT + 1] if len(c) == width]
    if not cells or not body:
        return 0.0
    votes = _votes(cells[0], body, width)
    return min(votes, _YEAR_VOTE) if year_titles(cells[0], body, width) else votes


def may_go_on(cells: Sequence[Sequence[str]], row: int, width: int) -> bool:
    """Tell whether a record below the header may be a part of it: no cell of it fits the column below."""
    if row >= len(cells) or len(cells[row]) != width or width < 2:
        return False
    title, body = cells[row], [c for c in cells[row + 1 : _LOOKED_AT] if len(c) == width]
    typed = [i for i in range(width) if _typed_share(body, i) >= _TYPED_SHARE]
    if len(body) < 2 or not typed or sum(1 for cell in title if cell.strip()) < width / 2:
        return False
    return all(shape_of(title[i]) not in _NO_NAME for i in typed)


def _is_header(first: Sequence[str], body: Sequence[Sequence[str]], width: int) -> bool:
    filled = [cell for cell in first if cell.strip()]
    if not filled:
        return False
    if not body:
        return _all_text(filled) and len(set(filled)) == len(filled)
    return _votes(first, body, width) > 0


def _votes(first: Sequence[str], body: Sequence[Sequence[str]], width: int) -> float:
    filled = [cell for cell in first if cell.strip()]
    years = year_titles(first, body, width)
    votes = sum(
        _YEAR_VOTE if i in years else _vote(first[i], [record[i] for record in body])
        for i in range(min(len(first), width))
    )
    votes -= 0.5 * (len(filled) - len(set(filled)))
    if not any(shape_of(cell) in _NO_NAME for cell in filled):
        votes += 0.3
    return votes


def year_titles(first: Sequence[str], body: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the columns whose title is a year, where these years follow each other and stand above others."""
    columns = [i for i in range(min(len(first), width)) if re.fullmatch(_YEAR, first[i].strip())]
    years = [int(first[i]) for i in columns]
    step = years[1] - years[0] if len(years) > 1 else 0
    if not step or any(after - before != step for before, after in pairwise(years)):
        return []
    if any(shape_of(cell) in _NO_NAME for i, cell in enumerate(first) if i not in columns):
        return []
    below = [record[i].strip() for record in body for i in columns if record[i].strip()]
    many = sum(re.fullmatch(_YEAR, cell) is not None for cell in below)
    return columns if below and many <= _FEW_YEARS * len(below) else []


def _vote(title: str, cells: Sequence[str]) -> float:
    """Return how much one column speaks for the first record being a header (negative: against)."""
    if not title.strip():
        return 0.0
    shape = shape_of(title)
    shapes = Counter(shape_of(cell) for cell in cells if cell.strip())
    if not shapes:
        return 0.1
    main, count = shapes.most_common(1)[0]
    share = count / sum(shapes.values())
    if main in _TYPED and share >= 0.7:
        return -1.5 if shape is main else 1.0 if shape not in _TYPED or shape is Shape.TRUTH else -0.3
    if shape in _TYPED and shape is not Shape.TRUTH:
        return -0.7
    if title in cells:
        return -0.8
    vote = 0.2 if len(title) <= _TITLE_CHARS else -0.5
    lengths = {len(cell) for cell in cells if cell.strip()}
    if len(cells) > 2 and len(lengths) == 1 and len(title) not in lengths:
        vote += 0.5
    if main is Shape.CODE and share >= 0.7 and shape is Shape.WORDS:
        vote += 0.4
    return vote


def _goes_on(cells: Sequence[Sequence[str]], row: int, width: int) -> bool:
    """Tell whether this record too is header: it repeats the one above, or no cell fits the columns below it."""
    title = cells[row]
    if len(title) != width or width < 2:
        return False
    if list(title) == list(cells[row - 1]):
        return True
    body = [c for c in cells[row + 1 : _LOOKED_AT] if len(c) == width]
    typed = [i for i in range(width) if _typed_share(body, i) >= _TYPED_SHARE]
    if _is_below_groups(cells[row - 1], title, body, typed):
        return True
    if len(body) < 3 or len(typed) < 2 or sum(1 for cell in title if cell.strip()) < width / 2:
        return False
    return all(title[i].strip() and shape_of(title[i]) not in _NO_NAME for i in typed)


def _is_below_groups(
    above: Sequence[str], title: Sequence[str], body: Sequence[Sequence[str]], typed: Sequence[int]
) -> bool:
    """Tell whether a record names the columns of the groups that the record above it names.

    In a spreadsheet the group's name stood in one cell over all of its columns, so the other cells are empty.
    """
    if len(body) < 2 or not typed or not has_groups(above, title):
        return False
    if not are_names(grouped_names([above, title])):
        return False
    own = [i for i in typed if above[i].strip() or title[i].strip()]
    years = [title[i].strip() for i in own if shape_of(title[i]) in _NO_NAME]
    return all(re.fullmatch(_YEAR, year) for year in years) and (len(years) < len(own) or len(set(years)) > 1)


def has_groups(above: Sequence[str], title: Sequence[str]) -> bool:
    """Tell whether one row of a header names groups of the columns that the next one names.

    At least two names are followed by empty cells, or by one and the names below occur again.
    """
    starts = [
        i
        for i in range(min(len(above), len(title)) - 1)
        if above[i].strip() and title[i].strip() and not above[i + 1].strip() and title[i + 1].strip()
    ]
    below = [title[i] for i in range(len(title)) if title[i].strip()]
    return len(starts) > 1 or (bool(starts) and len(set(below)) < len(below))


def has_nested_groups(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether all rows of a header but the last name groups of columns, each within those above it."""
    *groups, title = rows
    within = pairwise(groups)
    return all(has_groups(row, title) for row in groups) and all(
        below[i].strip() or not title[i].strip()
        for above, below in within
        for i in range(min(len(above), len(below), len(title)))
        if above[i].strip()
    )


def are_names(names: Sequence[str]) -> bool:
    """Tell whether these can name columns: none is empty, and each is there once."""
    return all(names) and len(set(names)) == len(names)


def grouped_names(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return the names of columns, those of their groups before them; the last row names the columns."""
    *groups, title = rows
    names, now = [], [""] * len(groups)
    for i, name in enumerate(title):
        own = [row[i].strip() if i < len(row) else "" for row in groups]
        if not name.strip():
            now = own
        for level, told in enumerate(own):
            if told:
                now = [*now[:level], told, *[""] * (len(groups) - level - 1)]
        names.append(" ".join(part for part in (*now, name.strip()) if part))
    return names


def _rows_of_groups(cells: Sequence[Sequence[str]], width: int) -> int:
    """Return how many rows name groups within groups and their columns, three or more; 0 if it is not so."""
    for rows in range(MAX_HEADER_ROWS, 2, -1):
        header, body = cells[:rows], [c for c in cells[rows:_LOOKED_AT] if len(c) == width]
        if len(body) < 2 or any(len(row) != width for row in header) or not has_nested_groups(header):
            continue
        typed = [i for i in range(width) if _typed_share(body, i) >= _TYPED_SHARE]
        own = [row[i].strip() for row in header for i in typed if shape_of(row[i]) in _NO_NAME]
        if typed and are_names(grouped_names(header)) and all(re.fullmatch(_YEAR, cell) for cell in own):
            return rows
    return 0


def _repeats_groups(cells: Sequence[Sequence[str]], width: int) -> bool:
    """Tell whether the first record names a group over each of its columns, and the second one the columns.

    As in `2024,2024,2025,2025` above `sales,costs,sales,costs`: each group's name stands over every column of it,
    the names below occur again, and only both together name a column.
    """
    if len(cells) < 4 or any(len(row) != width for row in cells[:2]):
        return False
    above, title = ([cell.strip() for cell in row] for row in cells[:2])
    body = [c for c in cells[2:_LOOKED_AT] if len(c) == width]
    named = [i for i in range(width) if title[i] and above[i]]
    groups = [name for name, _columns in groupby(above[i] for i in named)]
    below = [title[i] for i in named]
    if not 1 < len(groups) == len(set(groups)) < len(named) or len(set(below)) == len(below):
        return False
    typed = [i for i in range(width) if _typed_share(body, i) >= _TYPED_SHARE]
    told = [title[i] or above[i] for i in typed]
    return (
        bool(typed)
        and set(typed) & set(named) != set()
        and all(shape_of(name) not in _NO_NAME for name in told)
        and all(shape_of(cell) not in _NO_NAME or re.fullmatch(_YEAR, cell) for cell in above if cell)
        and are_names([f"{above[i]} {title[i]}".strip() for i in range(width)])
    )


def _typed_share(body: Sequence[Sequence[str]], i: int) -> float:
    shapes = [shape_of(record[i]) for record in body if record[i].strip()]
    return sum(shape in _TYPED for shape in shapes) / len(shapes) if shapes else 0.0
