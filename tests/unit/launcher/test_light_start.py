"""How an engine begins: nothing is imported that it has no use for, and nothing is looked through for garbage."""

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import gc, json, sys
from launcher.server.light import UNUSED, begin_light
before = sorted(name for name in sys.modules if name.split(".")[0] in ("typer", "streamlit", "pydantic"))
begin_light()
collecting = gc.isenabled()
import launcher.server.serve, app.shell, storage.open
from launcher.server.asgi import settle
unused = [name for name in sys.modules if name.split(".")[0] in UNUSED and sys.modules[name] is not None]
settle()
print(json.dumps([before, collecting, unused, gc.isenabled()]))
"""


def test_an_engine_imports_what_it_uses_and_collects_garbage_later() -> None:
    """With a window and without one: no colours for terminals, no other databases, no rounds over all of it."""
    ran = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    before, collecting, unused, collecting_again = json.loads(ran.stdout)

    assert before == []
    assert not collecting
    assert unused == []
    assert collecting_again


FIRST_PAGE = """
import json, sys
from pathlib import Path
from app.context import opened_app
from app.routes import app_routes
from core.paths import ProfilePaths
import app.shell
from app.features.home.actions import overview
from app.status import status_items

heavy = lambda: sorted({name.split(".")[0] for name in sys.modules}
                       & {"analysis", "duckdb", "pyarrow", "numpy", "pandas", "altair"})
seen = []
with opened_app(ProfilePaths(Path(sys.argv[1]))) as ctx:
    app_routes(ctx)
    overview(ctx), status_items(ctx, ["home"])
    seen.append(heavy())
    ctx.jobs.manager.run_here(ctx.jobs.manager.enqueue("cleanup", {}))
    seen.append(heavy())
    ctx.analysis
    seen.append(heavy())
print(json.dumps(seen))
"""


def test_the_first_page_needs_neither_the_engine_nor_arrow(tmp_path: Path) -> None:
    """They are a third of what would be imported, and everybody would wait; whoever asks for them has them."""
    command = [sys.executable, "-c", FIRST_PAGE, str(tmp_path / "profile")]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    first_page, cleaned, asked = json.loads(ran.stdout.splitlines()[-1])

    assert first_page == []
    assert cleaned == []
    assert {"analysis", "duckdb", "pyarrow"} <= set(asked)
    assert not {"pandas", "altair"} & set(asked)


STEPS = """
import gc, json
from launcher.server.asgi import settle
settle()
rounds = []
gc.callbacks.append(lambda phase, info: rounds.append(info["generation"]) if phase == "start" else None)
for _step in range(2_000):
    drawn = [[number] for number in range(1_500)]
    del drawn
few = list(rounds)
held = [[[number]] for number in range(400_000)]
print(json.dumps([few, rounds]))
"""


def test_what_a_step_drops_by_itself_brings_no_round_over_everything() -> None:
    """Nobody waits for a round over all views because others took steps; what grows is still looked through."""
    ran = subprocess.run([sys.executable, "-c", STEPS], capture_output=True, text=True, check=True)
    of_steps, of_growth = json.loads(ran.stdout)

    assert 2 not in of_steps
    assert 2 in of_growth
