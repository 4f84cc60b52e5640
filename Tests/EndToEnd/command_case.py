"""The command line under the names that its users have it by."""

import json
import os
import subprocess
import unittest

from node import BINARIES


class CommandCase(unittest.TestCase):
    """Commands run in `self.home`."""

    patience = 120

    def surroundings(self):
        """Their variables."""
        raise NotImplementedError

    def run_as(self, name, *words, status=0, path=None, **variables):
        """Runs the program under a name; what it said."""
        program = BINARIES / "orien"
        if name != "orien":
            program = self.home / name
            if not program.exists():
                program.symlink_to(BINARIES / "orien")
        done = subprocess.run(
            [program, *map(str, words)], capture_output=True, text=True, timeout=self.patience,
            stdin=subprocess.DEVNULL, cwd=self.home,
            env={"PATH": path or os.environ["PATH"]} | self.surroundings() | variables)
        self.assertEqual(done.returncode, status, f"{words}: {done.stdout}{done.stderr}")
        return done

    def orien(self, *words, **options):
        return self.run_as("orien", *words, **options)

    def json(self, *words, **options):
        return json.loads(self.orien(*words, "--json", **options).stdout)
