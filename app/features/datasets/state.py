"""What the Import page remembers about the files a window has opened. No Streamlit."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core.types import Json, Reading

if TYPE_CHECKING:
    from analysis.readings import Candidate, Judgement
    from analysis.readings.model import Choice
    from analysis.saved_readings import Replay
    from app.features.datasets.actions import Judged
    from app.later import Later
    from app.looks import Look
    from jobs.manager import JobStatus


_TRIALS: Final = 16
"""Readings a person tried whose outcome is kept, so that going back and forth costs nothing."""
SAVED_LOOK: Final = "saved"
OWN_LOOK: Final = "own"


class Trials:
    """What the readings a person tried last make of a file."""

    def __init__(self) -> None:
        self._known: OrderedDict[Reading, Candidate] = OrderedDict()

    def get(self, reading: Reading) -> "Candidate | None":
        """Return what came of a reading, if it is still known."""
        return self._known.get(reading)

    def keep(self, reading: Reading, candidate: "Candidate") -> None:
        """Remember what came of a reading."""
        self._known[reading] = candidate
        while len(self._known) > _TRIALS:
            self._known.popitem(last=False)


@dataclass(slots=True)
class OpenFile:
    """One file on its way to become a dataset.

    Attributes:
        id: Of this opening; its form is called by it.
        path: Where it is.
        upload: Whether it is our copy of what a browser sent.
        look: What shows it line by line.
        judging: On its way to a judgement.
        judgement: How it can be read; set with `refused` empty, or the other way round.
        refused: Why it is no table: message and hint.
        protected: Whether it is refused for want of a password.
        together: The open files that become one table; `path` is what they are together, and nothing is judged.
        replay: The saved reading for files like this one, unless nobody wants it.
        fresh: Whether saved readings are left aside.
        choice: The sheet, table or member a person chose.
        left_out: Whether a person wants nothing done with it, though it is open.
        steps: Whether a person has chosen anything; then the file's form says how it is read.
        own: A person's own reading, and `tried` what it makes of the file.
        tries: How often another one was tried; `trials` are the last ones.
        misfit: Why their own reading makes nothing of the file: message and hint.
        at: Which of `shown` is on the screen; None for the one that would be taken.
        closer: Whether both halves are wanted, or not; None for what fits.
        only: The part of the ledger whose lines are shown.
        column: The column whose type is looked at.
        job: The import that was started.
        ended: Its final state.
    """

    id: str
    path: Path
    upload: bool = False
    look: "Look | None" = None
    judging: "Later[Judged] | None" = None
    judgement: "Judgement | None" = None
    refused: tuple[str, str] | None = None
    protected: bool = False
    together: "tuple[OpenFile, ...]" = ()
    replay: "Replay | None" = None
    fresh: bool = False
    choice: "Choice | None" = None
    left_out: bool = False
    steps: bool = False
    own: Reading | None = None
    tried: "Candidate | None" = None
    tries: int = 0
    trials: Trials = field(default_factory=Trials)
    misfit: tuple[str, str] | None = None
    at: int | None = None
    closer: bool | None = None
    only: str | None = None
    column: str | None = None
    job: str | None = None
    ended: "JobStatus | None" = None

    @property
    def name(self) -> str:
        """The file's name without its folder."""
        return self.path.name

    @property
    def done(self) -> bool:
        """Whether the file is a dataset by now."""
        return self.ended is not None and self.ended.state == "done"

    @property
    def importing(self) -> bool:
        """Whether its import has not ended."""
        return self.job is not None and self.ended is None

    # ---- readings -----------------------------------------------------------------------------------------

    @property
    def shown(self) -> "list[Candidate]":
        """The readings a person can look at: the saved one, the judge's, their own."""
        if self.judgement is None:
            return []
        saved = [self.replay.candidate] if self.replay is not None else []
        own = [self.tried] if self.tried is not None else []
        return [*saved, *self.judgement.candidates, *own]

    @property
    def chosen(self) -> int:
        """Which of `shown` is on the screen, and would be imported."""
        if self.at is not None:
            return self.at
        return len(self.shown) - 1 if self.tried is not None else 0

    @property
    def candidate(self) -> "Candidate | None":
        """The reading on the screen; None while the file has not been judged."""
        shown = self.shown
        return shown[self.chosen] if shown else None

    @property
    def best(self) -> "Candidate | None":
        """The one the others are compared with."""
        shown = self.shown
        return shown[0] if shown else None

    @property
    def replayed(self) -> bool:
        """Whether the saved reading is the one on the screen."""
        return self.replay is not None and self.chosen == 0

    def try_out(self, own: Reading | None, candidate: "Candidate | None") -> None:
        """Show what a person's own reading makes of the file; without one, the others."""
        self.own, self.tried, self.at = own, candidate, None
        self.tries += 1

    def show(self, at: int | None) -> None:
        """Show another reading; None for the one that would be taken."""
        if at != self.at:
            self.at = at
            self.only = self.column = None

    def look_of(self, at: int) -> str:
        """Return the name of one of `shown` that outlives a restart."""
        if self.replay is not None and at == 0:
            return SAVED_LOOK
        if self.tried is not None and at == len(self.shown) - 1:
            return OWN_LOOK
        return str(at - (self.replay is not None))

    def place_of(self, look: str | None) -> int | None:
        """Return which of `shown` has a name; None if none has."""
        return next((at for at in range(len(self.shown)) if self.look_of(at) == look), None)

    def forget(self) -> None:
        """Judge it anew, with what was chosen meanwhile."""
        self.judgement = self.judging = self.refused = self.replay = self.own = self.tried = self.misfit = None
        self.at = self.column = self.only = None
        self.trials = Trials()
        self.protected = False

    def uncertain(self, min_confidence: float) -> bool:
        """Tell whether a person should look before it is imported; once they chose, it is certain."""
        if self.judgement is None or self.at is not None or self.tried is not None:
            return False
        if self.replay is not None:
            return not self.replay.fits
        return self.judgement.best.reading.confidence < min_confidence

    def certain(self, min_confidence: float) -> bool:
        """Tell whether it can be imported without asking anything."""
        return self.judgement is not None and not self.uncertain(min_confidence)

    # ---- over a restart -----------------------------------------------------------------------------------

    def to_json(self) -> dict[str, Json]:
        """Return what is enough to open it again."""
        return {
            "id": self.id,
            "path": str(self.path),
            "upload": self.upload,
            "steps": self.steps,
            "left_out": self.left_out,
            "job": self.job,
        }

    @classmethod
    def from_json(cls, told: dict[str, Json]) -> "OpenFile":
        """Return the file that `to_json` told of."""
        return cls(
            str(told["id"]),
            Path(str(told["path"])),
            upload=bool(told.get("upload")),
            steps=bool(told.get("steps")),
            left_out=bool(told.get("left_out")),
            job=str(told["job"]) if told.get("job") else None,
        )


