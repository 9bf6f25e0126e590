"""Saved readings as text, corrections found again, and drift in words."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.readings.corrections import Located, correct, correction_of, digest_of, locate
from analysis.readings.drift import adapted, base_of, drift, lost_corrections, same_kind, settled
from analysis.readings.lines import Lines
from analysis.readings.model import Candidate, Guess
from analysis.readings.saved import SavedReading, from_toml, name_fits, pattern_of, signature_of, to_toml
from core.errors import ReadingFileError
from core.types import Column, Correction, FileFormat, Reading

READING = Reading(
    FileFormat.DELIMITED,
    encoding="windows-1252",
    newline="crlf",
    delimiter=";",
    quote='"',
    header_rows=1,
    decimal=",",
    thousands=".",
    confidence=0.9,
    first_line=4,
    column_types=("VARCHAR", "DECIMAL(18,2)"),
)
SAVED = SavedReading("umsatz", READING, ("Filiale", "Betrag"), "umsatz_#.csv")

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r"), max_size=20)
corrections = st.builds(
    lambda line, raw, text: correction_of(line, raw.encode(), text, was=raw), st.integers(1, 10**9), lines, lines
)
readings = st.builds(
    lambda **facts: Reading(FileFormat.DELIMITED, **facts),
    encoding=st.sampled_from(["utf-8", "windows-1252", "utf-16-le"]),
    newline=st.sampled_from(["lf", "crlf", "cr", "mixed"]),
    delimiter=st.none() | st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=3),
    quote=st.none() | st.sampled_from(['"', "'"]),
    escape=st.none() | st.just("\\"),
    header_rows=st.integers(0, 4),
    null_words=st.lists(texts, max_size=3).map(tuple),
    first_line=st.integers(1, 99),
    comment=st.none() | st.just("#"),
    date_order=st.none() | st.sampled_from(["dmy", "mdy"]),
    widths=st.just((3,)) | st.lists(st.integers(1, 80), min_size=1, max_size=4).map(tuple),
    confidence=st.floats(0, 1),
)


@st.composite
def saved_readings(draw: st.DrawFn) -> SavedReading:
    """Any saved reading."""
    columns = tuple(draw(st.lists(texts, max_size=4)))
    types = tuple(draw(st.sampled_from(["VARCHAR", "BIGINT", "DECIMAL(18,2)"])) for _ in columns)
    reading = replace(draw(readings), column_types=types)
    return SavedReading(draw(texts), reading, columns, draw(texts), tuple(draw(st.lists(corrections, max_size=3))))


@given(saved=saved_readings())
def test_a_reading_written_down_is_the_same_reading(saved: SavedReading) -> None:
    """What is read back from the text is what was saved, and gives the same text again."""
    text = to_toml(saved)

    assert from_toml(text, file_name="x.toml") == saved
    assert to_toml(from_toml(text, file_name="x.toml")) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("form = 1\nname = ", "no TOML"),
        ("", "no form"),
        ("form = 2\n", "no form"),
        ('form = 1\nname = "x"\n', "lacks 'reading'"),
        ('form = 1\nname = "x"\nsurprise = 1\n', "'surprise'"),
        ('form = 1\nname = "x"\n[reading]\nformat = "delimited"\ndelimeter = ";"\n', "'reading.delimeter'"),
        ('form = 1\nname = "x"\n[reading]\nformat = "delimited"\n', "lacks 'reading.delimiter'"),
        ('form = 1\nname = "x"\n[reading]\nformat = "nonsense"\n', "no reading"),
        ('form = 1\nname = 5\n[reading]\nformat = "parquet"\n', "no reading"),
    ],
)
def test_a_text_that_is_no_reading_says_where(text: str, words: str) -> None:
    """A person who edits the file learns what is wrong with it."""
    with pytest.raises(ReadingFileError, match=words):
        from_toml(text, file_name="x.toml")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("umsatz_2025-01.csv", "Umsatz_2025-12.csv", True),
        ("umsatz_2025-01.csv", "umsatz_2025-01 (2).csv", True),
        ("umsatz_2025-01.csv", "umsatz.csv", False),
        ("umsatz.csv", "umsatz~3.csv", True),
        ("umsatz.csv", "umsatz2.csv", False),
        ("a+b[1].csv", "a+b[77].csv", True),
    ],
)
def test_files_of_one_kind_are_known_by_their_name(one: str, other: str, same: bool) -> None:
    """Digits are any digits, a copy is the same file; nothing else is."""
    assert name_fits(pattern_of(one), one)
    assert name_fits(pattern_of(one), other) is same


def test_a_signature_is_that_of_the_columns() -> None:
    """Case and air do not matter, order and names do; without names the number does."""
    assert signature_of(["Betrag ", "filiale"]) == signature_of(["betrag", "Filiale"])
    assert signature_of(["a", "b"]) != signature_of(["b", "a"])
    assert signature_of(["", ""]) == signature_of([" ", ""]) != signature_of(["", "", ""])


# ---- corrections ------------------------------------------------------------------------------------------


def batches(texts: list[str]) -> list[Lines]:
    """Lines in batches of three."""
    return [
        Lines(at + 1, texts[at : at + 3], ["\n"] * len(texts[at : at + 3]), "utf-8")
        for at in range(0, len(texts), 3)
    ]


def corrected(line: int, was: str) -> Correction:
    """A correction of a line."""
    return correction_of(line, was.encode(), "right", was=was)


def test_a_correction_is_found_in_its_place() -> None:
    """Where the same bytes stand twice, the line decides."""
    found = locate(batches(["a", "x", "b", "x", "c"]), [corrected(4, "x")])

    assert found == Located({4: corrected(4, "x")})


def test_a_correction_that_moved_is_followed_and_told() -> None:
    """A line that stands elsewhere is set right there, if it is the only one."""
    found = locate(batches(["new", "a", "x", "b"]), [corrected(2, "x")])

    assert list(found.found) == [3]
    assert found.found[3].line == 3
    assert found.moved == (corrected(2, "x"),)


@pytest.mark.parametrize("texts", [["a", "b"], ["x", "a", "b", "x"]])
def test_a_correction_without_its_line_is_lost_and_told(texts: list[str]) -> None:
    """Neither a line that is gone nor one of several candidates is guessed."""
    found = locate(batches(texts), [corrected(3, "x")])

    assert found.found == {}
    assert found.lost == (corrected(3, "x"),)
    assert "'x'" not in found.lost[0].text
    assert lost_corrections(found.lost)[0].line == 3


@given(
    texts=st.lists(st.text("abc", max_size=2), min_size=1, max_size=30),
    picks=st.lists(st.integers(0, 29), max_size=5),
)
def test_corrections_of_an_unchanged_file_are_all_found(texts: list[str], picks: list[int]) -> None:
    """The next import of the same bytes has every one of them, and keeps the bytes that stood there."""
    wanted = {pick % len(texts) + 1: corrected(pick % len(texts) + 1, texts[pick % len(texts)]) for pick in picks}
    found = locate(batches(texts), list(wanted.values()))
    made = [correct(batch, found.found) for batch in batches(texts)]
    after = [text for batch in made for text in batch.texts]
    raw = [batch.raw(i) for batch in made for i in range(len(batch.texts))]

    assert (found.found, found.moved, found.lost) == (wanted, (), ())
    assert after == ["right" if at in wanted else text for at, text in enumerate(texts, start=1)]
    assert raw == [text.encode() for text in texts]


def test_a_correction_is_one_line() -> None:
    """A line break would shift every line after it."""
    with pytest.raises(ValueError, match="one line"):
        Correction(1, digest_of(b"x"), "a\nb")


# ---- drift ------------------------------------------------------------------------------------------------


def candidate(
    reading: Reading = READING,
    columns: tuple[str, ...] = ("Filiale", "Betrag"),
    types: tuple[str, ...] = ("VARCHAR", "DECIMAL(18,2)"),
    preview: tuple[tuple[str, ...], ...] = (("Bonn", "1,50"),),
    guesses: tuple[Guess, ...] = (),
) -> Candidate:
    """What a reading makes of a file."""
    told = tuple(Column(name, name, kind) for name, kind in zip(columns, types, strict=True))
    return Candidate(reading, told, preview, "", guesses=guesses)


def kinds(judged: Candidate, replayed: Candidate | None = None, fitted: Candidate | None = None) -> list[str]:
    """Which differences are told."""
    base = base_of(replayed, judged)
    return [one.kind for one in drift(SAVED, base, judged, fitted or base)]


def test_signs_that_change_no_cell_are_no_drift() -> None:
    """A file without a quote or a letter above ASCII reads the same either way."""
    judged = candidate(replace(READING, quote=None, encoding="utf-8", newline="lf"))

    assert kinds(judged, candidate()) == []


def test_signs_that_change_cells_are_drift() -> None:
    """Another delimiter is told as such, not as columns that are gone."""
    judged = candidate(replace(READING, delimiter=","))
    replayed = candidate(columns=("Filiale,Betrag",), types=("VARCHAR",), preview=(("Bonn,1.5",),))

    assert kinds(judged, replayed) == ["delimiter"]
    assert kinds(judged, None) == ["delimiter"]


def test_columns_that_are_missing_new_or_moved_are_drift() -> None:
    """Each is told once, by name."""
    assert kinds(candidate(columns=("Filiale", "Summe"))) == ["missing_column", "new_column"]
    assert kinds(candidate(columns=("Betrag", "filiale "))) == ["order"]
    gone = candidate(columns=("Filiale",), types=("VARCHAR",))
    assert kinds(gone) == ["missing_column"]


def test_cells_that_do_not_fit_and_less_certainty_are_drift() -> None:
    """The first cell that does not fit is named with its line."""
    bad = Guess("Betrag", "DECIMAL(18,2)", share=0.9, counterexamples=((7, "n/a"),))
    fitted = candidate(guesses=(Guess("Filiale", "VARCHAR"), bad))
    told = drift(SAVED, candidate(), candidate(), fitted)

    assert [(one.kind, one.line, one.found) for one in told] == [("type", 7, "n/a")]
    assert kinds(candidate(replace(READING, confidence=0.7))) == ["confidence"]
    assert kinds(candidate(Reading(FileFormat.JSON))) == ["format"]


def test_types_go_with_the_names_of_columns() -> None:
    """In another order each column keeps the type it had; where most cells do not fit it gets another."""
    base = candidate(columns=("Betrag", "neu", "Filiale"), types=("VARCHAR", "BIGINT", "VARCHAR"))
    reading = adapted(SAVED, base)
    assert reading.column_types == ("DECIMAL(18,2)", "BIGINT", "VARCHAR")

    few = Guess("Betrag", "DECIMAL(18,2)", share=0.1)
    fitted = replace(base, reading=reading, guesses=(few, Guess("neu", "BIGINT"), Guess("Filiale", "VARCHAR")))
    assert settled(base, fitted).column_types == ("VARCHAR", "BIGINT", "VARCHAR")


def test_a_file_is_of_a_kind_by_its_columns_or_by_its_name() -> None:
    """The same columns do; a name alone does with most of the columns; nothing else does."""
    assert same_kind(SAVED, candidate(), "anything.csv")
    assert same_kind(SAVED, candidate(columns=("Filiale", "neu")), "umsatz_7.csv")
    assert not same_kind(SAVED, candidate(columns=("Filiale", "neu")), "anything.csv")
    assert not same_kind(SAVED, candidate(columns=("x", "y")), "umsatz_7.csv")
