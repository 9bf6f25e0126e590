"""The cells of a dataset version as its file has them: every value written down as it was found.

Used by the pages and by `bestand data texts`. A value is written in the form its column had; a cell that said more
than its value was kept by the import and comes from there. Versions that were not read from text give their values
plainly.
"""

from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa

from analysis.readings.forms import Form, form_of
from analysis.readings.kept import TEXTS_NAME
from analysis.readings.model import Guess
from analysis.readings.whole import read_guesses
from core.i18n import _
from core.types import Manifest
from storage.datasets import DatasetStore
from storage.duck import duck_errors, quote_identifier, quote_literal
from storage.open import Storage

_PLAIN = "{v}::varchar"


class Originals:
    """Gives texts back; safe to use from several threads."""

    def __init__(self, storage: Storage) -> None:
        self._duck = storage.duck
        self._datasets: DatasetStore = storage.datasets

    def guesses(self, manifest: Manifest) -> tuple[Guess, ...]:
        """Return what the whole file said about the types of a version's columns; nothing where nobody looked."""
        return read_guesses(self._datasets.folder(manifest.dataset_id, manifest.version))

    def texts(
        self, manifest: Manifest, *, columns: Sequence[str] | None = None, offset: int = 0, limit: int = 200
    ) -> pa.Table:
        """Return rows of a version with every cell as it was found; an empty one is null.

        Args:
            manifest: Of the version.
            columns: Names of the columns wanted; all if none are named.
            offset: How many rows are left out first.
            limit: Most rows returned.

        Raises:
            NotFoundError: the version's files are gone.
        """
        self._datasets.manifest(manifest.dataset_id, manifest.version)  # tells in words when the files are gone
        wanted = [c.name for c in manifest.columns] if columns is None else list(columns)
        folder = self._datasets.folder(manifest.dataset_id, manifest.version)
        rows = range(offset + 1, offset + limit + 1)
        sql = texts_sql(folder, [c.name for c in manifest.columns], wanted, self.guesses(manifest), rows=rows)
        page = f"{sql} order by 1"  # by its place: a column may be called "row", too
        with duck_errors(_("Reading '{name}'").format(name=manifest.name)), self._duck.trusted() as connection:
            found = connection.execute(page).to_arrow_table()
        return found.select(range(1, found.num_columns))


def texts_sql(
    folder: Path,
    names: Sequence[str],
    wanted: Sequence[str],
    guesses: Sequence[Guess],
    *,
    rows: range | None = None,
) -> str:
    """Return SQL for the wanted columns of a version's folder as text, with the row's number, from 1, as `row`.

    Args:
        folder: Of the version.
        names: Of all its columns, in order.
        wanted: Of the columns wanted.
        guesses: How their values are written, by column.
        rows: Numbers of the rows wanted, without gaps; all if not given.
    """
    data, kept = quote_literal(str(folder / "data.parquet")), folder / TEXTS_NAME
    at = {name: i for i, name in enumerate(names)}
    picked = ", ".join(f"{quote_identifier(name)} as v{at[name]}" for name in wanted)
    numbered = f"select file_row_number + 1 as row, {picked} from read_parquet({data}, file_row_number = true)"
    some = "" if rows is None else f" and row >= {rows.start} and row < {rows.stop}"
    if rows is not None:
        numbered += f" where file_row_number >= {rows.start - 1} and file_row_number < {rows.stop - 1}"
    cells, joins = [], []
    for name in wanted:
        i = at[name]
        guess = guesses[i] if i < len(guesses) else None
        written = _written(guess).format(v=f"d.v{i}")
        if guess is not None and guess.kept:
            file = quote_literal(str(kept))
            joins.append(
                f'left join (select row, text from read_parquet({file}) where "column" = {i}{some}) t{i} '
                f"on t{i}.row = d.row"
            )
            written = f"coalesce(t{i}.text, {written})"
        cells.append(f"{written} as {quote_identifier(name)}")
    return f"select d.row as row, {', '.join(cells)} from ({numbered}) d {' '.join(joins)}"


def _written(guess: Guess | None) -> str:
    form: Form | None = form_of(guess.writing) if guess is not None else None
    return form.text if form is not None else _PLAIN
