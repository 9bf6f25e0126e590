"""Puts small tables into a profile as published datasets, the way an import would, without a file to read."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from core.clock import now_iso
from core.fingerprint import file_digest
from core.ids import new_id
from core.types import Column, FileFormat, Ledger, Manifest, Reading, SourceRef
from storage.database.models import DatasetRow, VersionRow
from storage.database.unit_of_work import UnitOfWork
from storage.duck import quote_literal

if TYPE_CHECKING:
    from storage.open import Storage


def add_dataset(storage: "Storage", name: str, table: pa.Table | str) -> Manifest:
    """Publish a table, or what a SELECT gives, as version 1 of a new dataset, and return its manifest."""
    manifest = _publish(storage, new_id(), 1, name, table)

    def record(uow: UnitOfWork) -> None:
        uow.datasets.add(DatasetRow(id=manifest.dataset_id, name=name, current_version=1, row_count=manifest.rows))
        uow.versions.add(_version_row(manifest))

    storage.database.run_tx(record)
    return manifest


def add_version(storage: "Storage", name: str, table: pa.Table | str) -> Manifest:
    """Publish a table as the next version of a dataset that is there, and return its manifest."""
    with storage.database.read() as uow:
        row = uow.datasets.require_name(name)
    manifest = _publish(storage, row.id, row.current_version + 1, name, table)

    def record(uow: UnitOfWork) -> None:
        uow.versions.add(_version_row(manifest))
        dataset = uow.datasets.require_name(name)
        uow.datasets.update(dataset, current_version=manifest.version, row_count=manifest.rows)
        uow.touch(f"dataset:{manifest.dataset_id}")

    storage.database.run_tx(record)
    return manifest


def _publish(storage: "Storage", dataset_id: str, version: int, name: str, table: pa.Table | str) -> Manifest:
    with storage.datasets.stage() as staging:
        file = staging.folder / "data.parquet"
        if isinstance(table, str):
            with storage.duck.trusted() as connection:
                connection.execute(f"copy ({table}) to {quote_literal(str(file))} (format parquet)")
        else:
            pq.write_table(table, file)
        pq.write_table(pa.table({"line": pa.array([], pa.int64())}), staging.folder / "ledger.parquet")
        manifest = _manifest(storage, dataset_id, version, name, file)
        storage.datasets.publish(staging, manifest)
    return manifest


def _manifest(storage: "Storage", dataset_id: str, version: int, name: str, file: Path) -> Manifest:
    source = quote_literal(str(file))
    with storage.duck.trusted() as connection:
        described = connection.execute(f"describe select * from read_parquet({source})").fetchall()
    rows = pq.read_metadata(file).num_rows
    return Manifest(
        dataset_id=dataset_id,
        version=version,
        name=name,
        rows=rows,
        columns=tuple(Column(row[0], row[0], row[1]) for row in described),
        digest=file_digest(file),
        size_bytes=file.stat().st_size,
        source=SourceRef(f"{name}.parquet", "0" * 64, 1, kept=True, path=f"/somewhere/{name}.parquet"),
        reading=Reading(FileFormat.PARQUET),
        ledger=Ledger("record", rows, rows),
        created_at=now_iso(),
        app_version="0.1.0",
    )


def _version_row(manifest: Manifest) -> VersionRow:
    return VersionRow(
        dataset_id=manifest.dataset_id,
        version=manifest.version,
        rows=manifest.rows,
        size_bytes=manifest.size_bytes,
        digest=manifest.digest,
        source_digest=manifest.source.digest,
        manifest=json.dumps(manifest.to_dict()),
    )
