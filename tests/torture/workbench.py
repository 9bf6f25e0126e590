"""The engine of a window with a page more: every widget by itself.

`python -m tests.torture.workbench --profile DIR`.
"""

import sys

from app import pages
from launcher.server.__main__ import main
from tests.e2e.form_pages import AlonePage

if __name__ == "__main__":
    pages.PAGES = (*pages.PAGES, AlonePage())  # type: ignore[misc]
    sys.exit(main())
