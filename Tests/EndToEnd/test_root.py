"""A node that root has started and that goes on as somebody else: it has no privilege left, cannot
read or write what is root's, and everything is there that a node of root's has."""

import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile
import unittest

import case
import rig

USER = "nobody"
SCRIPT = "import os\nprint(os.getuid(), open('/proc/self/status').read().count('\\tnobody'))\n"


def status(pid, task):
    text = pathlib.Path(f"/proc/{pid}/task/{task}/status").read_text()
    return dict(line.split(":\t", 1) for line in text.splitlines() if ":\t" in line)


class Place:
    """A folder that others may pass through, with a state folder and what of the build is needed: a
    checkout is seldom where everybody may read it."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="orien-root-"))
        self.folder.chmod(0o755)
        self.state = self.folder / "state"
        self.secret = self.folder / "secret"
        self.secret.write_text("root's alone\n")
        self.secret.chmod(0o600)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
