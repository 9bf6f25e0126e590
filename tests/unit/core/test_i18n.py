"""Texts in the person's language, numbers and dates as the person writes them."""

import copy
import ctypes
import datetime as dt
import json
import plistlib
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import i18n
from core.errors import DatasetNotFoundError
from core.i18n import language_setting, retold, set_language, speaking
from core.types import Ledger
from core.words import counted, ledger_line
from launcher.cli.output import to_json

NOW = dt.datetime(2026, 11, 22, 12, 0, tzinfo=dt.UTC)
LONG_AGO = "2025-03-01T11:30:00.000Z"


# ---- which language ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variables", "language", "locale"),
    [
        ({"LC_ALL": "de_AT.UTF-8"}, "de", "de_AT"),
        ({"LANG": "de_DE.UTF-8@euro"}, "de", "de_DE"),
        ({"LC_ALL": "en_GB.UTF-8", "LANG": "de_DE"}, "en", "en_GB"),
        ({"LANG": "fr_FR.UTF-8"}, "en", "en"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:de_CH:en"}, "de", "de_CH"),
        ({"LC_ALL": "C", "LANGUAGE": "de"}, "en", "en"),
        ({"LANG": "no such thing"}, "en", "en"),
        ({}, "en", "en"),
    ],
)
def test_auto_is_the_machines_language(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str, locale: str
) -> None:
    """Where there are no texts for it, it is English; the country decides how numbers look."""
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv("LC_ALL")
    monkeypatch.delenv("LANG", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    set_language("auto")

    assert (i18n.current_language(), i18n.current_locale()) == (language, locale)


def test_a_choice_goes_over_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's country is kept only where its language is the chosen one."""
    monkeypatch.setenv("LC_ALL", "de_CH.UTF-8")

    set_language("de")
    assert i18n.current_locale() == "de_CH"
    set_language("en")
    assert i18n.current_locale() == "en"
    set_language("tlh")
    assert i18n.current_language() == "de"


def test_every_thread_speaks_the_processs_language_and_one_person_may_have_another() -> None:
    """The process's language holds in threads that were there before; `speaking` holds for its block alone."""
    heard: list[str] = []
    go, heard_it = threading.Event(), threading.Event()

    def listen() -> None:
        go.wait(10)
        heard.append(i18n.current_language())
        heard_it.set()

    thread = threading.Thread(target=listen)
    thread.start()
    set_language("de")
    with speaking("en"):
        assert i18n.current_language() == "en"
        go.set()
        assert heard_it.wait(10)
    thread.join(10)

    assert heard == ["de"]
    assert i18n.current_language() == "de"


@pytest.mark.parametrize(
    ("content", "wanted"),
    [
        ('[ui]\nlanguage = "de"\n', "de"),
        ("[ui]\nlanguage = 3\n", "auto"),
        ('language = "de"\n', "auto"),
        ("[ui\nlanguage", "auto"),
        ("ui = 1 # language\n", "auto"),
        ("\udcff language", "auto"),
    ],
)
def test_the_setting_is_read_without_the_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, wanted: str
) -> None:
    """`--help` knows the language too; a broken file is no reason to say nothing."""
    file = tmp_path / "config.toml"
    file.write_bytes(content.encode("utf-8", "surrogateescape"))

    assert language_setting(file) == wanted
    assert language_setting(tmp_path / "absent.toml") == "auto"
    monkeypatch.setenv(i18n.LANGUAGE_VARIABLE, "en")
    assert language_setting(file) == "en"


@pytest.mark.parametrize(("preferred", "language"), [(["fr-FR", "de-AT"], "de"), (["en-GB"], "en"), ([], "en")])
def test_a_mac_says_it_in_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, preferred: list[str], language: str
) -> None:
    """A program started from the Finder has no variables that name a language."""
    file = tmp_path / "Library/Preferences/.GlobalPreferences.plist"
    file.parent.mkdir(parents=True)
    file.write_bytes(plistlib.dumps({"AppleLanguages": preferred}, fmt=plistlib.FMT_BINARY))
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.delenv("LC_ALL")
    monkeypatch.delenv("LANG", raising=False)

    set_language("auto")
    assert i18n.current_language() == language
    file.write_bytes(b"no list at all")
    set_language("auto")
    assert i18n.current_language() == "en"


