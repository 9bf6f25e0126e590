"""Which of several tables in one file is meant, when nobody has said it.

Used where a file is an archive or a database. Nothing is taken by chance: where several parts could be the table,
no candidate is certain enough to be taken without a person's word.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from analysis.readings.model import Candidate, Judgement, Part
from analysis.readings.packed.archive import matching
from analysis.readings.words import some_names
from core.errors import NotATableError, ProtectedFileError, SourceError
from core.i18n import N_, _

MOST_CANDIDATES: Final = 3
UNDECIDED: Final = 0.5
"""The most that a candidate is believed when others are as good."""
_MOST_TRIED: Final = 20


def judge_members(
    members: Sequence[Part], wanted: str | None, name: str, judge: Callable[[str], Judgement]
) -> Judgement:
    """Return the candidate readings of an archive.

    Args:
        members: The files in it.
        wanted: The one that was asked for, by name or pattern.
        name: What the archive is called.
        judge: Judges one of them.

    Raises:
        NotATableError: there is none of that name, or none of them is a table.
        SourceError: the only one cannot be read.
    """
    likely = [part for part in members if not part.hidden] or list(members)
    meant = matching(list(members), wanted) if wanted is not None else likely
    if not meant:
        raise NotATableError(
            name,
            _("has no file '{member}' in it.").format(member=wanted),
            hint=_("Choose one of: {names}.").format(names=some_names([part.name for part in likely])),
        )
    if len(meant) == 1:
        judgement = judge(meant[0].name)
        return replace(judgement, parts=(*members, *judgement.parts))
    found = _first_tables(meant, judge)
    if not found:
        raise NotATableError(name, _("is a zip archive in which no file is a table."))
    return Judgement(undecided(found, len(meant)), tuple(members))


def undecided(found: Sequence[Candidate], parts: int) -> tuple[Candidate, ...]:
    """Return the candidates of several parts, of which a person has to choose one."""
    others = N_("{number} tables to choose from").format(number=f"{parts:,}")
    return tuple(
        replace(
            one,
            reading=replace(one.reading, confidence=min(one.reading.confidence, UNDECIDED)),
            why=f"{one.why} · {others}",
        )
        for one in found[:MOST_CANDIDATES]
    )


def _first_tables(parts: Sequence[Part], judge: Callable[[str], Judgement]) -> list[Candidate]:
    found: list[Candidate] = []
    protected: ProtectedFileError | None = None
    for part in parts[:_MOST_TRIED]:
        try:
            found.append(judge(part.name).best)
        except ProtectedFileError as error:
            protected = protected or error
        except SourceError:
            continue  # it is no table, so it is not offered; asked for by name, it says why
        if len(found) == MOST_CANDIDATES:
            break
    if protected is not None and not found:
        raise protected
    return found
