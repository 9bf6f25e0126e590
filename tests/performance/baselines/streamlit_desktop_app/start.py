"""The wrapper as its documentation shows it: one call, with the page beside this file."""

import os
import sys
from pathlib import Path

if __name__ == "__main__":
    os.environ.setdefault("QT_API", "pyside6")
    from streamlit_desktop_app import start_desktop_app

    start_desktop_app(str(Path(__file__).with_name(sys.argv[1])), title="Baseline")
