"""How the containers of other formats begin, and what the standard library raises over a broken one."""

import zipfile
import zlib
from typing import Final

ZIP_MAGIC: Final = (b"PK\x03\x04", b"PK\x05\x06")
ZIP_ERRORS: Final = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, RuntimeError)
"""What the standard library raises over a broken archive, or one packed or locked in a way it does not know."""
ZIP_UNKNOWN: Final = NotImplementedError
"""Of these, what it raises over a way to pack or lock that it does not know."""
OLE_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""Old Office files, and protected new ones."""
