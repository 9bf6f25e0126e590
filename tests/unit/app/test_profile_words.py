"""The numbers of a profile as people write them."""

from dataclasses import fields
from typing import Any

import pytest

from analysis.profile import ColumnProfile
from app.features.explore.profile import told
from core.i18n import set_language


def column(sql_type: str, low: str, high: str) -> ColumnProfile:
    """A column of numbers between two ends."""
    known: dict[str, Any] = {
        "name": "x", "type": sql_type, "min": low, "max": high, "mean": 1.0, "quantiles": {}, "histogram": (),
        "top": (),
    }  # fmt: skip
    return ColumnProfile(**{one.name: known.get(one.name, 0) for one in fields(ColumnProfile)})


@pytest.mark.parametrize(
    ("sql_type", "high", "value", "said"),
    [
        ("BIGINT", "2025", "2019", "2019"),  # a year is not grouped
        ("BIGINT", "40", "20.0", "20"),  # the middle of two whole numbers is whole
        ("BIGINT", "40", "20.5", "20,5"),
        ("BIGINT", "990000", "20000.0", "20.000"),
        ("DECIMAL(18,1)", "30.0", "0.0", "0,0"),  # places that are there are shown
        ("DECIMAL(18,2)", "99739.34", "47909.90", "47.909,90"),
        ("DOUBLE", "1e300", "1e300", "1e300"),
    ],
)
def test_numbers_have_the_signs_of_the_language(sql_type: str, high: str, value: str, said: str) -> None:
    """Short ones, too: a German profile never shows 0.0 beside 541,14."""
    set_language("de")
    assert told(column(sql_type, "0", high), value) == said
