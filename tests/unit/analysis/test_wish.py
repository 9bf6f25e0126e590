"""What a person said about reading a file, on its way through a job's arguments."""

import json

from analysis.choosing import Wish
from analysis.readings.model import Choice
from analysis.readings.saved import SavedReading
from core.types import Correction, FileFormat, Reading

READING = Reading(FileFormat.DELIMITED, encoding="utf-8", delimiter=";", widths=None, column_types=("BIGINT",))


def test_a_wish_is_the_same_after_the_queue() -> None:
    """Whatever was said: another process reads the file as this one would have."""
    said = (
        Wish(),
        Wish(reading=READING, corrections=(Correction(3, "aa", "x", "y"),), auto=True),
        Wish(choice=Choice(sheet="Costs"), fresh=True, types=(("id", "VARCHAR"), ("when", "DATE"))),
    )
    for wish in said:
        assert Wish.from_args(json.loads(json.dumps(wish.to_args()))) == wish


def test_a_saved_reading_goes_with_the_wish() -> None:
    """It is replayed as it was when the import was asked for, whatever becomes of it meanwhile."""
    saved = SavedReading("weekly", READING, ("id",), files="week_*.csv")

    again = Wish.from_args(json.loads(json.dumps(Wish(saved=saved).to_args()))).saved

    assert again is not None
    assert (again.name, again.files, again.reading.delimiter) == ("weekly", "week_*.csv", ";")


def test_what_was_queued_by_an_older_program_is_understood() -> None:
    """What it did not know to say is as nobody had said anything."""
    assert Wish.from_args({"path": "/a.csv", "auto": True, "choice": None, "types": None}) == Wish(auto=True)
