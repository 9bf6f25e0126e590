"""The bundle's `bestand-window`: what an icon starts."""

import sys

from launcher.window.__main__ import main

if __name__ == "__main__":
    sys.exit(main())
