"""The command line in German: people read it in their language, scripts never notice."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.i18n import LANGUAGE_VARIABLE, retold, set_language, speaking
from core.paths import ProfilePaths
from tests.integration.launcher.conftest import Cli

MESSY = 'Bericht 2025;;\nName;Ort;Betrag\n"Meier";Bonn;1,50\nHuber;Köln\n"Schmidt";Graz;2,50;zu viel\n'


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A person who has chosen German."""
    monkeypatch.setenv(LANGUAGE_VARIABLE, "de")
    yield
    set_language("en")


@pytest.fixture
def messy(tmp_path: Path) -> Path:
    """A file of which there is much to tell."""
    file = tmp_path / "messy.csv"
    file.write_bytes((MESSY + "Weber;Ulm;3,50\n" * 20).encode("cp1252"))
    return file


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("command", [[], ["data"], ["data", "import"], ["query"], ["config", "show"]])
def test_help_is_german_throughout(cli: Cli, command: list[str]) -> None:
    """Headings, arguments and every sentence; nothing of the English page is left."""
    seen = cli(*command, "--help")

    assert seen.code == 0
    assert seen.out.startswith("Aufruf: bestand")
    assert "Optionen:" in seen.out
    assert "Diese Hilfe zeigen." in seen.out
    for english in ("Usage", "Options", "Commands", "Arguments", "[default", "required", " the ", "Show "):
        assert english not in seen.out


@pytest.mark.usefixtures("german")
def test_every_command_has_german_help() -> None:
    """No text of the command tree is without a translation."""
    from typer.main import get_command

    from core.i18n.texts import templates
    from launcher.cli.root import tree
    from launcher.cli.spoken import tree_texts

    untranslated = {text for _module, text in tree_texts(get_command(tree)) if text not in templates("de")}
    assert untranslated == set()


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["data", "imprt"], "Es gibt keinen Befehl 'imprt'. Gemeint: 'import'?"),
        (["data", "show"], "DATASET fehlt."),
        (["query", "--nothing"], "Es gibt keine Option --nothing."),
        (["data", "show", "nix"], "Keinen Datensatz 'nix' gefunden."),
        (["query", "selec 1"], "Das SQL ist bei 'selec' nicht verständlich (Zeile 1, Spalte 1)."),
        (["jobs", "show", "nix"], "Es gibt keinen Auftrag 'nix'."),
    ],
)
def test_what_is_wrong_is_told_in_german(cli: Cli, arguments: list[str], told: str) -> None:
    """Our errors and those of the command parser alike."""
    seen = cli(*arguments)

    assert seen.err.splitlines()[0] == told
    assert seen.code in (1, 2)


def test_the_settings_file_is_asked_before_anything_is_loaded(cli: Cli, profile: ProfilePaths) -> None:
    """Whoever has chosen a language in the settings gets `--help` in it."""
    profile.config_file.write_text('[ui]\nlanguage = "de"\n', encoding="utf-8")

    assert cli("jobs", "--help").out.startswith("Aufruf:")
    profile.config_file.write_text('[ui]\nlanguage = "en"\n', encoding="utf-8")
    assert cli("jobs", "--help").out.startswith("Usage:")


def test_json_is_the_same_in_every_language(cli: Cli, messy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Messages, flags, readings and numbers of `--json` do not depend on who asks."""
    asked = (["data", "import", messy, "nowhere.csv", "--json"], ["query", "select 1.5 as x", "--json"])
    seen = {}
    for language in ("en", "de"):
        monkeypatch.setenv(LANGUAGE_VARIABLE, language)
        told = [cli(*arguments).lines for arguments in asked]
        for line in told[0]:
            line.pop("dataset", None)  # the second import gets another name
        seen[language] = told

    assert seen["de"] == seen["en"]
    assert seen["en"][0][0]["flags"]
    assert "does not exist" in json.dumps(seen["de"])


@pytest.mark.usefixtures("german")
def test_an_import_is_told_in_german(cli: Cli, messy: Path) -> None:
    """The ledger, the numbers, and every flag, although flags are stored in English."""
    seen = cli("data", "import", messy, "--auto")

    assert seen.code == 0, seen.err
    assert "geladen" in seen.out
    assert "repariert" in seen.out
    flags = cli("data", "show", "messy", "--json").line["flags"]
    assert flags
    with speaking("de"):
        for flag in flags:
            assert retold(flag["message"]) != flag["message"]
            assert retold(flag["message"]) in seen.out
