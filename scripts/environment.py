"""Prepare `.venv` from the locks, with nothing but Python's standard library.

Started by `scripts/bootstrap`, which has found the interpreter. Installs hash-checked tools into `.tools/`, then
the locked packages and the project itself into `.venv/`. What is already in place is left alone, so the second
start costs a moment. Never builds anything from the network and never downloads an interpreter.
"""

import argparse
import fcntl
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
VENV = ROOT / ".venv"
STAMP = "bestand-stamp.json"
LOCKS = {"run": "requirements.lock", "test": "requirements-dev.lock"}
TOOLS_LOCK = ROOT / "requirements-bootstrap.lock"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP_WHEELS = Path("/usr/share/python-wheels")
WINDOW_LIBRARIES = (
    "libegl1", "libgl1", "libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libnss3",
    "libxkbcommon-x11-0", "libxkbfile1", "libxcomposite1", "libxdamage1", "libxrandr2", "libxtst6", "libasound2",
    "libwayland-cursor0", "libglib2.0-0", "libgssapi-krb5-2", "libdbus-1-3", "libfontconfig1", "libudev1",
)  # fmt: skip
"""What Qt's web view loads from the system and pip does not bring: the packages of the libraries its files name,
without those that another of these needs anyway."""
VIRTUAL_SCREEN = {"Xvfb": "xvfb", "openbox": "openbox", "xdotool": "xdotool"}
"""Program to package, for the tests of the window."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
SUPPORTED = ((3, 11), (3, 13))


class BootstrapError(Exception):
    """The environment cannot be prepared; the text says why and what to do."""


def main() -> int:
    """Prepare the environment that the command line names."""
    parser = argparse.ArgumentParser(prog="scripts/bootstrap", description="Prepare .venv from the locks.")
    parser.add_argument(
        "kind", choices=sorted(LOCKS), help="run: what the app needs; test: also the tests' tools."
    )
    kind = parser.parse_args().kind
    try:
        with _only_one():
            prepare_tools()
            prepare_packages(kind)
            prepare_project()
            prepare_window(kind)
            if kind == "test":
                prepare_browser()
    except BootstrapError as error:
        say(str(error))
        return 1
    return 0


def say(text: str) -> None:
    """Tell the person at the terminal; stdout stays free for what the command prints."""
    print(text, file=sys.stderr, flush=True)


@contextmanager
def _only_one() -> Iterator[None]:
    """Two `make` at once wait for each other instead of mixing their files."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


# ---- stamps: what was prepared, and from what ----------------------------------------------------------------


def digest(*parts: Path | str) -> str:
    """Return one fingerprint of files and texts."""
    hasher = hashlib.sha256()
    for part in parts:
        hasher.update(part.read_bytes() if isinstance(part, Path) else part.encode())
        hasher.update(b"\0")
    return hasher.hexdigest()


def read_stamp(folder: Path) -> dict[str, str]:
    """Return what `folder` was prepared from; empty when nothing usable is there."""
    try:
        stamp = json.loads((folder / STAMP).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def write_stamp(folder: Path, **facts: str) -> None:
    """Add to what `folder` was prepared from."""
    text = json.dumps(read_stamp(folder) | facts, indent=1, sort_keys=True)
    (folder / STAMP).write_text(text + "\n", encoding="utf-8")


# ---- running other programs ----------------------------------------------------------------------------------


def run(command: Sequence[str | Path], *, what: str, env: Mapping[str, str] | None = None) -> None:
    """Run a program; its output goes to stderr.

    Raises:
        BootstrapError: it failed; `what` names the step.
    """
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno(),
        env=None if env is None else {**os.environ, **env},
        check=False,
    )
    if done.returncode != 0:
        raise BootstrapError(f"{what} failed (exit code {done.returncode}); the lines above say why.")


