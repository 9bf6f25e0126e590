"""What a window remembers of a ledger: corrections that wait for the next import."""

import pytest

from app.widgets.ledger import LedgerState
from core.types import Correction


def test_corrections_that_wait_outlive_the_engine() -> None:
    """Lines set right, left out, and to be as they were: all are there again, nothing else is told."""
    state = LedgerState(version=3, line=7, undo={12, 4})
    state.waiting = {7: Correction(7, "aa", "a;b", "a b"), 9: Correction(9, "bb", "")}

    again = LedgerState.from_json(state.to_json())

    assert (again.waiting, again.undo) == (state.waiting, state.undo)
    assert (again.version, again.line) == (0, None)


@pytest.mark.parametrize("told", [None, {}, {"waiting": [{}], "undo": []}, {"waiting": 3, "undo": []}])
def test_what_nobody_wrote_is_refused(told: object) -> None:
    """The session keeps it aside then, as any value a field does not take."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        LedgerState.from_json(told)
