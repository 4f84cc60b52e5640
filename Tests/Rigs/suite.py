"""Runs a folder's unittest modules and ends with `N passed, M failed`."""

import faulthandler
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


class Telling(unittest.TextTestResult):
    """Tells each failure when it happens: what hangs later hides none."""

    def addError(self, test, err):
        super().addError(test, err)
        self._tell("ERROR", self.errors)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self._tell("FAIL", self.failures)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            is_failure = issubclass(err[0], test.failureException)
            self._tell("FAIL" if is_failure else "ERROR",
                       self.failures if is_failure else self.errors)

    def _tell(self, flavour, told):
        self.stream.writeln()
        self.printErrorList(flavour, told[-1:])
        self.stream.flush()

    def printErrors(self):
        self.stream.writeln()


def run(folder, choose=lambda names: names):
    """All of it that `choose` leaves, or the modules that the command line names; never returns."""
    # Whoever ends this for want of a word hears where it was.
    faulthandler.enable()
    names = [word for word in sys.argv[1:] if not word.startswith("-")]
    if not names:
        names = choose(sorted(path.stem for path in folder.glob("test_*.py")))
    loader = unittest.TestLoader()
    modules = [Timed(name, loader.loadTestsFromName(name)) for name in names]
    verbosity = 2 if "-v" in sys.argv else 1
    result = unittest.TextTestRunner(sys.stdout, resultclass=Telling, verbosity=verbosity).run(
        unittest.TestSuite(modules))
    for one in sorted(modules, key=lambda one: -one.seconds):
        if one.seconds >= TOLD_FROM_SECONDS:
            print(f"{one.seconds:8.1f} s  {one.name}")
    broken = {str(test).split(" [")[0] for test, _ in result.failures + result.errors}
    # What fails before its first test has run none.
    passed = max(0, result.testsRun - len(broken))
    print(f"{passed} passed, {len(broken)} failed")
    sys.exit(1 if broken or result.testsRun == 0 else 0)
