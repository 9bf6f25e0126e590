"""Per window and field the number up to which it has seen what other windows put there."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the number."""
    with op.batch_alter_table("journal") as table:
        table.add_column(sa.Column("seen", sa.BigInteger(), server_default="0", nullable=False))


def downgrade() -> None:
    """Take it away."""
    with op.batch_alter_table("journal") as table:
        table.drop_column("seen")
