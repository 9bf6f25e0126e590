"""What `formats` asks for, done: judging and loading by the reader of whatever format a file has.

Used by `child`, only when it is asked for this, since most of what these readers need is not needed by the others.
"""

from pathlib import Path

from analysis.readings.by_format import ByFormat
from analysis.readings.facts import Facts
from analysis.readings.isolated.wire import Message, candidate_to, judgement_to, loaded_from, loaded_to
from analysis.readings.model import Choice
from core.config import AppConfig
from core.paths import ProfilePaths
from core.progress import Progress
from core.types import Correction, Reading
from storage.duck import DuckEngine


def run_errand(
    request: Message, duck: DuckEngine, config: AppConfig, paths: ProfilePaths, progress: Progress
) -> Message:
    """Do what is asked for and return the answer's JSON form; raises as `ByFormat`."""
    formats = ByFormat(duck, config, paths)
    path, name = Path(request["path"]), str(request["name"])
    if request["do"] == "judge":
        return judgement_to(formats.judge(path, name=name, choice=Choice.from_args(request["choice"])))
    if request["do"] == "closer_look":
        found = formats.closer_look(path, loaded_from(request["loaded"]), name=name)
        return {"reading": found.to_manifest() if found else None}
    reading = Reading.from_manifest(request["reading"])
    if request["do"] == "try":
        return candidate_to(formats.try_reading(path, reading, name=name))
    loaded = formats.load(
        path,
        reading,
        Path(request["out"]),
        name=name,
        progress=progress,
        facts=Facts(**request["facts"]) if request["facts"] else None,
        corrections=[Correction.from_dict(one) for one in request["corrections"]],
    )
    return loaded_to(loaded)