@dataclass(slots=True)
class ImportState:
    """The files a window has opened, and which one it shows; none of them while several are listed.

    `together` tells that a person wants them as one table, and has to decide about some of them first.
    """

    files: list[OpenFile] = field(default_factory=list)
    at: int | None = None
    uploads: int = 0
    together: bool = False

    @property
    def file(self) -> OpenFile | None:
        """The file shown, if any."""
        return self.files[self.at] if self.at is not None and self.at < len(self.files) else None

    def open(self, files: Sequence[OpenFile]) -> None:
        """Show these files instead of those before; running imports go on."""
        self.files = list(files)
        self.at = 0 if len(self.files) == 1 else None
        self.together = False
        self.uploads += 1

    def add(self, files: Sequence[OpenFile]) -> None:
        """Show these files; those before that are not datasets yet stay beside them."""
        self.open([*(file for file in self.files if not file.done), *files])

    def show(self, at: int | None) -> None:
        """Show another of the open files, or the list of them."""
        self.at = at

    def waiting(self, min_confidence: float) -> list[OpenFile]:
        """Return the files that can be imported without asking anything."""
        return [file for file in self.open_ones() if not file.refused and file.certain(min_confidence)]

    def importing(self) -> list[OpenFile]:
        """Return the files whose import has not ended."""
        return [file for file in self.files if file.importing]

    def judging(self) -> list[OpenFile]:
        """Return the files nobody knows anything of yet."""
        return [
            file
            for file in self.files
            if file.judgement is None and file.refused is None and not file.job and not file.ended
        ]

    def open_ones(self) -> list[OpenFile]:
        """Return the files that wait to become something: neither left out, nor on their way, nor datasets yet."""
        return [file for file in self.files if not file.left_out and not file.done and not file.job]

    def asking(self, min_confidence: float) -> list[OpenFile]:
        """Return the files a person has to look at before all of them become one table."""
        return [file for file in self.open_ones() if not file.refused and file.uncertain(min_confidence)]

    def refused(self) -> list[OpenFile]:
        """Return the open files that are no tables."""
        return [file for file in self.open_ones() if file.refused]

    def missed(self) -> list[str]:
        """Return the names of the files that did not become datasets though they were tried, or are no tables."""
        return [
            file.name
            for file in self.files
            if not file.left_out and (file.refused or (file.ended is not None and not file.done))
        ]
