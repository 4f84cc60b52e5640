"""Asks for a core of any size, and crashes with a hundred megabytes."""

import os
import resource
import signal

_, hard = resource.getrlimit(resource.RLIMIT_CORE)
resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
block = bytearray(os.urandom(1 << 20) * 100)
os.kill(os.getpid(), signal.SIGSEGV)
