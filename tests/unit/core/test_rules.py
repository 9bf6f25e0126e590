"""One rule for a value, wherever it comes from: typed in any locale, from the store, from the command line."""

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Final, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field

from core.config import AppConfig, check_setting, known_keys
from core.errors import ConfigError, RuleError
from core.i18n import number, speaking, typed_date, typed_number
from core.rules import DATASET_NAME, Rule, setting_rule

SHARE: Final[Rule[float]] = Rule(Annotated[float, Field(ge=0, le=1)])
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**12), max_value=10**12)


@given(numbers, st.sampled_from(["en", "de"]))
def test_a_number_that_was_shown_is_read_back(value: Decimal, language: str) -> None:
    """What the page writes into a field means the same number when it is handed in again."""
    with speaking(language):
        assert typed_number(str(number(value))) == value


@pytest.mark.parametrize(
    ("language", "text", "meant"),
    [
        ("en", "1,234", "1234"), ("en", "1.234", "1.234"), ("en", "1,5", "1.5"), ("en", "1,234.56", "1234.56"),
        ("de", "1.234", "1234"), ("de", "1,234", "1.234"), ("de", "0.5", "0.5"), ("de", "1.234,56", "1234.56"),
        ("de", "0.234", "0.234"), ("en", "1.234,56", "1234.56"), ("en", " 1 234\u00a0567 ", "1234567"),
        ("en", "\u22123", "-3"), ("en", "1e3", "1000"), ("de", "1'234'567", "1234567"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_the_locale_writes_it(language: str, text: str, meant: str) -> None:
    """The locale decides where a text could mean two numbers; where it can mean only one, either sign will do."""
    with speaking(language):
        assert typed_number(text) == Decimal(meant)


@pytest.mark.parametrize(
    "text", ["", " ", "77.5e", ".", ",", "1.2.3", "12,34,56", "1,2,3", "abc", "1 000 x", "--1"]
)
def test_half_a_number_is_none(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ValueError, match=r"number|grouped"):
        typed_number(text)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_a_number_or_refused(text: str) -> None:
    """No text breaks the reading of numbers or days."""
    for read in (typed_number, typed_date):
        try:
            assert read(text) is not None
        except ValueError:
            continue


@pytest.mark.parametrize(
    ("language", "text", "day"),
    [("en", "2026-03-04", (2026, 3, 4)), ("de", "4.3.2026", (2026, 3, 4)), ("de", "04.03.26", (2026, 3, 4))],
)
def test_a_day_is_read_in_the_order_of_the_locale(language: str, text: str, day: tuple[int, int, int]) -> None:
    """The ISO form everywhere, else the local one."""
    with speaking(language):
        assert typed_date(text) == dt.date(*day)


@pytest.mark.parametrize(
    ("rule", "typed", "told"),
    [
        (SHARE, "2", "This must be at most 1."),
        (SHARE, "-0.1", "This must be at least 0."),
        (SHARE, "77.5e", "'77.5e' is no number."),
        (SHARE, "", "A value is missing."),
        (Rule(int), "1.5", "This must be a whole number."),
        (Rule(dt.date), "31.02.2026", "'31.02.2026' is no day; type one such as 2026-01-31."),
        (Rule(Literal["a", "b"]), "c", "Choose one of a, b."),
        (Rule(Annotated[str, Field(min_length=2)]), "x", "This needs at least 2 signs."),
        (Rule(Annotated[str, Field(max_length=1)]), "xyz", "This may have at most 1 sign."),
        (Rule(str), "a\0b", "This text has signs that cannot be kept."),
        (Rule(str), "\ud800", "This text has signs that cannot be kept."),
        (Rule(str), "x" * 1_048_577, "This text is too long to be kept."),
        (DATASET_NAME, "a\nb", "A name has no line breaks and no invisible signs."),
    ],
)  # fmt: skip
def test_what_breaks_a_rule_is_told_in_one_sentence(rule: Rule[Any], typed: str, told: str) -> None:
    """The sentence says what the value must be instead."""
    assert rule.problem(typed) == told


def test_nothing_is_fine_where_nothing_may_be() -> None:
    """An empty field that is not required is no value, not an empty text."""
    rule: Rule[int] = Rule(Annotated[int, Field(ge=1)], required=False)
    assert rule.value("  ") is None
    assert rule.loaded(None) is None
    assert rule.stored(None) is None


@given(
    st.sampled_from([Decimal("1.500"), 7, 2.25, dt.date(2026, 1, 2), "text", True]), st.sampled_from(["en", "de"])
)
def test_what_is_stored_means_the_same_in_every_language(value: object, language: str) -> None:
    """1.500 kept in English is not 1500 when the language is changed."""
    rule: Rule[Any] = Rule(type(value))
    with speaking(language):
        assert rule.loaded(rule.stored(value)) == value


@pytest.mark.parametrize("key", known_keys())
def test_a_setting_has_one_rule(key: str) -> None:
    """What the field of a setting takes, its file takes too, and what it refuses the file refuses."""
    rule = setting_rule(key)
    default: Any = AppConfig()
    for part in key.split("."):
        default = getattr(default, part)
    for typed in (rule.shown(default), "-5", "0", "7", "3.5", "nonsense"):
        try:
            value = rule.stored(rule.value(typed))
        except RuleError:
            with pytest.raises(ConfigError):
                check_setting(key, _as_written(typed))
        else:
            check_setting(key, value)


def _as_written(typed: str) -> object:
    """The value a settings file would have for this text."""
    try:
        found = typed_number(typed)
    except ValueError:
        return typed
    return int(found) if found == found.to_integral_value() else float(found)