def test_windows_is_asked_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """There, too, nothing but a call names the language."""

    def name(buffer: ctypes.Array[ctypes.c_wchar], _size: int) -> int:
        buffer.value = "de-CH"
        return 6

    library = SimpleNamespace(kernel32=SimpleNamespace(GetUserDefaultLocaleName=name))
    monkeypatch.setattr(ctypes, "windll", library, raising=False)
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delenv("LC_ALL")
    monkeypatch.delenv("LANG", raising=False)

    set_language("auto")

    assert i18n.current_locale() == "de_CH"


# ---- texts ------------------------------------------------------------------------------------------------


def test_an_error_is_told_in_german_and_kept_in_english() -> None:
    """A person reads one language, logs and `--json` always the other; numbers inside follow."""
    set_language("de")
    error = DatasetNotFoundError("umsätze", nearest="umsatz")

    assert str(error) == "Keinen Datensatz 'umsätze' gefunden. Gemeint: 'umsatz'?"
    assert error.to_dict()["message"] == "There is no dataset 'umsätze'. Did you mean 'umsatz'?"
    assert str(error.to_dict()["hint"]).startswith("Run `bestand data list`")
    assert error.hint.startswith("`bestand data list`")


def test_what_was_kept_in_english_is_told_in_the_persons_language() -> None:
    """Also with values in it, and with one text inside another."""
    kept = "'x.csv' is protected by a password."
    why = 'Windows-1252 · semicolon · quoted by " · header in line 4 · decimal comma'
    assert retold(kept) == kept

    set_language("de")

    assert retold(kept) == "'x.csv' ist mit einem Passwort geschützt."
    assert retold(why) == 'Windows-1252 · Semikolon · Anführungszeichen " · Kopf in Zeile 4 · Dezimalkomma'
    assert retold("Something nobody ever wrote, {really}.") == "Something nobody ever wrote, {really}."
    assert retold("") == ""
    assert to_json({"why": retold(kept)}) == json.dumps({"why": kept})


@given(st.text(min_size=1))
def test_telling_again_never_loses_what_was_filled_in(name: str) -> None:
    """Whatever a name holds, braces and dots included, it stands in the translation as it is."""
    with speaking("de"):
        told = retold(f"There is no dataset '{name}'.")

    assert name in told


def test_a_copy_of_a_text_keeps_both_its_forms() -> None:
    """Copied, cut and filled in, it still knows its English."""
    set_language("de")
    text = i18n._("There is no job '{job_id}'.")

    for copied in (copy.copy(text), copy.deepcopy([text])[0]):
        assert (copied, i18n.in_english(copied)) == (text, "There is no job '{job_id}'.")
    assert i18n.in_english(text.removesuffix(".").format(job_id="x")) == "There is no job 'x'"
    assert i18n.in_english(i18n._("{what} failed: {reason}").format(what=i18n._("The work"), reason="x")) == (
        "The work failed: x"
    )


def test_counts_have_their_plural() -> None:
    """One, none and many, in both languages."""
    assert [counted(n, "row") for n in (0, 1, 2_004)] == ["0 rows", "1 row", "2,004 rows"]
    set_language("de")
    assert [counted(n, "row") for n in (0, 1, 2_004)] == ["0 Zeilen", "1 Zeile", "2.004 Zeilen"]
    assert ledger_line(Ledger("line", total=3, loaded=2, header=1)) == (
        "3 Zeilen = 2 geladen + 0 repariert + 0 abgelehnt + 1 Kopf"
    )


