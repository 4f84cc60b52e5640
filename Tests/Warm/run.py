#!/usr/bin/env python3
"""Holds warm starts to cold ones, script by script, and ends with `N passed, M failed`.

    run.py [-v] [test_python ...]      all, or the named modules

It runs in a mount namespace of its own: the hosts want a /workspace, and nobody else's is touched.
"""

import os
import pathlib
import sys
import unittest

from root import enter

HERE = pathlib.Path(__file__).resolve().parent


def main():
    enter()
    wanted = [word for word in sys.argv[1:] if not word.startswith("-")]
    loader = unittest.TestLoader()
    suite = (
        loader.loadTestsFromNames(wanted) if wanted
        else loader.discover(str(HERE), top_level_dir=str(HERE)))
    verbosity = 2 if "-v" in sys.argv else 1
    result = unittest.TextTestRunner(sys.stdout, verbosity=verbosity).run(suite)
    broken = {str(test).split(" [")[0] for test, _ in result.failures + result.errors}
    # What fails before its first test has run none.
    passed = max(0, result.testsRun - len(broken))
    print(f"{passed} passed, {len(broken)} failed")
    sys.exit(1 if broken or result.testsRun == 0 else 0)


if __name__ == "__main__":
    main()
