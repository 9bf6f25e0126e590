"""Writes small workbooks in formats no library at hand writes: .ods, .xlsb and .xls, straight from their books.

Only what the tests need; what each part must be is said in the documents the readers name.
"""

import io
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape, quoteattr

from analysis.readings.records.xlsx_values import ERRORS


@dataclass(frozen=True, slots=True)
class Fault:
    """An error in place of a value."""

    text: str


Given = str | float | bool | date | Fault | None


@dataclass(slots=True)
class GivenSheet:
    """A sheet: its name, its rows, and what is special about it."""

    name: str
    rows: Sequence[Sequence[Given]]
    hidden: bool = False
    merged: Sequence[tuple[int, int, int, int]] = field(default_factory=tuple)  # first row, last row, columns


def serial(day: date, *, from_1904: bool) -> float:
    """The number a day is stored as."""
    return float((day - (date(1904, 1, 1) if from_1904 else date(1899, 12, 30))).days)


# ---- OpenDocument -----------------------------------------------------------------------------------------


def ods(sheets: Sequence[GivenSheet]) -> bytes:
    """An .ods file."""
    tables = "".join(_ods_table(sheet) for sheet in sheets)
    content = (
        '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
        'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
        'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0">'
        '<office:automatic-styles><style:style style:name="off" style:family="table">'
        '<style:table-properties table:display="false"/></style:style></office:automatic-styles>'
        f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    return sink.getvalue()


def _ods_table(sheet: GivenSheet) -> str:
    spans = {(first, left): (last - first + 1, right - left + 1) for first, last, left, right in sheet.merged}
    rows = "".join(
        "<table:table-row>"
        + "".join(_ods_cell(cell, spans.get((r, c), (1, 1))) for c, cell in enumerate(row))
        + "</table:table-row>"
        for r, row in enumerate(sheet.rows)
    )
    style = ' table:style-name="off"' if sheet.hidden else ""
    empty = (
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
    )
    return f"<table:table table:name={quoteattr(sheet.name)}{style}>{rows}{empty}</table:table>"


def _ods_cell(cell: Given, span: tuple[int, int]) -> str:
    spanned = (
        ""
        if span == (1, 1)
        else f' table:number-rows-spanned="{span[0]}" table:number-columns-spanned="{span[1]}"'
    )
    if cell is None:
        return f"<table:table-cell{spanned}/>"
    if isinstance(cell, bool):
        kind = f'office:value-type="boolean" office:boolean-value="{str(cell).lower()}"'
    elif isinstance(cell, float):
        kind = f'office:value-type="float" office:value="{cell!r}"'
    elif isinstance(cell, date):
        kind = f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, Fault):
        kind = (
            'table:formula="of:=1/0" office:value-type="string" office:string-value="" calcext:value-type="error"'
        )
    else:
        kind = 'office:value-type="string"'
    shown = cell.text if isinstance(cell, Fault) else cell if isinstance(cell, str) else "shown"
    paragraphs = "".join(f"<text:p>{_ods_text(line)}</text:p>" for line in shown.split("\n"))
    return f"<table:table-cell {kind}{spanned}>{paragraphs}</table:table-cell>"


def _ods_text(line: str) -> str:
    return escape(line).replace("\t", "<text:tab/>").replace("  ", '<text:s text:c="2"/>')


# ---- .xlsb ------------------------------------------------------------------------------------------------


def xlsb(sheets: Sequence[GivenSheet], *, from_1904: bool = False) -> bytes:
    """An .xlsb file: texts shared, whole numbers short, days by the built-in format 14."""
    texts: list[str] = []
    parts = {
        f"xl/worksheets/sheet{number}.bin": _xlsb_sheet(sheet, texts, from_1904=from_1904)
        for number, sheet in enumerate(sheets, 1)
    }
    bundle = b"".join(
        _record(156, struct.pack("<II", 1 if sheet.hidden else 0, n) + _wide(f"rId{n}") + _wide(sheet.name))
        for n, sheet in enumerate(sheets, 1)
    )
    parts["xl/workbook.bin"] = _record(153, struct.pack("<I", int(from_1904)) + bytes(8)) + bundle
    styles = b"".join(_record(47, struct.pack("<HH", 0, number) + bytes(12)) for number in (0, 14))
    parts["xl/styles.bin"] = _record(617, struct.pack("<I", 2)) + styles + _record(618, b"")
    parts["xl/sharedStrings.bin"] = b"".join(_record(19, b"\0" + _wide(text)) for text in texts)
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="http://x/worksheet" Target="worksheets/sheet{n}.bin"/>'
        for n in range(1, len(sheets) + 1)
    )
    relations += '<Relationship Id="s" Type="http://x/styles" Target="styles.bin"/>'
    relations += '<Relationship Id="t" Type="http://x/sharedStrings" Target="sharedStrings.bin"/>'
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/_rels/workbook.bin.rels", f"<Relationships>{relations}</Relationships>")
        for name, data in parts.items():
            archive.writestr(name, data)
    return sink.getvalue()


