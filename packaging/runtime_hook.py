"""Runs first in the bundle, before any other module is imported. Used by build.spec.

A bundle is nobody's development copy, so Streamlit must not look for its own sources; and whatever a person has
set for another Streamlit must not reach into ours. Qt's packages find their own folder; PyInstaller's hook would
load Qt to make sure of it, in each command and in each engine.
"""

import os
from contextlib import suppress

for name in [n for n in os.environ if n.startswith("STREAMLIT_")]:
    del os.environ[name]
os.environ["STREAMLIT_GLOBAL_DEVELOPMENT_MODE"] = "false"

with suppress(ImportError):  # where the web view is the system's there is no Qt
    from _pyi_rth_utils import qt

    qt.create_embedded_qt_conf = lambda _bindings, _prefix: None
