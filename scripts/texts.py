"""Find all texts a person reads, bring the translations up to date, compile them: `make texts`.

Finds the calls of `core.i18n` in the sources, and the help of every command in the command tree. Writes
`core/locales/<language>/LC_MESSAGES/bestand.po` (for translators) and `.mo` (for the program) so that the same
sources and translations always give the same bytes: sorted, without dates and line numbers. `--check` writes
nothing and says what is not up to date; `--missing` lists what has no translation. The tests use the functions.
"""

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from babel.messages import Catalog, Message
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from core.i18n import LANGUAGES
from core.i18n.language import SOURCE
from core.i18n.texts import DOMAIN, LOCALES

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGES: Final = ("core", "storage", "analysis", "jobs", "app", "launcher")
KEYWORDS: Final = {"_": None, "N_": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2)}
TRANSLATED: Final = tuple(sorted(set(LANGUAGES) - {SOURCE}))
"""The languages that have a catalogue; English is in the sources."""
HEADER: Final = """\
# The texts of Bestand, {name}. Written by `make texts`: fill in the msgstr, the rest is made anew.
# A text without a translation is shown in English. What begins with #~ is no longer used.
"""


class PlainCatalog(Catalog):
    """A catalogue whose file says nothing about when and by whom it was made."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What gettext needs to know: the characters, and how plurals are made."""
        return [
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]

    @mime_headers.setter
    def mime_headers(self, headers: object) -> None:
        """Nothing of what a file says there is kept."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the catalogues, or check them."""
    parser = argparse.ArgumentParser(description="Bring the catalogues of texts up to date.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail if something is not up to date")
    parser.add_argument("--missing", action="store_true", help="list the texts without a translation")
    options = parser.parse_args(arguments)
    template = extracted()
    stale = []
    for language in TRANSLATED:
        po, mo = written(language, template)
        catalogue = read(po, language)
        missing = [m for m in catalogue if m.id and not is_translated(m)]
        count = len([m for m in catalogue if m.id])
        print(f"{language}: {count} texts, {count - len(missing)} translated")
        if options.missing:
            print("\n".join(str(m.id) for m in missing))
        for path, content in ((po_path(language), po), (po_path(language).with_suffix(".mo"), mo)):
            if path.exists() and path.read_bytes() == content:
                continue
            stale.append(path.relative_to(ROOT).as_posix())
            if not options.check:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
    if stale and options.check:
        print(f"Not up to date: {', '.join(stale)}. Run `make texts`.", file=sys.stderr)
        return 1
    return 0


def extracted() -> Catalog:
    """Return a catalogue of all texts in the sources, without translations."""
    found = Catalog()
    for place, message, context in sorted(_all_texts(), key=lambda text: (text[0], str(text[1]), text[2] or "")):
        found.add(message, locations=[(place, 0)], context=context)
    return found


def written(language: str, template: Catalog) -> tuple[bytes, bytes]:
    """Return what the .po and the .mo of a language should hold: all texts, and the translations there are."""
    path = po_path(language)
    catalogue = read(path.read_bytes() if path.exists() else b"", language)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    for message in catalogue:
        if message.id:
            message.flags.discard("fuzzy")
    catalogue.fuzzy = False
    catalogue.header_comment = HEADER.format(name=LANGUAGES[language])
    po, mo = io.BytesIO(), io.BytesIO()
    write_po(po, catalogue, width=110, sort_output=True, include_lineno=False)
    write_mo(mo, catalogue)
    return po.getvalue(), mo.getvalue()


def read(content: bytes, language: str) -> Catalog:
    """Return the catalogue in the bytes of a .po file."""
    found = PlainCatalog(locale=language, domain=DOMAIN, fuzzy=False)
    kept = read_po(io.BytesIO(content), locale=language, domain=DOMAIN) if content else Catalog(locale=language)
    for message in kept:
        if message.id:
            found[message.id] = message
    found.obsolete = kept.obsolete
    return found


def po_path(language: str) -> Path:
    """Return where the translations of a language are kept."""
    return LOCALES / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def is_translated(message: Message) -> bool:
    """Tell whether a text, with all of its plural forms, has a translation."""
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def _all_texts() -> Iterator[tuple[str, str | tuple[str, str], str | None]]:
    """Return file, text (or singular and plural) and context of every text in the sources."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            place = path.relative_to(ROOT).as_posix()
            for _line, message, _comments, context in extract_from_file("python", path, KEYWORDS):
                yield place, _checked(message), context
    yield from ((f"{module.replace('.', '/')}.py", text, None) for module, text in _help_texts())


def _checked(message: str | tuple[str, ...]) -> str | tuple[str, str]:
    return message if isinstance(message, str) else (message[0], message[1])


def _help_texts() -> Iterator[tuple[str, str]]:
    from typer.main import get_command

    from launcher.cli.root import tree
    from launcher.cli.spoken import tree_texts

    yield from tree_texts(get_command(tree))


if __name__ == "__main__":
    sys.exit(main())
