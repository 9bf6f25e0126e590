"""Make the messy sample file again: `python scripts/make_sample.py`; the bytes are the same each time.

What is wrong with the file, and where, is in `analysis/samples/__init__.py`; a test compares the two.
"""

import random
import sys
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analysis.samples import FAULTS, SAMPLE_NAME  # noqa: E402 - found only after the path is set

SHOPS = ("Köln", "München", "Düsseldorf", "Zürich", "Großenhain", "Graz")
BUYERS = ("Bäckerei Jäger", "Café Öl & Essig", '"Schulz; Söhne"', "Weiß GmbH", "", '"Haus ""Blüte"""')
ENCODING = "windows-1252"


def main() -> int:
    """Write the file."""
    target = ROOT / "analysis" / "samples" / SAMPLE_NAME
    target.write_bytes(sample_bytes())
    print(f"{target.relative_to(ROOT)}: {target.stat().st_size} bytes")
    return 0


def sample_bytes() -> bytes:
    """Return the file's content."""
    dice = random.Random(2025)  # noqa: S311 - the same sample each time, no secret
    lines = [
        "Kassenbuch Müller & Söhne",
        "Stand: 31.03.2025",
        "Alle Beträge in Euro",
        "Beleg-Nr.;Datum;Filiale;Käufer;Menge;Betrag;Bezahlt",
    ]
    total = 0
    for number in range(1, FAULTS.records + 1):
        if len(lines) + 1 == FAULTS.blank_line:
            lines.append("")
        record, cents = one_record(dice, number)
        total += cents
        lines.append(f"{record};storniert" if len(lines) + 1 == FAULTS.extra_field_line else record)
    lines.append(f"Summe;;;;;{euros(total)};")
    return "".join(f"{line}\r\n" for line in lines).encode(ENCODING)


def one_record(dice: random.Random, number: int) -> tuple[str, int]:
    """Return one line and its amount in cents."""
    day = date(2025, 1, 2) + timedelta(days=number * 88 // FAULTS.records)
    pieces = dice.choice((1, 1, 2, 3, 5, 12))
    cents = pieces * dice.choice((249, 1290, 4999, 124900)) * dice.choice((1, 1, 1, 1, -1))
    paid = dice.choice(("ja", "ja", "ja", "nein", ""))
    shop, buyer = dice.choice(SHOPS), dice.choice(BUYERS)
    return f"{number * 7:06d};{day:%d.%m.%Y};{shop};{buyer};{pieces};{euros(cents)};{paid}", cents


def euros(cents: int) -> str:
    """Return an amount as German programs write it: 1.234,50."""
    text = f"{cents / 100:,.2f}"
    return text.translate(str.maketrans(",.", ".,"))


if __name__ == "__main__":
    sys.exit(main())
