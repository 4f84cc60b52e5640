"""Which requests for Python are warm: the others are started cold, and end as they do cold."""

import resource
import socket

import rig
from test_python import PythonCase

WHERE = "import os; print(os.readlink('/proc/self/exe'))\n"
WARM, COLD = "orien-warm-python", "python3.11"
PACKAGES = ".local/lib/python3.11/site-packages"


class RuleTests(PythonCase):
    def test_a_script_by_its_name_is_warm(self):
        for name in ("a.py", "folder", "./a.py", "/workspace/a.py"):
            with self.subTest(name):
                files = {"a.py": WHERE, "folder/__main__.py": WHERE}
                self.assertEqual(self.program([name, "-x"], files), WARM)

    def test_options_are_cold(self):
        for words in (["-c", WHERE], ["-u", "a.py"], ["-m", "a"], ["-I", "a.py"], ["--", "a.py"]):
            with self.subTest(words):
                self.assertEqual(self.program(words, {"a.py": WHERE}), COLD)
                if words[0] != "-c":
                    self.same(words, {"a.py": "import sys; print(sys.flags, sys.argv)"})

    def test_no_script_is_cold(self):
        for words in (["-"], ["-", "x"], []):
            with self.subTest(words):
                self.assertEqual(self.program(words, written=WHERE.encode()), COLD)
        self.same([""])

    def test_more_variables_are_cold(self):
        files = {"a.py": "import os, sys; print(os.environ, sys.flags, sys.stdout)", "b.py": WHERE}
        for more in ({"A": "b"}, {"PYTHONUNBUFFERED": "1"}, {"LC_ALL": "C"}, {"A": "=", "B": ""}):
            with self.subTest(more):
                self.assertEqual(self.program(["b.py"], files, variables=more), COLD)
                self.same(["a.py"], files, variables=more)

    def test_the_same_variables_are_warm(self):
        same = {"HOME": "/workspace"}
        self.assertEqual(self.program(["a.py"], {"a.py": WHERE}, variables=same), WARM)

    def test_another_limit_of_the_stack_is_cold(self):
        late = {resource.RLIMIT_STACK: 1 << 20}
        self.assertEqual(self.program(["a.py"], {"a.py": WHERE}, limits=late), COLD)
        late = {resource.RLIMIT_NOFILE: 64}
        self.assertEqual(self.program(["a.py"], {"a.py": WHERE}, limits=late), WARM)

    def test_packages_of_the_users_own_are_cold(self):
        files = {f"{PACKAGES}/usercustomize.py": "print('customized')",
                 f"{PACKAGES}/mine.py": "print(__file__)", f"{PACKAGES}/x.pth": "sub\n",
                 f"{PACKAGES}/sub/": "", "b.py": WHERE,
                 "a.py": "import mine, sys; print(sys.path, sys.modules.keys())"}
        self.assertIn(b"customized", self.same(["a.py"], files).output)
        del files[f"{PACKAGES}/usercustomize.py"]
        self.assertEqual(self.program(["b.py"], files), COLD)


class HostTests(PythonCase):
    def ended(self, host):
        pid, host.pid = host.pid, None
        return rig.ended(pid, rig.deadline())

    def test_nobody_asks(self):
        with rig.Host(self.host) as host:
            host.order.shutdown(socket.SHUT_WR)
            self.assertEqual((self.ended(host), host.heard()), (0, b""))

    def test_what_is_no_request_fails(self):
        with rig.Host(self.host) as host:
            host.ask(["python3", "a.py"], [])
            self.assertEqual(host.heard(), rig.FAILS)
            self.assertEqual(self.ended(host), 127 << 8)

    def test_what_cannot_be_started_fails(self):
        with rig.Host(self.host) as host:
            streams = rig.Streams("null", b"")
            host.ask(["absent", "a.py"], streams.theirs)
            streams.started()
            self.assertEqual(host.heard(), rig.BEGINS + rig.FAILS)
            self.assertEqual(self.ended(host), 127 << 8)

    def test_a_workspace_beside_the_streams_is_closed(self):
        rig.lay_out({"a.py": "import os; print(sorted(os.listdir('/proc/self/fd')))"})
        with rig.Host(self.host) as host:
            streams = rig.Streams("pipe", b"")
            host.ask(["python3", "a.py"], streams.theirs, workspace=host.order.fileno())
            streams.started()
            self.assertEqual(host.heard(), rig.BEGINS)
            self.assertEqual(host.collect(streams).output, b"['0', '1', '2', '3']\n")