def _xlsb_sheet(sheet: GivenSheet, texts: list[str], *, from_1904: bool) -> bytes:
    made = [_record(145, b"")]
    for r, row in enumerate(sheet.rows):
        made.append(_record(0, struct.pack("<I", r) + bytes(12)))
        for c, cell in enumerate(row):
            if cell is None:
                continue
            kind, style, data = _xlsb_cell(cell, texts, from_1904=from_1904)
            made.append(_record(kind, struct.pack("<II", c, style) + data))
    made.append(_record(146, b""))
    made += [_record(176, struct.pack("<IIII", *place)) for place in sheet.merged]
    return b"".join(made)


def _xlsb_cell(cell: Given, texts: list[str], *, from_1904: bool) -> tuple[int, int, bytes]:
    if isinstance(cell, bool):
        return 4, 0, bytes([cell])
    if isinstance(cell, date):
        return 5, 1, struct.pack("<d", serial(cell, from_1904=from_1904))
    if isinstance(cell, Fault):
        return 3, 0, bytes([_code(cell)])
    if isinstance(cell, float):
        return (2, 0, _rk(cell)) if _short(cell) else (5, 0, struct.pack("<d", cell))
    texts.append(str(cell))
    return 7, 0, struct.pack("<I", len(texts) - 1)


def _record(kind: int, data: bytes) -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, size = len(data), b""
    while True:
        size += bytes([length & 0x7F | (0x80 if length > 0x7F else 0)])
        length >>= 7
        if not length:
            return head + size + data