def works(command: Sequence[str | Path]) -> bool:
    """Tell whether a program runs and succeeds; its output is dropped."""
    try:
        done = subprocess.run(
            [str(p) for p in command], stdin=subprocess.DEVNULL, capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def uv(*arguments: str | Path, what: str) -> None:
    """Run the pinned uv on the project's own environment."""
    env = {"UV_PYTHON_DOWNLOADS": "never", "VIRTUAL_ENV": str(VENV), "UV_NO_PROGRESS": "1"}
    if SYSTEM_CERTIFICATES.exists():
        env["UV_SYSTEM_CERTS"] = "true"  # a company's own certificate authority is known there only
    run([TOOLS / "venv/bin/uv", *arguments], what=what, env=env)


# ---- tools: uv and the build backend, by hash ----------------------------------------------------------------


def prepare_tools() -> None:
    """Install uv and hatchling into `.tools/venv`, each file checked against its hash."""
    wanted = digest(TOOLS_LOCK, sys.version)
    folder = TOOLS / "venv"
    if read_stamp(folder).get("tools") == wanted and works([folder / "bin/uv", "--version"]):
        return
    say("Installing the tools that prepare the environment …")
    shutil.rmtree(folder, ignore_errors=True)
    install = ["install", "--quiet", "--disable-pip-version-check", "--no-deps", "--only-binary=:all:"]
    with tempfile.TemporaryDirectory() as scratch:
        if importlib.util.find_spec("ensurepip"):
            run([sys.executable, "-m", "venv", folder], what="Making the tools' environment")
            pip: list[str | Path] = ["-m", "pip"]
        else:
            wheel = pip_wheel(Path(scratch))
            run([sys.executable, "-m", "venv", "--without-pip", folder], what="Making the tools' environment")
            pip = [wheel / "pip"]  # Python runs a package out of a wheel as it is
        command = [folder / "bin/python", *pip, *install, "--require-hashes", "-r", TOOLS_LOCK]
        run(command, what="Installing uv and hatchling")
    write_stamp(folder, tools=wanted)


def pip_wheel(scratch: Path) -> Path:
    """Return a pip that needs no installation, for a Python that Debian ships without one.

    Args:
        scratch: A folder of ours; a package unpacked there leaves the system as it is.

    Raises:
        BootstrapError: there is none and none can be had.
    """
    found = _newest_pip(PIP_WHEELS)
    if found is None and apt_install("python3-pip-whl"):
        found = _newest_pip(PIP_WHEELS)
    if found is None and _unpack_debian_package("python3-pip-whl", scratch):
        found = _newest_pip(scratch / PIP_WHEELS.relative_to("/"))
    if found is None:
        raise BootstrapError(
            f"{sys.executable} has no pip and no ensurepip. Install the package python3-venv "
            "(on Debian or Ubuntu: apt-get install python3-venv) and run the command again."
        )
    return found


def _newest_pip(folder: Path) -> Path | None:
    return max(folder.glob("pip-*.whl"), default=None)


def _unpack_debian_package(name: str, scratch: Path) -> bool:
    """Fetch a package as an ordinary user and unpack it, without installing anything."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        return False
    fetched = subprocess.run(
        ["apt-get", "download", name], cwd=scratch, stdin=subprocess.DEVNULL, capture_output=True, check=False
    )
    packages = sorted(scratch.glob("*.deb"))
    return fetched.returncode == 0 and bool(packages) and works(["dpkg-deb", "-x", packages[0], scratch])


# ---- packages and the project --------------------------------------------------------------------------------


def prepare_packages(kind: str) -> None:
    """Make `.venv` hold exactly what the lock names; an environment for tests also serves for running."""
    wanted = {each: digest(ROOT / lock) for each, lock in LOCKS.items()}
    if not _environment_works():
        say("Making .venv …")
        shutil.rmtree(VENV, ignore_errors=True)
        uv("venv", "--quiet", "--python", sys.executable, VENV, what="Making .venv")
    stamp = read_stamp(VENV)
    enough = {"run": ("run", "test"), "test": ("test",)}[kind]
    if any(stamp.get("packages") == wanted[each] for each in enough):
        return
    say(f"Installing the packages of {LOCKS[kind]} …")
    uv("pip", "sync", "--quiet", "--require-hashes", ROOT / LOCKS[kind], what="Installing the packages")
    write_stamp(VENV, packages=wanted[kind], project="")


def _environment_works() -> bool:
    low, high = SUPPORTED
    check = f"import sys; sys.exit(not {low} <= sys.version_info[:2] <= {high})"
    return works([VENV / "bin/python", "-c", check])


def prepare_project() -> None:
    """Install the project itself, pointing at these sources, so that `bestand` runs and knows its version."""
    wanted = digest(ROOT / "pyproject.toml", str(ROOT))
    if read_stamp(VENV).get("project") == wanted and (VENV / "bin/bestand").exists():
        return
    build = "import sys; from hatchling.build import build_editable; build_editable(sys.argv[1])"
    with tempfile.TemporaryDirectory() as folder:
        env = {"PYTHONDONTWRITEBYTECODE": "1", "PWD": str(ROOT)}
        os.chdir(ROOT)  # the build backend looks for pyproject.toml in the present folder
        run([TOOLS / "venv/bin/python", "-c", build, folder], what="Packing the project", env=env)
        wheel = next(Path(folder).glob("*.whl"))
        uv("pip", "install", "--quiet", "--no-deps", "--reinstall", wheel, what="Installing the project")
    write_stamp(VENV, project=wanted)


# ---- system packages -----------------------------------------------------------------------------------------


def prepare_browser() -> None:
    """See to a browser for the end-to-end tests; without one they skip and say so."""
    if any(shutil.which(name) for name in BROWSERS) or apt_install("chromium", "fonts-dejavu-core"):
        return
    say("No Chromium was found: the browser tests will be skipped. On Debian: apt-get install chromium.")


def prepare_window(kind: str) -> None:
    """See to what the native window needs of the system; without it `make run` opens the browser and says why."""
    wanted = kind == "test" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))
    if not wanted or not sys.platform.startswith("linux"):
        return
    screen = [] if kind == "run" else [each for name, each in VIRTUAL_SCREEN.items() if shutil.which(name) is None]
    libraries = [] if _qt_loads() else [_newest_name(each) for each in WINDOW_LIBRARIES]
    missing = [*libraries, *screen]
    if missing and not apt_install(*missing):
        say(f"The native window, or its tests, cannot run here. On Debian: apt-get install {' '.join(missing)}.")


def _qt_loads() -> bool:
    """Tell whether the system has every library that Qt's screen and web view need; asked once for each lock."""
    stamp = read_stamp(VENV)
    if stamp.get("window") and stamp["window"] == stamp.get("packages"):
        return True
    files = [*VENV.glob("lib/python3.*/site-packages/PySide6/Qt/plugins/platforms/libqxcb.so"),
             *VENV.glob("lib/python3.*/site-packages/PySide6/Qt/lib/libQt6WebEngineCore.so.6")]  # fmt: skip
    load = "import ctypes, sys; [ctypes.CDLL(name) for name in sys.argv[1:]]"
    loads = works([VENV / "bin/python", "-c", load, *files])
    if loads:
        write_stamp(VENV, window=stamp.get("packages", ""))
    return loads


def _newest_name(package: str) -> str:
    """Return the package's name on this system: with the 64-bit clock some got a new one."""
    renamed = f"{package}t64"
    return renamed if works(["apt-cache", "show", renamed]) else package


def apt_install(*packages: str) -> bool:
    """Install Debian packages where that needs no password; tell whether they are there now."""
    apt = shutil.which("apt-get")
    if apt is None:
        return False
    prefix: list[str] = []
    if os.geteuid() != 0:
        if not works(["sudo", "-n", "true"]):
            return False
        prefix = ["sudo", "-n"]
    quiet = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", apt, "-qq"]
    install = [*quiet, "install", "-y", "--no-install-recommends", *packages]
    say(f"Installing the system packages {', '.join(packages)} …")
    if works(install):
        return True
    return works([*quiet, "update"]) and works(install)  # a fresh machine has no package lists yet


if __name__ == "__main__":
    sys.exit(main())
