"""Opens what the app knows about data on top of an open profile.

The floor above calls `open_analysis` once and hands the parts down. Decides nothing but who gets what.
"""

from dataclasses import dataclass

from analysis.chart import Charts
from analysis.export import Exporter
from analysis.importing import Importer
from analysis.importing_set import SetImporter
from analysis.ledgers import Ledgers
from analysis.originals import Originals
from analysis.profile import Profiler
from analysis.query import QueryEngine
from analysis.readings import Readings
from analysis.row_sums import RowSums
from analysis.rows import RowPages
from analysis.saved_readings import SavedReadings
from analysis.saving import Saver
from storage.open import Storage


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that can be done with data; safe to use from all threads."""

    storage: Storage
    readings: Readings
    imports: Importer
    sets: SetImporter
    rows: RowPages
    sums: RowSums
    profiles: Profiler
    queries: QueryEngine
    exports: Exporter
    charts: Charts
    saver: Saver
    ledgers: Ledgers
    originals: Originals
    saved_readings: SavedReadings

    def close(self) -> None:
        """Stop what runs in the background; to be called before the storage is closed."""
        self.rows.close()
        self.queries.close()
        self.readings.close()


def open_analysis(storage: Storage, *, apart: bool = False) -> Analysis:
    """Return the parts, ready to use; costs next to nothing.

    Args:
        storage: The open profile.
        apart: Files are read in other processes, since this one answers people.
    """
    readings = Readings(storage, apart=apart)
    queries = QueryEngine(storage)
    exports = Exporter(storage, queries)
    rows = RowPages(storage)
    imports = Importer(storage, readings)
    return Analysis(
        storage=storage,
        readings=readings,
        imports=imports,
        sets=SetImporter(storage, readings, imports),
        rows=rows,
        sums=RowSums(rows, storage.duck),
        profiles=Profiler(storage.duck, storage.datasets, storage.cache),
        queries=queries,
        charts=Charts(storage, queries),
        exports=exports,
        saver=Saver(storage, queries, exports),
        ledgers=Ledgers(storage),
        originals=Originals(storage),
        saved_readings=imports.saved,
    )
