"""The first tables: catalogue, jobs, questions, audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.schema import SchemaItem

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_LIVE = sa.text("deleted_at IS NULL")
_ACTIVE_KEY = sa.text("unique_key IS NOT NULL AND state IN ('queued', 'running', 'retry')")


def upgrade() -> None:
    """Make all tables and their indexes."""
    _make_catalogue()
    _make_jobs()
    _make_query()
    _make_audit()
    op.create_table(
        "about",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_about"),
    )


def downgrade() -> None:
    """Take everything away."""
    for table in ("about", "audit", "query", "job_event", "job", "version", "dataset"):
        op.drop_table(table)


def _row_table(name: str, *items: SchemaItem) -> None:
    """Make a table with what every row has."""
    op.create_table(
        name,
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("updated_at", sa.String(24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.String(24), nullable=True),
        *items,
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )


def _make_catalogue() -> None:
    _row_table(
        "dataset",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.BigInteger(), nullable=False),
    )
    op.create_index(
        "uq_dataset_name", "dataset", ["name"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
    )
    _row_table(
        "version",
        sa.Column("dataset_id", sa.String(26), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("source_digest", sa.String(64), nullable=False),
        sa.Column("manifest", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["dataset_id"], ["dataset.id"], name="fk_version_dataset_id"),
    )
    op.create_index("uq_version_dataset_id_version", "version", ["dataset_id", "version"], unique=True)
    op.create_index("ix_version_source_digest", "version", ["source_digest"])


def _make_jobs() -> None:
    _row_table(
        "job",
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("run_at", sa.Double(), nullable=False),
        sa.Column("owner", sa.String(128), nullable=True),
        sa.Column("lease_until", sa.Double(), nullable=True),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("fraction", sa.Double(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error", sa.JSON(), nullable=True),
        sa.Column("unique_key", sa.Text(), nullable=True),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("trace", sa.String(64), nullable=True),
        sa.Column("started_at", sa.String(24), nullable=True),
        sa.Column("finished_at", sa.String(24), nullable=True),
    )
    op.create_index("ix_job_state_run_at", "job", ["state", "run_at"])
    op.create_index(
        "uq_job_unique_key", "job", ["unique_key"], unique=True,
        sqlite_where=_ACTIVE_KEY, postgresql_where=_ACTIVE_KEY,
    )  # fmt: skip
    _row_table(
        "job_event",
        sa.Column("job_id", sa.String(26), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name="fk_job_event_job_id"),
    )
    op.create_index("ix_job_event_job_id_at", "job_event", ["job_id", "at"])


def _make_query() -> None:
    _row_table(
        "query",
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.String(64), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rows", sa.BigInteger(), nullable=True),
        sa.Column("duration_ms", sa.Double(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
    )
    op.create_index("ix_query_created_at", "query", ["created_at", "id"])
    op.create_index("ix_query_fingerprint", "query", ["fingerprint"])


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("trace", sa.String(64), nullable=True),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("row_id", sa.String(26), nullable=False),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("seq", name="pk_audit"),
    )
    op.create_index("ix_audit_table_name_row_id", "audit", ["table_name", "row_id"])
    op.create_index("ix_audit_trace", "audit", ["trace"])
