"""The bundle's `bestand`: the command line, or, when a window asks for it, the engine, or a reader of files."""

import multiprocessing
import sys

ENGINE_WORD = "--engine"  # launcher.window.run says it
READER_WORD = "--reader"  # analysis.readings.isolated.worker says it

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.argv[1:2] == [ENGINE_WORD]:
        from launcher.server.__main__ import main as engine

        sys.exit(engine(sys.argv[2:]))
    if sys.argv[1:2] == [READER_WORD]:
        from analysis.readings.apart.child import main as reader

        sys.exit(reader())
    from launcher.__main__ import main

    sys.exit(main())
