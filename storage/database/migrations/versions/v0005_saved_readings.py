"""How files of some kinds are read, under a name."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_LIVE = sa.text("deleted_at IS NULL")


def upgrade() -> None:
    """Make the table and its indexes."""
    op.create_table(
        "saved_reading",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("updated_at", sa.String(24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.String(24), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_reading"),
    )
    op.create_index(
        "uq_saved_reading_name", "saved_reading", ["name"], unique=True, sqlite_where=_LIVE, postgresql_where=_LIVE
    )
    op.create_index("ix_saved_reading_signature", "saved_reading", ["signature"])


def downgrade() -> None:
    """Take the table away."""
    op.drop_table("saved_reading")
