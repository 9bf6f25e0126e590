"""A messy file to try Bestand with: what a German till system exports, with its usual faults.

Made, not shipped: the same bytes each time. Windows-1252, semicolons, three lines before the header, decimal
commas, customer numbers with leading zeros, and two lines with the wrong number of fields.
"""

import random
from datetime import date, timedelta
from pathlib import Path

SAMPLE_NAME = "umsatz_2025.csv"
ROWS = 2_000
EXTRA_FIELD_LINE = 704
"""This line has one field too many."""
SHORT_LINE = 1_350
"""This line lacks its last field."""

_FIRST_LINE = 5
_SHOPS = ("Köln", "München", "Düsseldorf", "Zürich", "Großenhain", "Hamburg", "Graz")
_GOODS = (
    ("Kaffee, gemahlen 500 g", 649), ("Käse am Stück", 1290), ("Müsli Früchte", 389), ("Öl, kalt gepresst", 1149),
    ("Brötchen 6er", 279), ('Serviette "Fest"', 199), ("Weißwein trocken", 899), ("Espressomaschine", 124900),
)  # fmt: skip


def write_sample(folder: Path) -> Path:
    """Write the sample into a folder and return its path."""
    target = folder / SAMPLE_NAME
    target.write_bytes(sample_bytes())
    return target


def sample_bytes() -> bytes:
    """Return the sample file: 2,004 lines, 2,000 of them records, 2 of those with a fault."""
    lines = [
        "Kassenbericht Filialen 2025",
        "Erstellt am 02.01.2026 um 07:15 Uhr",
        "Alle Beträge in EUR",
        "Datum;Filiale;Kundennummer;Artikel;Menge;Einzelpreis;Betrag;Bezahlt",
    ]
    dice = random.Random(2025)  # noqa: S311 - the same sample each time, no secret
    lines += [_with_fault(number, _record(dice, number)) for number in range(_FIRST_LINE, ROWS + _FIRST_LINE)]
    return ("\r\n".join(lines) + "\r\n").encode("windows-1252")


def _record(dice: random.Random, number: int) -> str:
    day = date(2025, 1, 2) + timedelta(days=(number - _FIRST_LINE) * 362 // ROWS)
    goods, cents = dice.choice(_GOODS)
    amount = dice.choice((1, 1, 1, 2, 2, 3, 4, 6, 12))
    customer = f"{dice.randrange(1, 900):06d}" if dice.random() < 0.8 else ""
    fields = (
        f"{day:%d.%m.%Y}", dice.choice(_SHOPS), customer, _quoted(goods), str(amount), _euros(cents),
        _euros(cents * amount), dice.choice(("ja", "ja", "ja", "nein")),
    )  # fmt: skip
    return ";".join(fields)


def _with_fault(number: int, record: str) -> str:
    if number == EXTRA_FIELD_LINE:
        return f"{record};storniert"
    return record.rpartition(";")[0] if number == SHORT_LINE else record


def _quoted(text: str) -> str:
    return '"{}"'.format(text.replace('"', '""')) if '"' in text or ";" in text else text


def _euros(cents: int) -> str:
    whole = f"{cents // 100:,}".replace(",", ".")
    return f"{whole},{cents % 100:02d}"
