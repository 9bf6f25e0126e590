"""Judges the open files in threads of their own, and takes over what came of it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.features.datasets import actions, texts
from app.features.datasets.options import follow, import_form
from app.features.datasets.state import OpenFile
from app.later import Later
from core.errors import BestandError, CancelledError, ProtectedFileError
from core.i18n import _
from core.progress import Progress

if TYPE_CHECKING:
    from analysis.readings.model import Choice
    from app.context import AppContext


def begin(ctx: "AppContext", file: OpenFile) -> None:
    """Begin to judge a file, unless that was begun."""
    if file.together or file.job is not None or file.done:
        return
    if file.judging is None and file.judgement is None and file.refused is None:
        work = partial(_judged, ctx, file.path, file.choice, fresh=file.fresh)
        file.judging = Later(work, what=_(texts.LOOKING).format(name=file.name))


def settle(ctx: "AppContext", file: OpenFile, timeout_s: float) -> bool:
    """Take over the judgement; return False if it has not come within so many seconds."""
    form = import_form(ctx, file) if file.steps else None
    if form is not None:
        follow(ctx, file, form)
    begin(ctx, file)
    judging = file.judging
    if judging is None:
        return True
    if not judging.wait(timeout_s):
        return False
    if file.judging is not judging:  # while this waited, the page was drawn anew: taken over there, or begun again
        return file.judging is None
    file.judging = None
    try:
        found = judging.value()
    except CancelledError:
        raise
    except BestandError as error:
        file.refused, file.protected = (str(error), error.hint), isinstance(error, ProtectedFileError)
        return True
    file.judgement, file.replay = found.judgement, found.replay
    if form is not None:
        follow(ctx, file, form)
    return True


def _judged(
    ctx: "AppContext", path: Path, choice: "Choice | None", progress: Progress, *, fresh: bool
) -> actions.Judged:
    """Judge one file; with many open ones, a few at a time."""
    with ctx.looks.turn:
        progress.report(0.0)
        return actions.judge_and_replay(ctx, path, choice=choice, fresh=fresh)
