"""Where in a JSON file the records are: in the list it is, in a list inside it, or the whole file is one record.

Used by the JSON reader, to judge from the beginning of a file and to know what to expect while loading.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from analysis.readings.records.json_scan import Value
from analysis.readings.records.json_walk import JsonWalk
from core.errors import DamagedFileError, NotATableError
from core.i18n import _

SAMPLE_RECORDS: Final = 200
SAMPLE_BYTES: Final = 1024 * 1024
"""A file up to about this size is read to its end, so its damage is told at once."""


class Form(StrEnum):
    """What the elements of a list are."""

    OBJECTS = "objects"
    LISTS = "lists"
    VALUES = "values"


@dataclass(slots=True)
class Listing:
    """A list that may be the table.

    `key` is the member of the outer object that holds it, None for a list that is the file. `elements` are the
    first ones; `count` is how many there are, None if the end was not seen.
    """

    key: str | None
    elements: list[Value] = field(default_factory=list)
    count: int | None = None

    @property
    def form(self) -> Form:
        """What most elements are."""
        return form_of(self.elements)


@dataclass(slots=True)
class Layout:
    """What the beginning of a file shows.

    `listings` are the list that is the file, or the lists of objects inside the outer object. `complete` tells
    that the whole file was seen.
    """

    encoding: str
    outer: str
    listings: list[Listing] = field(default_factory=list)
    complete: bool = True


def form_of(elements: Sequence[Value]) -> Form:
    """Return what most of these elements are; single values only where there is nothing else."""
    objects = sum(1 for value in elements if value.pairs is not None)
    lists = sum(1 for value in elements if value.items is not None)
    if objects and objects >= lists:
        return Form.OBJECTS
    return Form.LISTS if lists else Form.VALUES


def look(path: Path, file_name: str) -> Layout:
    """Find the lists of a file from its first megabytes.

    Raises:
        NotATableError: the file holds one single value.
        DamagedFileError: it is no JSON.
    """
    with JsonWalk(path, file_name, at_most_bytes=SAMPLE_BYTES) as walk:
        layout = Layout(walk.encoding, walk.peek())
        try:
            _look(walk, layout, file_name)
            walk.end()
        except DamagedFileError:
            if not walk.stopped:
                raise
            layout.complete = False
    layout.listings = [each for each in layout.listings if each.key is None or each.form is Form.OBJECTS]
    if layout.outer not in ("[", "{"):
        raise NotATableError(
            file_name,
            _("is valid JSON, but a single value and no list of records."),
            hint=_("Import a file that holds a list, as [{…}, {…}]."),
        )
    return layout


def _look(walk: JsonWalk, layout: Layout, file_name: str) -> None:
    if layout.outer == "[":
        layout.listings.append(Listing(None))
        _look_into(walk, layout.listings[0])
    elif layout.outer == "{":
        for key in walk.members():
            if walk.peek() != "[":
                walk.value()
                continue
            listing = Listing(key)
            layout.listings.append(listing)
            _look_into(walk, listing)
    elif not layout.outer:
        raise DamagedFileError(file_name, _("is no valid JSON: it holds nothing but white space."))
    else:
        walk.value()


def _look_into(walk: JsonWalk, listing: Listing) -> None:
    """Pass through a list, or as much of it as is looked at, and keep its first elements."""
    count = 0
    for value, _raw in walk.elements():
        count += 1
        if len(listing.elements) < SAMPLE_RECORDS:
            listing.elements.append(value)
    listing.count = count
