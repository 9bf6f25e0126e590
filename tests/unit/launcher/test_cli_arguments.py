"""What a person may type: parameters, files, folders and patterns, the profile anywhere."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import UsageError
from core.typed_values import TypedValue, typed_value
from launcher.__main__ import main
from launcher.cli.inputs import expand
from launcher.cli.parameters import parse_parameters
from launcher.readable import is_readable


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("-12", -12),
        ("007", "007"),
        ("1.50", Decimal("1.50")),
        ("1,5", "1,5"),
        ("1e5", "1e5"),
        ("true", True),
        ("FALSE", False),
        ("null", None),
        ("'null'", "null"),
        ('"5"', "5"),
        ("2026-01-31", date(2026, 1, 31)),
        ("2026-02-30", "2026-02-30"),
        ("2026-01-31T12:30:00", datetime(2026, 1, 31, 12, 30)),  # noqa: DTZ001 - typed without a zone
        ("2026-01-31 oder so", "2026-01-31 oder so"),
        ("Köln", "Köln"),
        ("", ""),
        ("'", "'"),
    ],
)
def test_a_value_is_what_it_plainly_is(text: str, value: TypedValue) -> None:
    """Numbers, dates and truth values are taken as such; leading zeros and quotes keep a text a text."""
    parsed = typed_value(text)

    assert parsed == value
    assert type(parsed) is type(value)


@given(st.text())
def test_a_quoted_value_is_always_the_text(text: str) -> None:
    """Whoever quotes gets the letters, whatever they look like."""
    assert typed_value(f"'{text}'") == text


def test_parameters_are_split_at_the_first_sign() -> None:
    """A value may hold the sign too, and the name may be written as in the question."""
    assert parse_parameters(["a=x=y", "$b=1"]) == {"a": "x=y", "b": 1}


@pytest.mark.parametrize("given", [["a"], ["=1"], ["a=1", "$a=2"]])
def test_a_broken_parameter_is_a_usage_error(given: list[str]) -> None:
    """It is told before anything is opened."""
    with pytest.raises(UsageError):
        parse_parameters(given)


def test_files_come_in_the_order_given(tmp_path: Path) -> None:
    """Names stay as typed; folders and patterns come by name, without what is hidden or foreign."""
    for name in ("b.csv", "a.CSV", ".hidden.csv", "photo.png", "c.tsv.gz", "deep"):
        (tmp_path / name).touch()
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "z.parquet").touch()
    one = str(tmp_path / "photo.png")
    meant = list(expand([one, str(folder), str(tmp_path / "*.csv"), str(tmp_path)]))

    assert [Path(m).name for m in meant] == ["photo.png", "z.parquet", "b.csv", "a.CSV", "b.csv", "c.tsv.gz"]
    assert meant[0] == one


def test_what_fits_nothing_stays_to_be_told(tmp_path: Path) -> None:
    """A missing file, an empty folder and a pattern without a match each get a line of their own later."""
    missing, pattern = str(tmp_path / "no.csv"), str(tmp_path / "*.xlsx")

    assert list(expand([missing, pattern, str(tmp_path)])) == [missing, pattern, str(tmp_path)]


def test_a_name_with_pattern_signs_is_a_name_first(tmp_path: Path) -> None:
    """`umsatz[1].csv` exists, so it is meant."""
    file = tmp_path / "umsatz[1].csv"
    file.touch()
    (tmp_path / "umsatz1.csv").touch()

    assert list(expand([str(file)])) == [str(file)]


@pytest.mark.parametrize(
    ("name", "readable"), [("a.csv", True), ("a.gz", False), ("a.csv.zst", True), ("a", False)]
)
def test_endings_decide_in_folders_only(name: str, readable: bool) -> None:
    """A packed file counts by what is inside."""
    assert is_readable(name) is readable


@pytest.mark.parametrize(
    "arguments",
    [
        ["--profile", "{p}", "config", "show"],
        ["config", "--profile", "{p}", "show"],
        ["config", "show", "--profile", "{p}"],
        ["config", "show", "--profile={p}"],
    ],
)
def test_the_profile_may_stand_anywhere(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The one option of all commands is understood before and after them."""
    (tmp_path / "config.toml").write_text('theme = "dark"\n', encoding="utf-8")

    assert main([a.format(p=tmp_path) for a in arguments]) == 0
    assert "dark" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [["--profile"], ["config", "show", "--profile"], ["--profile=", "status"]])
def test_a_profile_option_without_a_folder_is_a_usage_error(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """It never falls back to the usual place unseen."""
    assert main(arguments) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "--profile" in captured.err
