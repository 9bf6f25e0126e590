"""Makes domain values for tests; every field can be said, none must."""

from core.types import Column, FileFormat, Ledger, Manifest, Reading, SourceRef


def a_manifest(*, dataset_id: str = "d1", version: int = 1, name: str = "umsatz", rows: int = 1) -> Manifest:
    """Return the manifest of a small version."""
    return Manifest(
        dataset_id=dataset_id,
        version=version,
        name=name,
        rows=rows,
        columns=(Column("a", "a", "BIGINT"),),
        digest="0" * 64,
        size_bytes=4,
        source=SourceRef("umsatz.csv", "1" * 64, 4, kept=True, path="/somewhere/umsatz.csv"),
        reading=Reading(FileFormat.DELIMITED, delimiter=";", header_rows=1),
        ledger=Ledger("line", total=2, loaded=1, header=1),
        created_at="2026-11-22T10:00:00.000Z",
        app_version="0.1.0",
    )
