"""The list of datasets is put into words once for all windows, and anew when anything about it is different."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from app.catalogue import DatasetLine
from app.features.explore import page
from core.i18n import speaking, when

LINE = DatasetLine(
    id="1", name="sales", version=1, rows=12_345, columns=3, size_bytes=2_000_000, source="sales.csv",
    changed_at=datetime.now(UTC).isoformat(),
)  # fmt: skip


@pytest.fixture(autouse=True)
def _nothing_said() -> Iterator[None]:
    page._said.cache_clear()
    yield
    page._said.cache_clear()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The moments that were put into words."""
    heard: list[str] = []

    def hearing(moment: str) -> str:
        heard.append(moment)
        return when(moment)

    monkeypatch.setattr(page, "when", hearing)
    return heard


def test_a_line_is_put_into_words_once(said: list[str]) -> None:
    """However many windows draw it."""
    assert page._cells(LINE) == page._cells(replace(LINE))
    assert len(said) == 1


def test_another_state_of_a_dataset_is_said_anew(said: list[str]) -> None:
    """Its name, its rows, and that what it was made of has changed."""
    before = page._cells(LINE)
    renamed, grown = page._cells(replace(LINE, name="turnover")), page._cells(replace(LINE, rows=7))
    old = page._cells(replace(LINE, is_answer=True, outdated=("costs",)))

    assert [before[0], renamed[0], grown[1]] == ["sales", "turnover", "7"]
    assert old[5] != before[5]
    assert len(said) == 4


def test_another_language_is_spoken_at_once() -> None:
    """A window in another language does not read the words of the first."""
    with speaking("en"):
        english = page._cells(LINE)
    with speaking("de"):
        german = page._cells(LINE)

    assert english[1] == "12,345"
    assert german[1] == "12.345"


def test_what_was_today_is_yesterday_after_midnight(monkeypatch: pytest.MonkeyPatch, said: list[str]) -> None:
    """The clock alone is told of today only."""

    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Tomorrow":
            return cls.fromtimestamp((datetime.now(tz) + timedelta(days=1)).timestamp(), tz)

    page._cells(LINE)
    monkeypatch.setattr(page, "datetime", Tomorrow)
    page._cells(LINE)

    assert len(said) == 2
