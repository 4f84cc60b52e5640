"""A test that holds a warm start to a cold one."""

import pathlib
import re
import unittest

import rig
from streams import Ending

# All that may differ in what a script writes: where something lies in memory, and the number of
# the process where Node puts it before a line.
MAY_DIFFER = re.compile(rb"\b0x[0-9a-f]{8,16}\b|(?<=\(node:)\d+(?=\))|^#?.*node\[\d+\]", re.M)
HERE = pathlib.Path(__file__).resolve().parent


class WarmCase(unittest.TestCase):
    """`host` is the program that waits, `interpreter` the one that it stands for, `folder` has
    its scripts."""

    host = interpreter = folder = None
    maxDiff = None

    def script(self, name):
        return (HERE / self.folder / name).read_bytes()

    def same(self, words, files=None, **options):
        """Runs `interpreter words...` cold and warm, in a workspace of these files and the script
        that is named first, where there is one of that name; how both ended."""
        files = dict(files or {})
        if (HERE / self.folder / words[0]).is_file():
            files.setdefault(words[0], self.script(words[0]))
        words = [self.interpreter, *words]
        rig.lay_out(files)
        cold = rig.run_cold(words, **options)
        warm = rig.run_warm(self.host, words, files, **options)
        self.assertEqual(told(cold), told(warm))
        self.assertEqual(blank(cold), blank(warm))
        return warm

    def is_warm(self, words, files=None, **options):
        """What a script says that looks at what its process was started with."""
        ending = rig.run_warm(self.host, [self.interpreter, *words], files or {}, **options)
        self.assertEqual((ending.code, ending.errors), (0, b""), ending)
        return {b"true\n": True, b"false\n": False}[ending.output.lower()]


def blank(ending):
    return Ending(MAY_DIFFER.sub(b"", ending.output), MAY_DIFFER.sub(b"", ending.errors),
                  ending.code)


def told(ending):
    """The same as text, for somebody to read."""
    ending = blank(ending)
    return f"{ending.output.decode(errors='backslashreplace')}\n" \
           f"-- {ending.errors.decode(errors='backslashreplace')}\n-- {ending.code}"
