"""Runs first in the bundle, before any other module is imported. Used by build.spec.

A bundle is nobody's development copy, so Streamlit must not look for its own sources; and whatever a person has
set for another Streamlit must not reach into ours.
"""

import os

for name in [n for n in os.environ if n.startswith("STREAMLIT_")]:
    del os.environ[name]
os.environ["STREAMLIT_GLOBAL_DEVELOPMENT_MODE"] = "false"
