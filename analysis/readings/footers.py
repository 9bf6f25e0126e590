"""Records of full width that are no records of the table: totals below it, notes in the first of many cells.

Used by the parser and by whoever looks at a sample. Such a line is only set aside at the end of a file; between
other records it stays one. Knows how the other records look, so that a shop called "Total" is left alone.
"""

import re
from collections.abc import Sequence

from analysis.readings.shapes import RecordLook

MIN_WIDTH = 3
_WORDS = (
    r"(?:grand |sub-?|overall |running )?totals?|sum|sums|in total|all|average|mean|"
    r"(?:zwischen|gesamt|end)?summen?|gesamt|insgesamt|(?:gesamt)?ergebnis|durchschnitt|mittelwert|"
    r"sous-?totaux|(?:sous-)?total général|totaux|somme|moyenne|totale|somma|totaal|suma|razem|ogółem|итого|всего"
)
BEGINS_SQL = rf"^[^\p{{L}}\p{{N}}]*(?:{_WORDS})"
"""Pattern, for the engine, of what every total begins with, in letters of either case; other cells may, too."""
_TOTAL = re.compile(rf"(?:{_WORDS})\b[^,;]{{0,40}}", re.IGNORECASE)
_BEGINS = re.compile(rf"[\W_]*(?:{_WORDS})\b", re.IGNORECASE)
_RARE_SHARE = 0.03
_FEW, _ENOUGH = 3.0, 30
"""So many of at least so many records are few, too."""
_ENOUGH_FOR_NOTES = 8


def worth_a_look(text: str, cells: Sequence[str]) -> bool:
    """Tell quickly whether a line may be a footer at all."""
    return (len(cells) >= MIN_WIDTH and not any(cells[1:])) or _BEGINS.match(text) is not None


def is_total(cells: Sequence[str], look: RecordLook) -> bool:
    """Tell whether a record sums up the others: it says so, and lacks what every other record has."""
    first = next((i for i, cell in enumerate(cells) if cell.strip()), None)
    if first is None or len(cells) < MIN_WIDTH or not _TOTAL.fullmatch(cells[first].strip()):
        return False
    if _is_rare(look.columns[first].likes(cells[first]), look):
        return True
    return any(not cell.strip() and is_hardly_empty(i, look) for i, cell in enumerate(cells))


def looks_odd(column: int, look: RecordLook) -> bool:
    """Tell whether a word like "Total" would be a rare sight in a column."""
    return _is_rare(look.columns[column].likes("Total"), look)


def is_hardly_empty(column: int, look: RecordLook) -> bool:
    """Tell whether hardly any record lacks this column."""
    return _is_rare(look.columns[column].empty, look)


def is_note(cells: Sequence[str], look: RecordLook) -> bool:
    """Tell whether a record is one text in the first cell and nothing else, where all others have more."""
    if len(cells) < MIN_WIDTH or look.count < _ENOUGH_FOR_NOTES:
        return False
    if not cells[0].strip() or any(cell.strip() for cell in cells[1:]):
        return False
    filled = sum(_is_rare(column.empty, look) for column in look.columns[1:])
    return _is_rare(look.lonely, look) and filled >= max(2, len(cells) // 2)


def without_footer(records: Sequence[Sequence[str]], width: int) -> int:
    """Return how many of the last records of a whole file are totals or notes."""
    look = RecordLook(records, width)
    count = 0
    while count < len(records) - 1 and is_footer(records[-1 - count], look):
        count += 1
    return count


def is_footer(cells: Sequence[str], look: RecordLook) -> bool:
    """Tell whether a record of full width would be a footer if it were the last one."""
    return is_total(cells, look) or is_note(cells, look)


def _is_rare(share: float, look: RecordLook) -> bool:
    """Tell whether so few records do it that it may be this one alone that does."""
    few = _FEW if look.count >= _ENOUGH else 1.0
    return share * look.count <= max(few, _RARE_SHARE * look.count) + 1e-9
