"""What becomes of forms nobody comes back to."""

from app.features.datasets.options import FORMS
from app.forms.history import FormHistory
from app.forms.tree import Act
from core.clock import system_clock
from jobs.retention import DRAFTS_KEPT_S, IMPORT_FORMS, forget_sessions
from storage.database.database import Database


def test_what_was_chosen_about_a_file_goes_after_a_year(database: Database) -> None:
    """Its form and all its steps; other forms, and those somebody may come back to, stay."""
    assert FORMS == IMPORT_FORMS
    history = FormHistory(database)
    for name in (f"{FORMS}1", f"{FORMS}2", "settings"):
        history.step(name, {"n": 1}, Act("one"), seen=0, defaults={"n": 0})

    assert forget_sessions(database, now_s=system_clock() + DRAFTS_KEPT_S - 60) == (0, 0)
    assert history.standing(f"{FORMS}1", {}).last == 2
    assert forget_sessions(database, now_s=system_clock() + DRAFTS_KEPT_S + 60) == (0, 2)

    assert history.standing(f"{FORMS}1", {}).last == 0
    assert history.standing("settings", {}).data == {"n": 1}
    with database.read() as uow:
        assert uow.form_versions.count(deleted=True) == 2
