"""What the Import page remembers about the files a window has opened. No Streamlit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core.types import Reading

if TYPE_CHECKING:
    from analysis.readings import Judgement
    from jobs.manager import JobStatus


@dataclass(slots=True)
class OpenFile:
    """One file on its way to become a dataset.

    `judgement` or `refused` is set once the file has been looked at; `chosen` is the candidate a person picked;
    `job` is the import that was started, `ended` its final state.
    """

    id: str
    path: Path
    upload: bool = False
    judgement: "Judgement | None" = None
    refused: tuple[str, str] | None = None
    chosen: int | None = None
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

    def reading(self) -> Reading | None:
        """Return the reading a person picked, or the best; None while the file has not been looked at."""
        if self.judgement is None:
            return None
        return self.judgement.candidates[self.chosen or 0].reading

    def uncertain(self, min_confidence: float) -> bool:
        """Tell whether a person must choose a reading first."""
        if self.judgement is None or self.chosen is not None:
            return False
        return self.judgement.best.reading.confidence < min_confidence


@dataclass(slots=True)
class ImportState:
    """The files a window has opened, which one it shows, and whether it compares readings."""

    files: list[OpenFile] = field(default_factory=list)
    at: int = 0
    comparing: bool = False
    uploads: int = 0

    @property
    def file(self) -> OpenFile | None:
        """The file shown, if any."""
        return self.files[self.at] if self.at < len(self.files) else None

    def open(self, files: Sequence[OpenFile]) -> None:
        """Show these files instead of those before; running imports go on."""
        self.files, self.at, self.comparing = list(files), 0, False
        self.uploads += 1

    def show(self, at: int) -> None:
        """Show another of the open files."""
        self.at, self.comparing = at, False

    def waiting(self, min_confidence: float) -> list[OpenFile]:
        """Return the files that could be imported without asking anything, as far as they have been looked at."""
        return [
            file
            for file in self.files
            if file.job is None and not file.refused and not file.done and not file.uncertain(min_confidence)
        ]

    def importing(self) -> list[OpenFile]:
        """Return the files whose import has not ended."""
        return [file for file in self.files if file.job is not None and file.ended is None]

    def missed(self) -> list[str]:
        """Return the names of the files that did not become datasets though they were tried, or are no tables."""
        return [file.name for file in self.files if file.refused or (file.ended is not None and not file.done)]
