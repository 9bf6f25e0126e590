"""What the Import page remembers: which reading is shown, what is certain, and what outlives a restart."""

import threading
from dataclasses import fields, replace
from pathlib import Path

import pytest

from analysis.readings import Candidate, Judgement
from app.features.datasets.actions import differing
from app.features.datasets.controls import words_of
from app.features.datasets.deciding import models_for
from app.features.datasets.state import ImportState, OpenFile, Trials
from app.handed import HANDED, Handed
from core.types import Column, FileFormat, Reading

SURE, ENOUGH = 0.97, 0.9
READING = Reading(FileFormat.DELIMITED, encoding="utf-8", delimiter=";", quote='"', header_rows=1, confidence=SURE)


def candidate(*rows: tuple[str | None, ...], confidence: float = SURE, delimiter: str = ";") -> Candidate:
    """A reading that shows these records."""
    columns = tuple(Column(f"c{i}", f"c{i}", "VARCHAR") for i in range(len(rows[0]) if rows else 1))
    return Candidate(replace(READING, confidence=confidence, delimiter=delimiter), columns, rows, "UTF-8")


def judged(*confidences: float) -> OpenFile:
    """A file that was judged."""
    file = OpenFile("1", Path("a.csv"))
    file.judgement = Judgement(tuple(candidate(("a",), confidence=one) for one in confidences))
    return file


def test_an_uncertain_file_asks_until_a_person_has_chosen() -> None:
    """Looking at another reading, or changing one, is a choice; a file nobody has judged is not certain either."""
    file = judged(0.5, 0.4)
    assert file.uncertain(ENOUGH)
    assert not file.certain(ENOUGH)

    file.show(1)

    assert file.certain(ENOUGH)
    assert file.candidate is not None
    assert file.candidate.reading.confidence == 0.4
    assert not OpenFile("2", Path("b.csv")).certain(ENOUGH)


def test_what_was_tried_is_shown_last_and_at_once() -> None:
    """It stands behind the judge's own, and is what would be imported."""
    file = judged(SURE, 0.4)
    own = candidate(("x",), delimiter=",")
    file.try_out(own.reading, own)

    assert file.shown[-1] is own
    assert file.candidate is own
    file.show(0)
    assert file.candidate is file.judgement.candidates[0] if file.judgement else False


def test_only_certain_files_are_imported_together() -> None:
    """Neither one that asks, nor one that is no table, nor one on its way, nor one nobody has looked at."""
    state = ImportState()
    certain, unsure, refused, begun = judged(SURE), judged(0.3), OpenFile("3", Path("c.png")), judged(SURE)
    refused.refused = ("'c.png' is a picture.", "")
    begun.job = "job"
    state.open([certain, unsure, refused, begun, OpenFile("5", Path("d.csv"))])

    assert state.waiting(ENOUGH) == [certain]
    assert state.file is None
    assert [file.id for file in state.judging()] == ["5"]
    assert state.missed() == ["c.png"]


def test_files_that_come_later_stand_beside_those_that_wait() -> None:
    """What a person has begun is not thrown away by a drop."""
    state = ImportState()
    state.open([judged(SURE)])
    assert state.file is state.files[0]
    state.add([OpenFile("9", Path("z.csv"))])
    assert [file.name for file in state.files] == ["a.csv", "z.csv"]
    assert state.file is None


def test_a_look_is_named_so_that_it_outlives_a_restart() -> None:
    """Each reading has a name of its own, whatever stands before it; a name nothing has is the usual one."""
    file = judged(SURE, 0.4)
    own = candidate(("x",), delimiter=",")
    file.try_out(own.reading, own)

    looks = [file.look_of(at) for at in range(3)]
    assert looks == ["0", "1", "own"]
    assert [file.place_of(look) for look in looks] == [0, 1, 2]
    assert file.place_of("saved") is None
    assert file.place_of(None) is None


def test_an_open_file_outlives_a_restart() -> None:
    """Under the same name, so that its form is found; nothing is told of what can be found again."""
    file = judged(SURE)
    file.steps, file.upload = True, True

    again = OpenFile.from_json(file.to_json())

    assert (again.id, again.path, again.upload, again.steps) == (file.id, file.path, True, True)
    assert again.judgement is None


def test_only_the_last_trials_are_kept() -> None:
    """However many readings somebody tries, what they made of the file does not fill the memory."""
    trials = Trials()
    tried = [candidate(("x",), delimiter=sign) for sign in "abcdefghijklmnopqrstuvwxyz"]
    for one in tried:
        trials.keep(one.reading, one)

    assert trials.get(tried[-1].reading) is tried[-1]
    assert trials.get(tried[0].reading) is None


@pytest.mark.parametrize(
    ("one", "two", "count"),
    [
        ([("a", "b")], [("a", "b")], 0),
        ([("a", "b")], [("a", "c")], 1),
        ([("a", "b")], [("a;b",)], 2),
        ([("a",), ("b",)], [("a",)], 1),
        ([("a", None)], [("a",)], 1),
    ],
)
def test_cells_two_readings_see_otherwise_are_counted(
    one: list[tuple[str | None, ...]], two: list[tuple[str | None, ...]], count: int
) -> None:
    """A cell only one of them has counts, too; whichever is compared with which."""
    assert differing(candidate(*one), candidate(*two)) == count
    assert differing(candidate(*two), candidate(*one)) == count


def test_words_say_what_is_and_keep_quiet_about_what_is_not() -> None:
    """Each word is about one field of the reading; what is not there stands behind the last control."""
    words = {word.field: word for word in words_of(replace(READING, decimal=",", first_line=4))}

    assert words["delimiter"].word == "semicolon"
    assert words["header_rows"].word == "header in line 4"
    assert words["first_line"].word == "3 lines before it"
    assert words["decimal"].word == "decimal comma"
    assert {name for name, word in words.items() if word.quiet} == {
        "escape", "comment", "thousands", "null_words", "date_order",
    }  # fmt: skip
    assert set(words) <= {one.name for one in fields(READING)}


def test_handed_files_are_taken_by_one_window_only() -> None:
    """However many windows hear of them at once, each file is opened once."""
    told: list[frozenset[str]] = []
    handed = Handed(told.append)
    files = [Path(f"{number}.csv") for number in range(50)]
    handed.put(files)
    taken: list[list[Path]] = []
    windows = [threading.Thread(target=lambda: taken.append(handed.take())) for _ in range(8)]
    for window in windows:
        window.start()
    for window in windows:
        window.join()

    assert sorted(taken, key=len)[-1] == files
    assert sum(map(len, taken)) == len(files)
    assert told == [frozenset({HANDED})]
    handed.put([])
    assert len(told) == 1
    assert not handed.waiting


def test_what_is_open_of_a_set_is_asked_about() -> None:
    """Neither what is certain, nor what is left out or on its way; what is no table is told apart."""
    state = ImportState()
    certain, unsure, refused, out, begun = (judged(SURE), judged(0.3), *(OpenFile(n, Path(n)) for n in "345"))
    refused.refused = out.refused = ("It is a picture.", "")
    out.left_out, begun.job = True, "job"
    state.open([certain, unsure, refused, out, begun])

    assert state.asking(ENOUGH) == [unsure]
    assert state.refused() == [refused]
    assert state.open_ones() == [certain, unsure, refused]
    assert models_for(state, [unsure]) == [certain]

    unsure.show(0)
    assert state.asking(ENOUGH) == []
    assert state.waiting(ENOUGH) == [certain, unsure]
    unsure.left_out = True
    assert state.waiting(ENOUGH) == [certain]
    assert OpenFile.from_json(unsure.to_json()).left_out
