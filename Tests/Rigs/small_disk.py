"""A file system for a node's state that is small, and can be full. Wants root."""

import contextlib
import os
import pathlib
import subprocess
import tempfile
import unittest


class SmallDisk:
    def __init__(self, mebibytes=64):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-e2e-"))
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m,mode=700", "tmpfs",
                        self.home], check=True)
        self.state = self.home / "state"

    def fill(self):
        (self.state / "reserve").unlink()
        with (self.home / "filler").open("wb", buffering=0) as filler, \
                contextlib.suppress(OSError):
            while filler.write(bytes(4096)): pass

    def empty(self):
        (self.home / "filler").unlink()

    def close(self):
        subprocess.run(["umount", "-l", self.home], check=True)
        self.home.rmdir()


class SmallDiskCase(unittest.TestCase):
    """Runs where such a disk can be mounted."""

    def run(self, result=None):
        return super().run(result) if os.getuid() == 0 else result
