"""The sheets of an OpenDocument spreadsheet and the rows of one of them, without a call for each element.

Used by `ods_workbook`. A first pass lets the XML library check that the part is sound and notes where each sheet
begins and ends; a second one cuts one sheet into rows, and rows of plain cells into cells. What is unusual
(another encoding, tables within cells, comments) is left to the reader that looks at every element.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Final, NamedTuple
from xml.parsers import expat

from analysis.readings.records.xlsx_package import Package

_FIRST: Final = itemgetter(0)
_ROW: Final = re.compile(r'<table:table-row(?=[\s/>])(?P<attributes>(?:\s+[\w:.-]+="[^"]*")*)\s*(?P<empty>/?)>')
_ROW_END: Final = "</table:table-row>"
_CELL: Final = re.compile(
    r"(<table:table-cell"
    r'(?: table:style-name="[^"]*")?(?: table:content-validation-name="[^"]*")?'
    r'(?: table:number-columns-repeated="([0-9]{1,7})")?(?: table:style-name="[^"]*")?'
    r'(?: office:value-type="(float|string|percentage|currency|date|boolean|time)")?'
    r'(?: office:currency="[^"]*")?'
    r'(?: office:(?:value|date-value|boolean-value|time-value)="([^"&]*)")?'
    r'(?: office:currency="[^"]*")?(?: calcext:value-type="(?!error)[^"]*")?'
    r"(?:/>|>(?:<text:p>([^<&]*)</text:p>)?</table:table-cell>))"
)
"""A cell without anything special about it, as the usual programs write it."""
_TABLE: Final = re.compile(
    rb"""<table:table(?=[\s/>])(?P<attributes>(?:[^>"']|"[^"]*"|'[^']*')*)>|</table:table\s*>"""
)
_BODY: Final = b"<office:body"
_PREFIX: Final = re.compile(rb"xmlns:([A-Za-z_][\w.-]*)\s*=")
_ROOT: Final = re.compile(rb"<[A-Za-z_][\w.-]*:document-content(?=[\s>])[^>]*>")
_ENCODING: Final = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["'](?!utf-8["'])""", re.IGNORECASE)
_UNUSUAL: Final = (b"<!--", b"<![CDATA[")
_LONGEST_HEAD: Final = 16 * 1024 * 1024


class CutRow(NamedTuple):
    """A row as it is written: all of it, the attributes of its start tag, and its cells.

    Of a cell: all of it, how often it is repeated, its kind, its value, its text. `cells` is None where one of
    them is anything but plain.
    """

    text: str
    attributes: str
    cells: list[tuple[str, str, str, str, str]] | None


@dataclass(slots=True)
class Found:
    """One sheet in the bytes of the part: its start tag's attributes, and where its rows are."""

    attributes: dict[str, str]
    start: int
    end: int = 0


@dataclass(slots=True)
class Outline:
    """What the first pass has found: `head` is everything before the sheets, `prefixes` are those of its names.

    `usual` tells that rows may be read by `stream_rows`.
    """

    head: bytes = b""
    prefixes: tuple[str, ...] = ()
    sheets: list[Found] = field(default_factory=list)
    usual: bool = True


def outline(package: Package, part: str) -> Outline:
    """Pass once through the part, and find its sheets.

    Raises:
        DamagedFileError: it is no sound XML.
    """
    found, depth, offset, rest = Outline(), 0, 0, b""
    for chunk in package.checked(part):
        data = rest + chunk
        # A "<" never stands in an attribute, so the last one begins the only tag that may go on.
        cut = max(data.rfind(b"<"), 0)
        depth = _scan(data[:cut], offset, depth, found)
        offset += cut
        rest = data[cut:]
    _scan(rest, offset, depth, found)
    _understand_head(found)
    return found


def _scan(data: bytes, offset: int, depth: int, found: Outline) -> int:
    if not found.sheets and not found.head.endswith(_BODY) and found.usual:
        before, body, _ = data.partition(_BODY)
        found.head += before + body
        found.usual = len(found.head) <= _LONGEST_HEAD
    if any(sign in data for sign in _UNUSUAL):
        found.usual = False
    for tag in _TABLE.finditer(data):
        if tag["attributes"] is None:
            depth -= 1
            if depth == 0 and found.sheets:
                found.sheets[-1].end = offset + tag.start()
            continue
        if depth == 0:
            found.sheets.append(Found(_attributes(tag["attributes"]), offset + tag.end()))
        elif not tag["attributes"].endswith(b"/"):
            found.usual = False  # a table within a cell
        if not tag["attributes"].endswith(b"/"):
            depth += 1
        elif depth == 0:
            found.sheets[-1].end = found.sheets[-1].start
    return depth


def _understand_head(found: Outline) -> None:
    root = _ROOT.search(found.head)
    if root is None or not found.head.endswith(_BODY) or _ENCODING.match(found.head.lstrip(b"\xef\xbb\xbf")):
        found.usual = False
        return
    found.prefixes = tuple(sorted({prefix.decode() for prefix in _PREFIX.findall(root[0])}))
    if "table" not in found.prefixes or "office" not in found.prefixes:
        found.usual = False


def _attributes(tag: bytes) -> dict[str, str]:
    """Return the attributes of a start tag."""
    told: list[dict[str, str]] = []
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda _name, attributes: told.append(attributes)
    parser.Parse(b"<t" + tag.rstrip(b"/") + b"/>", True)  # noqa: FBT003 - the library takes no name here
    return told[0]


def cut_rows(package: Package, part: str, found: Outline, at: int) -> Iterator[tuple[list[CutRow], int]]:
    """Yield the rows of a sheet, some at a time, each time with how many bytes of the part were read.

    Raises:
        DamagedFileError: the part cannot be unpacked.
    """
    sheet = found.sheets[at]
    offset, rest = 0, b""
    for chunk in package.chunks(part):
        first, offset = offset, offset + len(chunk)
        if offset <= sheet.start:
            continue
        data = rest + chunk[max(sheet.start - first, 0) : max(sheet.end - first, 0)]
        # Up to the end of a row, and to the end of what is there once the sheet is read.
        cut = len(data) if offset >= sheet.end else max(data.rfind(_ROW_END.encode()), 0)
        rest = data[cut:]
        yield list(_rows(data[:cut].decode())), offset
        if offset >= sheet.end:
            return


def _rows(text: str) -> Iterator[CutRow]:
    at = 0
    while (begin := _ROW.search(text, at)) is not None:
        if begin["empty"]:
            at = begin.end()
            yield CutRow(begin[0], begin["attributes"], [])
            continue
        end = text.find(_ROW_END, begin.end())
        end = end if end >= 0 else len(text)  # the end was cut off: it stands at the beginning of the next piece
        cells = _CELL.findall(text, begin.end(), end)
        plain = sum(map(len, map(_FIRST, cells))) == end - begin.end()
        at = end
        yield CutRow(text[begin.start() : end] + _ROW_END, begin["attributes"], cells if plain else None)
