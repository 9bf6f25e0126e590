"""What a command prints: aligned for people, exact for programs, harmless for terminals."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.types import Json
from launcher.cli.output import shorten, to_json, visible, width, write_facts, write_table
from launcher.cli.spoken import complaint

any_text = st.text(st.characters(exclude_categories=[]))


@given(any_text)
def test_what_people_read_cannot_move_the_cursor(text: str) -> None:
    """No control character, no direction mark and no broken character gets through; the line stays one line."""
    shown = visible(text)

    shown.encode()
    assert shown.isprintable() or any(
        unicodedata.category(sign) == "Zs" or sign in "\u200c\u200d" for sign in shown
    )
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in shown)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("plain.csv", "plain.csv"),
        ("Köln – 日本.csv", "Köln – 日本.csv"),
        ("\x1b[2Jred", "\\x1b[2Jred"),
        ("two\nlines\ttab", "two\\nlines\\ttab"),
        ("\u202egpj.exe", "\\u202egpj.exe"),
        ("no\udcffutf8", "no\\xffutf8"),
        ("👩\u200d🔬", "👩\u200d🔬"),
    ],
)
def test_naughty_names_are_told_apart(name: str, shown: str) -> None:
    """Readable names stay as they are; what has no shape is written as its code."""
    assert visible(name) == shown


@given(any_text)
def test_json_gives_back_exactly_what_was_meant(text: str) -> None:
    """Any file name survives, also one that is no valid text; the line is one line and can be written anywhere."""
    line = to_json({"file": text})

    line.encode()
    assert "\n" not in line
    assert json.loads(line)["file"] == text


def test_json_stays_readable() -> None:
    """Umlauts are not turned into codes."""
    assert to_json({"file": "Köln.csv"}) == '{"file": "Köln.csv"}'


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("ﬀ", 1), ("", 0), ("Ａ", 2)]
)
def test_width_is_what_a_terminal_needs(text: str, columns: int) -> None:
    """Wide signs count twice, marks above a letter not at all."""
    assert width(text) == columns


@given(st.text(), st.integers(2, 40))
def test_shortened_text_fits(text: str, limit: int) -> None:
    """Cut or not, it takes at most the columns it may; what fits is not cut."""
    short = shorten(text, limit)

    assert width(short) <= limit
    assert short == text or short.endswith("…")


def test_a_table_is_aligned_by_columns_of_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    """Numbers stand right, missing values have a sign, and wide letters do not push the next column."""
    write_table(("name", "rows"), [("日本", 12_345), ("Köln", 7), (None, None)], right=("rows",))
    lines = capsys.readouterr().out.splitlines()

    assert lines == ["name   rows", "────  ─────", "日本  12345", "Köln      7", "∅         ∅"]
    assert "\x1b" not in "".join(lines)


def test_facts_are_words_and_sizes(capsys: pytest.CaptureFixture[str]) -> None:
    """What `--json` calls `disk_bytes` people read as a size; nothing is printed as Python or JSON writes it."""
    facts: dict[str, Json] = {
        "disk_bytes": 32_768, "disk_working": True, "misses": 1_234, "problems": [],
        "database": {"size_bytes": 1_000, "journal_mode": "wal"},
    }  # fmt: skip
    write_facts(facts)
    lines = [line.split("  ") for line in capsys.readouterr().out.splitlines()[2:]]
    assert {name: rest[-1].strip() for name, *rest in lines} == {
        "disk": "33 kB", "disk working": "yes", "misses": "1,234", "problems": "none",
        "database, size": "1.0 kB", "database, journal mode": "wal",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("why", "plain"),
    [
        ("Input should be less than or equal to 65535", "at most 65535."),
        ("Input should be a valid integer, unable to parse", "this is no number."),
        ("Value error, 'x' is not one of 'csv', 'json'.", "'x' is none of 'csv', 'json'."),
        ("'PLZ' is odd.", "'PLZ' is odd."),
    ],
)
def test_a_wrong_value_is_told_without_the_librarys_words(why: str, plain: str) -> None:
    """Where it is wrong stays; why is said as people do."""
    assert (
        complaint(f"Invalid value for '--limit' / '-n': {why}") == f"Invalid value for '--limit' / '-n': {plain}"
    )
