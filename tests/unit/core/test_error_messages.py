"""Every expected error is a sentence with a hint, and has a code that scripts can rely on."""

import inspect
from collections.abc import Iterator

import pytest

from core import errors
from core.errors import (
    BestandError,
    CancelledError,
    ColumnNotFoundError,
    DatasetNotFoundError,
    DiskFullError,
    EmptyFileError,
    FileMissingError,
    JobNotFoundError,
    NameTakenError,
    ProfileReadOnlyError,
    UncertainReadingError,
)

READY = [
    FileMissingError("data/umsatz.csv"),
    EmptyFileError("data/umsatz.csv"),
    UncertainReadingError("data/umsatz.csv", confidence=0.41),
    DatasetNotFoundError("umsatz", nearest="umsatz_2026"),
    ColumnNotFoundError("umsatz", "betrag", nearest="Betrag"),
    JobNotFoundError("j1"),
    NameTakenError("umsatz"),
    CancelledError("The import of 'umsatz.csv'"),
    ProfileReadOnlyError("profile"),
    DiskFullError("profile"),
]
"""The errors that write their own sentence."""


def classes() -> Iterator[type[BestandError]]:
    """All error classes."""
    for _, each in inspect.getmembers(errors, inspect.isclass):
        if issubclass(each, BestandError):
            yield each


def test_every_class_has_a_code_of_its_own() -> None:
    """A script can tell errors apart by their code alone."""
    codes = [each.code for each in classes()]
    assert len(set(codes)) == len(codes)
    assert all(code.replace("_", "").isalpha() and code.islower() for code in codes)


def test_every_class_says_what_to_do_next() -> None:
    """A hint is a sentence."""
    assert all(each.default_hint[0].isupper() and each.default_hint.endswith(".") for each in classes())


@pytest.mark.parametrize("error", READY, ids=lambda e: type(e).__name__)
def test_a_message_is_one_sentence_that_names_the_thing(error: BestandError) -> None:
    """What happened, to which thing; in the form the `--json` contract has."""
    text = str(error)
    assert text.endswith((".", "?"))
    assert "'" in text
    assert error.to_dict() == {"code": error.code, "message": text, "hint": error.hint}


def test_a_hint_can_be_made_to_fit() -> None:
    """The caller that knows more gives the better hint; otherwise the class's own holds."""
    assert BestandError("It broke.", hint="Mend it.").hint == "Mend it."
    assert BestandError("It broke.").hint == BestandError.default_hint


def test_facts_travel_with_the_error() -> None:
    """The log gets what the sentence leaves out."""
    assert BestandError("It broke.", rows=3).context == {"rows": 3}
    assert FileMissingError("data/umsatz.csv").context == {"path": "data/umsatz.csv"}


def test_a_file_is_called_by_its_name_not_its_path() -> None:
    """The sentence fits a window, whatever folder the file is in."""
    assert str(FileMissingError("a/very/long/way/umsatz.csv")) == "'umsatz.csv' does not exist."


def test_the_nearest_name_is_offered() -> None:
    """A typing error is answered with what was probably meant."""
    assert "Did you mean 'umsatz_2026'?" in str(DatasetNotFoundError("umsatz", nearest="umsatz_2026"))
    assert "Did you mean" not in str(DatasetNotFoundError("umsatz"))
    assert "Did you mean" not in str(ColumnNotFoundError("umsatz", "x"))


def test_an_uncertain_reading_brings_its_candidates() -> None:
    """The page shows them side by side."""
    error = UncertainReadingError("u.csv", confidence=0.414, candidates=["one", "other"])
    assert "0.41" in str(error)
    assert (error.confidence, error.candidates) == (0.414, ("one", "other"))
