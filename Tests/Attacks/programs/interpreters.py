"""Where Python, Node and the shell look for code, and what root runs later."""

import glob
import os
import sys

from attempt import attempt

FOLDERS = [*sys.argv[1:], "/usr/lib/python3/dist-packages", "/usr/lib/python3.11", "/usr/bin",
           "/usr/local/lib/python3.11/dist-packages", "/usr/lib/node_modules",
           "/usr/share/nodejs", "/etc", "/etc/python3.11", "/etc/alternatives", "/", "/bin", "/dev",
           "/run", "/var", "/proc", "/usr/lib/x86_64-linux-gnu"]
FILES = ["/usr/lib/python3.11/sitecustomize.py", "/etc/passwd", "/etc/ld.so.cache",
         "/etc/hosts", "/usr/bin/python3.11", *glob.glob("/usr/lib/x86_64-linux-gnu/libc.so*")]


def make(folder):
    path = os.path.join(folder, "attack.pth")
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL))
    os.unlink(path)


def change(path):
    os.close(os.open(path, os.O_WRONLY))


for folder in FOLDERS:
    attempt(f"to make a file in {folder}", make, folder)
for path in FILES:
    attempt(f"to write to {path}", change, path)
print("finished")
