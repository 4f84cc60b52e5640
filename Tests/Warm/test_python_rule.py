"""Which requests for Python are warm: the others are started cold, and end as they do cold.

What ran cold shows in what the process was started with, as the kernel tells it.
"""

import resource

from test_python import PythonCase

WHERE = "print(open('/proc/self/cmdline').read() == 'python3\\0script\\0')\n"
PACKAGES = ".local/lib/python3.11/site-packages"


class RuleTests(PythonCase):
    def test_a_script_by_its_name_is_warm(self):
        for name in ("a.py", "folder", "./a.py", "/workspace/a.py"):
            with self.subTest(name):
                files = {"a.py": WHERE, "folder/__main__.py": WHERE}
                self.assertTrue(self.is_warm([name, "-x"], files))

    def test_options_are_cold(self):
        for words in (["-c", WHERE], ["-u", "a.py"], ["-m", "a"], ["-I", "a.py"], ["--", "a.py"]):
            with self.subTest(words):
                self.assertFalse(self.is_warm(words, {"a.py": WHERE}))
                if words[0] != "-c":
                    self.same(words, {"a.py": "import sys; print(sys.flags, sys.argv)"})

    def test_no_script_is_cold(self):
        for words in (["-"], ["-", "x"], []):
            with self.subTest(words):
                self.assertFalse(self.is_warm(words, written=WHERE.encode()))
        self.same([""])

    def test_more_variables_are_cold(self):
        files = {"a.py": "import os, sys; print(os.environ, sys.flags, sys.stdout)", "b.py": WHERE}
        for more in ({"A": "b"}, {"PYTHONUNBUFFERED": "1"}, {"LC_ALL": "C"}, {"A": "=", "B": ""}):
            with self.subTest(more):
                self.assertFalse(self.is_warm(["b.py"], files, variables=more))
                self.same(["a.py"], files, variables=more)

    def test_the_same_variables_are_warm(self):
        same = {"HOME": "/workspace"}
        self.assertTrue(self.is_warm(["a.py"], {"a.py": WHERE}, variables=same))

    def test_another_limit_of_the_stack_is_cold(self):
        late = {resource.RLIMIT_STACK: 1 << 20}
        self.assertFalse(self.is_warm(["a.py"], {"a.py": WHERE}, limits=late))
        late = {resource.RLIMIT_NOFILE: 64}
        self.assertTrue(self.is_warm(["a.py"], {"a.py": WHERE}, limits=late))

    def test_packages_of_the_users_own_are_cold(self):
        files = {f"{PACKAGES}/usercustomize.py": "print('customized')",
                 f"{PACKAGES}/mine.py": "print(__file__)", f"{PACKAGES}/x.pth": "sub\n",
                 f"{PACKAGES}/sub/": "", "b.py": WHERE,
                 "a.py": "import mine, sys; print(sys.path, sys.modules.keys())"}
        self.assertIn(b"customized", self.same(["a.py"], files).output)
        del files[f"{PACKAGES}/usercustomize.py"]
        self.assertFalse(self.is_warm(["b.py"], files))
