"""Processes of the same user that are not this program's: those that hold it, and that wait."""

import ctypes
import os
import sys

from attempt import attempt

# Takes a process without stopping it.
SEIZE = 0x4206
libc = ctypes.CDLL(None, use_errno=True)


def read(path):
    file = os.open(path, os.O_RDONLY)
    os.read(file, 1)


def write(path):
    os.close(os.open(path, os.O_WRONLY))


def take(pid):
    if libc.ptrace(SEIZE, pid, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "ptrace")


for pid in {*sys.argv[1:]} - {str(os.getpid())}:
    for name in "environ", "maps", "auxv", "stack":
        attempt(f"to read {name} of {pid}", read, f"/proc/{pid}/{name}")
    for name in "mem", "oom_score_adj", "coredump_filter":
        attempt(f"to write to {name} of {pid}", write, f"/proc/{pid}/{name}")
    for name in "fd", "cwd", "root", "map_files":
        attempt(f"to list {name} of {pid}", os.listdir, f"/proc/{pid}/{name}")
    attempt(f"to read exe of {pid}", read, f"/proc/{pid}/exe")
    attempt(f"to attach to {pid}", take, int(pid))
print("finished")
