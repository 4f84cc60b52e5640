"""The program that holds this one: by the path that it has outside, and by /proc."""

import os
import sys

from attempt import attempt

LAUNCHER, STATE = sys.argv[1:]


def write(path):
    os.close(os.open(path, os.O_WRONLY))


def read(path):
    os.close(os.open(path, os.O_RDONLY))


attempt("to read the launcher's file", read, LAUNCHER)
for path in LAUNCHER, "/proc/1/exe", f"/proc/{os.getppid()}/exe":
    attempt(f"to write to {path}", write, path)
attempt("to list the state's folder", os.listdir, STATE)
print("finished")
