"""What runs when the script is over, and in which order."""
import atexit
import logging
import sys
import threading
import weakref


class Last:
    def __del__(self):
        print("deleted", sys is not None, sys.is_finalizing())


last = Last()
kept = Last()
weakref.finalize(kept, print, "finalized")
atexit.register(print, "first in, last out")
atexit.register(lambda: 1 / 0)
atexit.register(lambda: logging.warning("logged at the end"))
threading.Thread(target=lambda: print("a thread")).start()
atexit.register(print, "last in, first out", file=sys.stderr)
kept.self = kept
raise SystemExit(len(sys.argv))
