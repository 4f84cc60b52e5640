"""Runs a folder's unittest modules and ends with `N passed, M failed`."""

import sys
import time
import unittest

TOLD_FROM_SECONDS = 1


class Timed(unittest.TestSuite):
    """One module's tests, and how long they took."""

    def __init__(self, name, tests):
        super().__init__([tests])
        self.name, self.seconds = name, 0

    def run(self, result, debug=False):
        began = time.monotonic()
        try:
            return super().run(result, debug)
        finally:
            self.seconds = time.monotonic() - began


def run(folder, choose=lambda names: names):
    """All of it that `choose` leaves, or the modules that the command line names; never returns."""
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not names:
        names = choose(sorted(path.stem for path in folder.glob("test_*.py")))
    loader = unittest.TestLoader()
    modules = [Timed(name, loader.loadTestsFromName(name)) for name in names]
    verbosity = 2 if "-v" in sys.argv else 1
    result = unittest.TextTestRunner(sys.stdout, verbosity=verbosity).run(
        unittest.TestSuite(modules))
    for one in sorted(modules, key=lambda one: -one.seconds):
        if one.seconds >= TOLD_FROM_SECONDS:
            print(f"{one.seconds:8.1f} s  {one.name}")
    broken = {str(test).split(" [")[0] for test, _ in result.failures + result.errors}
    # What fails before its first test has run none.
    passed = max(0, result.testsRun - len(broken))
    print(f"{passed} passed, {len(broken)} failed")
    sys.exit(1 if broken or result.testsRun == 0 else 0)