def test_the_form_for_one_is_found_by_itself() -> None:
    """A script that counts on its own asks for each form; German must not end in English."""
    set_language("de")
    assert [i18n._("{count} row"), i18n._("{count} line")] == ["{count} Zeile", "{count} Zeile"]
    assert i18n._("nowhere {count} row") == "nowhere {count} row"


def test_json_is_never_localised() -> None:
    """A script gets the same bytes whatever the person speaks."""
    value = {"rows": 2_004, "share": 0.5, "told": ["There is no such job."]}
    english = to_json(value)
    set_language("de")

    assert to_json({**value, "told": [i18n._("There is no such job.")]}) == english


# ---- numbers, sizes, dates --------------------------------------------------------------------------------


@given(st.integers(-(10**60), 10**60))
def test_no_digit_of_a_number_is_lost(value: int) -> None:
    """Thousands are separated by commas; nothing is rounded, however long it is."""
    assert i18n.number(value) == f"{value:,}"


@given(st.floats(allow_nan=False, allow_infinity=False, width=64))
def test_a_fraction_is_written_as_it_is(value: float) -> None:
    """Taking the separators out gives the number back, in both languages."""
    assert float(i18n.number(value).replace(",", "")) == value
    with speaking("de"):
        assert float(i18n.number(value).replace(".", "").replace(",", ".")) == value


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 12))
def test_rounding_keeps_the_figures_that_were_asked_for(value: float, figures: int) -> None:
    """As exact as Python's own short form of the same length."""
    assert float(i18n.rounded(value, figures).replace(",", "")) == pytest.approx(
        float(f"{value:.{figures}g}"), rel=1e-15
    )


def test_numbers_in_german() -> None:
    """Points and commas change places; a share keeps its distance from its sign."""
    set_language("de")

    assert i18n.number(1_234_567) == "1.234.567"
    assert i18n.decimal(1234.5) == "1.234,50"
    assert i18n.percent(0.125, 1) == "12,5\N{NO-BREAK SPACE}%"
    assert i18n.rounded(1.5e-9) == "1,5e-9"
    assert i18n.size(4_100) == "4,1 kB"
    assert i18n.duration(0.42) == "0,4 s"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_still_shown(value: float) -> None:
    """A column may hold it; drawing it must not fail."""
    for write in (i18n.number, i18n.decimal, i18n.rounded, i18n.percent):
        assert write(value) == str(value)


@pytest.mark.parametrize(
    ("size", "said"),
    [
        (999, "999 bytes"),
        (1_000, "1.0 kB"),
        (9_949, "9.9 kB"),
        (9_951, "10 kB"),
        (999_499, "999 kB"),
        (999_500, "1.0 MB"),
        (5e15, "5,000 TB"),
    ],
)
def test_a_size_never_needs_four_digits(size: float, said: str) -> None:
    """Before rounding would make a thousand of it, the next unit begins."""
    assert i18n.size(size) == said


@pytest.mark.parametrize(
    ("locale", "day", "other"),
    [
        ("C", "2025-03-01", "2025-03-01 "),
        ("en_US", "Mar 1, 2025", "Mar 1, 2025, "),
        ("en_GB", "1 Mar 2025", "1 Mar 2025, "),
        ("de_DE", "01.03.2025", "01.03.2025, "),
    ],
)
def test_dates_are_written_as_in_the_country(
    monkeypatch: pytest.MonkeyPatch, locale: str, day: str, other: str
) -> None:
    """English of no country is ISO, which everybody reads the same way."""
    monkeypatch.setenv("LC_ALL", locale)
    set_language("auto")

    assert i18n.date(LONG_AGO) == day
    assert i18n.when(LONG_AGO, now=NOW).startswith(other)
    assert i18n.date(dt.date(2025, 3, 1)) == day
    assert i18n.date(None) == i18n.when(None) == "–"


def test_an_unknown_country_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """The language alone decides then."""
    monkeypatch.setenv("LC_ALL", "de_XQ.UTF-8")
    set_language("auto")

    assert i18n.number(1_000) == "1.000"
