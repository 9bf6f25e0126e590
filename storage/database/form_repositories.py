"""The repositories of forms and of their versions; what belongs together is decided in `app.forms`."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import and_, bindparam, or_, select

from core.errors import NotFoundError
from core.i18n import _
from storage.database.models import FormRow, FormVersionRow
from storage.database.repository import Repository

_AT_ONCE = 500
"""Numbers one statement asks for; databases limit how many values it may have."""
_BY_NAME: Final = select(FormRow).where(FormRow.person == bindparam("person"), FormRow.name == bindparam("form"))
_AROUND: Final = (
    select(FormVersionRow)
    .where(
        FormVersionRow.form_id == bindparam("form"),
        FormVersionRow.deleted_at.is_(None),
        or_(
            FormVersionRow.number == bindparam("step"),
            and_(FormVersionRow.parent == bindparam("step"), FormVersionRow.number == FormVersionRow.mark),
            FormVersionRow.kind == "aside",
            FormVersionRow.settles.is_not(None),
        ),
    )
    .order_by(FormVersionRow.number)
)
"""Made once: they are asked with every act of a person, and making them costs more than asking."""


class FormRepository(Repository[FormRow]):
    """What each form holds. A name is unique for a person."""

    row_type = FormRow

    def missing(self, row_id: str) -> NotFoundError:
        """Return the error for an id that is not there."""
        return NotFoundError(_("There is no form '{id}'.").format(id=row_id), row_id=row_id)

    def by_name(self, person: str, name: str) -> FormRow | None:
        """Return a person's form, or None if they have not used it yet."""
        return self._session.scalars(_BY_NAME, {"person": person, "form": name}).one_or_none()


class FormVersionRepository(Repository[FormVersionRow]):
    """The history of each form."""

    row_type = FormVersionRow

    def note(self, row: FormVersionRow) -> FormVersionRow:
        """Add a version with the next flush, so that the form it belongs to is written once for both."""
        self._session.add(row)
        return row

    def of(self, form_id: str, *, limit: int = 1_000, before: int | None = None) -> Sequence[FormVersionRow]:
        """Return a form's versions, newest first; only those with a smaller number than `before` if given."""
        query = self._query((FormVersionRow.form_id == form_id,), deleted=False)
        if before is not None:
            query = query.where(FormVersionRow.number < before)
        return self._session.scalars(query.order_by(FormVersionRow.number.desc()).limit(limit)).all()

    def one(self, form_id: str, number: int) -> FormVersionRow | None:
        """Return one version by its number."""
        query = self._query((FormVersionRow.form_id == form_id, FormVersionRow.number == number), deleted=False)
        return self._session.scalars(query).one_or_none()

    def some(self, form_id: str, numbers: Collection[int]) -> dict[int, FormVersionRow]:
        """Return several versions by their numbers."""
        found: dict[int, FormVersionRow] = {}
        wanted = sorted(numbers)
        for start in range(0, len(wanted), _AT_ONCE):
            query = self._query(
                (FormVersionRow.form_id == form_id, FormVersionRow.number.in_(wanted[start : start + _AT_ONCE])),
                deleted=False,
            )
            found.update((row.number, row) for row in self._session.scalars(query))
        return found

    def parents(self, form_id: str) -> dict[int, int | None]:
        """Return the step each step was made on, by number; the first one was made on none."""
        query = select(FormVersionRow.number, FormVersionRow.parent).where(
            FormVersionRow.form_id == form_id, FormVersionRow.number == FormVersionRow.mark
        )
        rows = self._session.execute(query.order_by(FormVersionRow.number))
        return {row.number: row.parent for row in rows}

    def around(self, form_id: str, number: int) -> Sequence[FormVersionRow]:
        """Return what can be seen from a step, oldest first.

        That is the step, those that were made on it, and everything that was kept aside or settles such.
        """
        return self._session.scalars(_AROUND, {"form": form_id, "step": number}).all()

    def drop(self, form_id: str, keep: Collection[int]) -> int:
        """Remove the versions whose step is not in `keep` for good; return how many went."""
        kept = frozenset(keep)
        query = select(FormVersionRow).where(FormVersionRow.form_id == form_id)
        gone = [row for row in self._session.scalars(query) if row.mark not in kept]
        for row in gone:
            self._session.delete(row)
        self._session.flush()
        return len(gone)
