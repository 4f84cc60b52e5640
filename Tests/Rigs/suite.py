"""Runs a folder's unittest modules and ends with `N passed, M failed`."""

import sys
import unittest


def run(folder):
    """All of it, or the modules that the command line names; never returns."""
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    loader = unittest.TestLoader()
    suite = (
        loader.loadTestsFromNames(wanted) if wanted
        else loader.discover(str(folder), top_level_dir=str(folder)))
    verbosity = 2 if "-v" in sys.argv else 1
    result = unittest.TextTestRunner(sys.stdout, verbosity=verbosity).run(suite)
    broken = {str(test).split(" [")[0] for test, _ in result.failures + result.errors}
    # What fails before its first test has run none.
    passed = max(0, result.testsRun - len(broken))
    print(f"{passed} passed, {len(broken)} failed")
    sys.exit(1 if broken or result.testsRun == 0 else 0)
