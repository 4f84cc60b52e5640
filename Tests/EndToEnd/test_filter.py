"""What the jail's filter of system calls decides, asked of its steps: of most calls it decides by
steps of its own, and no test could make them all."""

import subprocess
import tempfile
import unittest

from node import ROOT

RIG = ROOT / "Tests/Rigs/filter/verdicts.c"
FILTER = ROOT / "Sources/orien-jail/filter"


class FilterTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="orien-filter-")
        cls.addClassCleanup(folder.cleanup)
        cls.program = f"{folder.name}/verdicts"
        subprocess.run(
            ["gcc", "-std=gnu17", "-O1", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-I",
             FILTER, "-I", ROOT / "Sources/COrienJail/include", "-o", cls.program, RIG,
             *FILTER.glob("*.c"), "-lseccomp"], check=True)

    def ask(self, *words):
        asked = subprocess.run([self.program, *words], capture_output=True, text=True, timeout=120)
        return asked.returncode, asked.stdout.splitlines()

    def test_it_decides_as_one_that_libseccomp_alone_has_made(self):
        code, lines = self.ask()
        self.assertEqual(code, 0, lines)
        self.assertRegex(lines[-1], r"^\d{6,} asked, \d{5,} allowed, 0 other than libseccomp's$")

    def test_one_call_that_it_allows_too_much_is_found(self):
        code, lines = self.ask("without", "getppid")
        self.assertEqual(code, 1, lines)
        self.assertIn(": 0x7fff0000 instead of 0x50001", lines[0])

    def test_a_process_may_change_its_own_limits_and_no_others(self):
        code, lines = self.ask("limits")
        self.assertEqual((code, lines), (0, ["72 allowed"]))

    def test_steps_for_any_set_of_numbers_allow_those_and_no_others(self):
        code, lines = self.ask("sets")
        self.assertEqual(code, 0, lines)
        self.assertEqual(lines, ["2551 written, 449 refused"])