def _wide(text: str) -> bytes:
    raw = text.encode("utf-16-le", "surrogatepass")
    return struct.pack("<I", len(raw) // 2) + raw


# ---- .xls -------------------------------------------------------------------------------------------------


def xls(sheets: Sequence[GivenSheet], *, from_1904: bool = False, longest: int = 8_000) -> bytes:
    """An .xls file of Excel 97; texts are cut into records of at most `longest` bytes."""
    texts: list[str] = []
    bodies = [_xls_sheet(sheet, texts, from_1904=from_1904) for sheet in sheets]
    head = _biff(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _biff(0x22, struct.pack("<H", from_1904))
    head += b"".join(_biff(0xE0, struct.pack("<HH", 0, number) + bytes(16)) for number in (0, 14))
    shared = _shared(texts, longest) + _biff(0x0A, b"")
    names = [_biff(0x85, bytes(6) + _short_text(sheet.name)) for sheet in sheets]
    start = len(head) + sum(map(len, names)) + len(shared)
    listed = b""
    for sheet, body in zip(sheets, bodies, strict=True):
        listed += _biff(0x85, struct.pack("<IBB", start, int(sheet.hidden), 0) + _short_text(sheet.name))
        start += len(body)
    return container({"Workbook": head + listed + shared + b"".join(bodies)})


def _xls_sheet(sheet: GivenSheet, texts: list[str], *, from_1904: bool) -> bytes:
    made = [_biff(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))]
    for r, row in enumerate(sheet.rows):
        for c, cell in enumerate(row):
            if cell is not None:
                made.append(_xls_cell(r, c, cell, texts, from_1904=from_1904))
    places = b"".join(struct.pack("<HHHH", *place) for place in sheet.merged)
    return b"".join([*made, _biff(0xE5, struct.pack("<H", len(sheet.merged)) + places), _biff(0x0A, b"")])


def _xls_cell(row: int, column: int, cell: Given, texts: list[str], *, from_1904: bool) -> bytes:
    place = struct.pack("<HH", row, column)
    if isinstance(cell, bool):
        return _biff(0x205, place + struct.pack("<HBB", 0, cell, 0))
    if isinstance(cell, date):
        return _biff(0x203, place + struct.pack("<Hd", 1, serial(cell, from_1904=from_1904)))
    if isinstance(cell, Fault):
        return _biff(0x205, place + struct.pack("<HBB", 0, _code(cell), 1))
    if isinstance(cell, float):
        if _short(cell):
            return _biff(0x27E, place + struct.pack("<H", 0) + _rk(cell))
        return _biff(0x203, place + struct.pack("<Hd", 0, cell))
    texts.append(str(cell))
    return _biff(0xFD, place + struct.pack("<HI", 0, len(texts) - 1))


def _shared(texts: list[str], longest: int) -> bytes:
    """The shared texts, cut wherever a record is full; within a text the next one says how it is written."""
    blocks = [bytearray(struct.pack("<II", len(texts), len(texts)))]
    for text in texts:
        raw = text.encode("utf-16-le", "surrogatepass")
        narrow = all(ord(char) < 256 for char in text)
        size, flag = (1, 0) if narrow else (2, 1)
        data = text.encode("latin-1") if narrow else raw
        if len(blocks[-1]) + 3 + size > longest:
            blocks.append(bytearray())
        blocks[-1] += struct.pack("<HB", len(data) // size, flag)
        while data:
            room = (longest - len(blocks[-1])) // size * size
            if room <= 0:
                blocks.append(bytearray([flag]))
                continue
            blocks[-1] += data[:room]
            data = data[room:]
    return _biff(0xFC, bytes(blocks[0])) + b"".join(_biff(0x3C, bytes(block)) for block in blocks[1:])


def _biff(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _short_text(text: str) -> bytes:
    raw = text.encode("utf-16-le")
    return bytes([len(raw) // 2, 1]) + raw


def _short(value: float) -> bool:
    return value.is_integer() and abs(value) < 2**29 and repr(value) != "-0.0"


def _rk(value: float) -> bytes:
    return struct.pack("<i", int(value) << 2 | 2)


def _code(fault: Fault) -> int:
    return next(code for code, text in ERRORS.items() if text == fault.text)


# ---- the container of old Office files --------------------------------------------------------------------

_SECTOR = 512
_END, _FREE, _FAT, _NO_ENTRY = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF


def container(streams: dict[str, bytes]) -> bytes:
    """An OLE file with these streams, each padded to a size that is stored in sectors of its own."""
    padded = {
        name: data + bytes(max(4_096, -len(data) % _SECTOR + len(data)) - len(data))
        for name, data in streams.items()
    }
    counts = [len(data) // _SECTOR for data in padded.values()]
    entries = -(-(len(streams) + 1) // 4)
    fat_sectors = 1
    while fat_sectors * 128 < fat_sectors + entries + sum(counts):
        fat_sectors += 1
    fat = [_FAT] * fat_sectors + _chain(fat_sectors, entries)
    starts = []
    for count in counts:
        starts.append(len(fat))
        fat += _chain(len(fat), count)
    fat += [_FREE] * (fat_sectors * 128 - len(fat))
    listing = _entry("Root Entry", 5, _END, 0, child=1)
    for n, (name, data) in enumerate(padded.items(), 1):
        listing += _entry(name, 2, starts[n - 1], len(data), right=n + 1 if n < len(padded) else _NO_ENTRY)
    listing += bytes(entries * _SECTOR - len(listing))
    places = [*range(fat_sectors), *[_FREE] * (109 - fat_sectors)]
    head = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    )
    head += struct.pack("<IIIIIIII", fat_sectors, fat_sectors, 0, 4_096, _END, 0, _END, 0)
    return (
        head
        + struct.pack("<109I", *places)
        + struct.pack(f"<{len(fat)}I", *fat)
        + listing
        + b"".join(padded.values())
    )


def _chain(first: int, count: int) -> list[int]:
    return [*range(first + 1, first + count), _END]


def _entry(
    name: str, kind: int, start: int, size: int, *, child: int = _NO_ENTRY, right: int = _NO_ENTRY
) -> bytes:
    raw = name.encode("utf-16-le") + b"\0\0"
    made = raw + bytes(64 - len(raw)) + struct.pack("<HBB", len(raw), kind, 1)
    made += struct.pack("<III", _NO_ENTRY, right, child) + bytes(36)
    return made + struct.pack("<IQ", start, size)
