"""What is half-typed in open windows, what is kept aside of it, and the windows themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables and their indexes."""
    op.create_table(
        "journal",
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("window_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "key", "window_id", name="pk_journal"),
    )
    op.create_index("ix_journal_person_id_seq", "journal", ["person_id", "seq"])
    op.create_index("ix_journal_at", "journal", ["at"])
    op.create_table(
        "journal_aside",
        sa.Column("id", _NUMBER, autoincrement=True, nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("window_id", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("why", sa.String(16), nullable=False),
        sa.Column("at", sa.String(24), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal_aside"),
    )
    op.create_index("ix_journal_aside_person_id_key", "journal_aside", ["person_id", "key"])
    op.create_table(
        "session",
        sa.Column("window_id", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(64), nullable=False),
        sa.Column("device_id", sa.String(64), nullable=False),
        sa.Column("started_at", sa.String(24), nullable=False),
        sa.Column("seen_at", sa.String(24), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("window_id", name="pk_session"),
    )
    op.create_index("ix_session_person_id_seen_at", "session", ["person_id", "seen_at"])


def downgrade() -> None:
    """Take the tables away."""
    op.drop_table("session")
    op.drop_table("journal_aside")
    op.drop_table("journal")
