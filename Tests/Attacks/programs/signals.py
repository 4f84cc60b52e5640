"""May these processes be signalled? With `all` it does not ask."""

import contextlib
import os
import signal
import sys

from attempt import attempt

if sys.argv[1:] == ["all"]:
    for number in signal.valid_signals() - {0}:
        with contextlib.suppress(OSError):
            os.kill(os.getppid(), number)
    with contextlib.suppress(OSError):
        os.kill(-1, signal.SIGKILL)
    # On Linux this spares who calls it.
    os.kill(os.getpid(), signal.SIGKILL)
for word in sys.argv[1:]:
    attempt(f"to signal {word}", os.kill, int(word), 0)
    attempt(f"to signal the group of {word}", os.killpg, int(word), 0)
# What holds it. As process 1 of a namespace that is nobody else's it is this program's to annoy.
if os.getppid() not in (0, 1, *map(int, sys.argv[1:])):
    attempt("to signal what holds it", os.kill, os.getppid(), 0)
print("finished")
