"""Forms and their history."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make both tables and their indexes."""
    op.create_table(
        "form",
        *_row(),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("tip", sa.Integer(), nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.Column("saved", sa.Integer(), nullable=True),
        sa.Column("saved_mark", sa.Integer(), nullable=True),
        sa.Column("saved_data", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_form"),
    )
    op.create_index("uq_form_person_name", "form", ["person", "name"], unique=True)
    op.create_table(
        "form_version",
        *_row(),
        sa.Column("form_id", sa.String(26), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("mark", sa.Integer(), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("changes", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("window", sa.String(64), nullable=True),
        sa.Column("settles", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["form_id"], ["form.id"], name="fk_form_version_form_id_form"),
        sa.PrimaryKeyConstraint("id", name="pk_form_version"),
    )
    op.create_index("uq_form_version_form_id_number", "form_version", ["form_id", "number"], unique=True)


def downgrade() -> None:
    """Take both tables away."""
    op.drop_table("form_version")
    op.drop_table("form")


def _row() -> tuple[sa.Column[object], ...]:
    """Return what every row has."""
    return (
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("created_at", sa.String(24), nullable=False),
        sa.Column("updated_at", sa.String(24), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("deleted_at", sa.String(24), nullable=True),
    )
