"""Attacks on paths (group WS): nothing leaves a workspace, by whatever name."""

import pathlib
import threading

from case import NodeCase

ESCAPES = [
    "../x", "a/../../x", "a/../x", "..", ".", "./x", "..%2fx", "%2e%2e/x", "%2e%2e%2fx", "..%5cx",
    "%2fetc%2fpasswd", "/etc/passwd", "a//b", "a%00b", "a%2f..%2f..%2fx",
    "%c0%ae%c0%ae/x", "a/", "%ff",
]


class WorkspaceAttacks(NodeCase):
    def test_no_name_leads_outside(self):
        session = self.session()
        self.upload(session, "kept", b"kept")
        for path in ESCAPES:
            with self.subTest(path):
                for method in ("PUT", "GET", "DELETE"):
                    body = b"evil" if method == "PUT" else None
                    answer = self.ask(method, f"/sessions/{session}/files/{path}", body)
                    self.refused(answer, 400, 404, 405)
        listed = self.get(f"/sessions/{session}/files").json["files"]
        self.assertEqual([file["name"] for file in listed], ["kept"])

    def test_no_file_argument_leads_outside(self):
        session = self.session()
        self.upload(session, "ok.py", b"print('ok')")
        outside = str(self.outside / "canary")
        before = self.accepted()
        for name in ("../ok.py", outside, "/etc/passwd", "//etc/passwd", "a/../ok.py", "", ".",
                     "/proc/self/root/etc/passwd", "/proc/self/cwd/ok.py", "/dev/fd/0",
                     "ok.py\u0000", "ok.py/", "x" * 256, "x/" * 2500 + "x", "none.py"):
            with self.subTest(name):
                answer = self.execute(session, "python_script", {"script": name})
                self.refused(answer, 400, pointer="/args/script")
        self.assertEqual(self.accepted(), before)

    def test_no_link_that_a_script_made_is_followed(self):
        session = self.session()
        script = f"""
import os
os.symlink('/etc/passwd', 'file'); os.symlink('/', 'folder'); os.symlink('main.py', 'near')
os.symlink('/proc/self/root', 'magic')
try: os.link({str(self.outside / 'canary')!r}, 'hard')
except OSError: pass"""
        self.assertEqual(self.python(session, script)["status"], "completed")
        for path in ("file", "folder/etc/passwd", "near", "magic/etc/passwd", "hard"):
            with self.subTest(path):
                answer = self.execute(session, "python_script", {"script": path})
                self.refused(answer, 400, pointer="/args/script")
                self.refused(self.get(f"/sessions/{session}/files/{path}"), 400, 403, 404, 409)
                # May take the link's place, and never goes through it: U4 looks.
                self.upload(session, path, b"evil")
        self.assertNotIn("evil", pathlib.Path("/etc/passwd").read_text())

    def test_a_link_that_flips_while_it_is_read_never_opens(self):
        session = self.session()
        script = """
import os, time
os.mkdir('real'); open('real/passwd', 'w').write('mine')
os.symlink('/etc', 'link')
print('up', flush=True)
end = time.monotonic() + 5
while time.monotonic() < end:
    for _ in range(1000):
        os.rename('real', 'dir'); os.rename('dir', 'real')
        os.rename('link', 'dir'); os.rename('dir', 'link')"""
        self.upload(session, "flip.py", script.encode())
        started = self.execute(session, "python_script", {"script": "flip.py"}).json
        found = set()
        for _ in range(2000):
            answer = self.get(f"/sessions/{session}/files/dir/passwd")
            found.add((answer.status, answer.body if answer.status == 200 else b""))
        self.assertLessEqual({body for status, body in found if status == 200}, {b"mine"})
        self.assertLessEqual({status for status, _ in found}, {200, 400, 403, 404, 409})
        self.final(started["executionId"])

    def test_long_names_are_bounded_and_deep_trees_are_removed(self):
        session = self.session()
        self.assertIn(self.upload(session, "x" * 255, b"x").status, (200, 201))
        self.refused(self.upload(session, "x" * 256, b"x"), 400)
        self.refused(self.upload(session, "x/" * 2047 + "xyz", b"x"), 400, 414)
        script = "import os\nfor _ in range(2000): os.mkdir('d'); os.chdir('d')"
        self.assertEqual(self.python(session, script)["status"], "completed")
        self.assertEqual(self.ask("DELETE", f"/sessions/{session}/workspace").status, 200)
        self.refused(self.get(f"/sessions/{session}/files/main.py"), 404)

    def test_names_are_bytes_and_stay_distinct(self):
        session = self.session()
        paths = ["%C3%A9", "e%CC%81", "%EF%BC%8E%EF%BC%8E", "%E2%80%AEx", "%E2%80%8Bx", "A", "a",
                 "%252e%252e%252fx"]
        for index, path in enumerate(paths):
            self.assertIn(self.upload(session, path, str(index).encode()).status, (200, 201), path)
        for index, path in enumerate(paths):
            body = self.get(f"/sessions/{session}/files/{path}").body
            self.assertEqual(body, str(index).encode(), path)

    def test_a_file_of_holes_does_not_fill_the_node(self):
        session = self.session()
        script = "import os\ntry: os.truncate(os.open('big', os.O_CREAT|os.O_RDWR), 1 << 40)\n"
        self.python(session, script + "except OSError: pass")
        answer = self.ask("HEAD", f"/sessions/{session}/files/big")
        self.assertIn(answer.status, (200, 404, 413, 507))

    def test_what_is_no_file_is_not_read(self):
        session = self.session()
        script = "import os, socket; os.mkfifo('fifo'); os.mkdir('d'); " \
            "socket.socket(socket.AF_UNIX).bind('sock')"
        self.assertEqual(self.python(session, script)["status"], "completed")
        for path in ("fifo", "sock", "d"):
            self.refused(self.get(f"/sessions/{session}/files/{path}"), 400, 403, 404, 409)

    def test_a_file_that_grows_while_it_is_read_is_read_whole_or_not(self):
        session = self.session()
        script = "import time\nf = open('log', 'wb')\nend = time.monotonic() + 3\n" \
            "while time.monotonic() < end: f.write(b'x' * 4096); f.flush(); time.sleep(.001)"
        self.upload(session, "grow.py", script.encode())
        started = self.execute(session, "python_script", {"script": "grow.py"}).json
        errors = []

        def read():
            for _ in range(50):
                answer = self.get(f"/sessions/{session}/files/log")
                if answer.status not in (200, 404) or answer.body.strip(b"x") and \
                        answer.status == 200:
                    errors.append(answer)
        readers = [threading.Thread(target=read) for _ in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
        self.assertEqual(errors, [])
        self.final(started["executionId"])


class FullNode(NodeCase):
    environment = {"WORKSPACES_BYTES": "4M", "MAX_SESSIONS": "4"}

    def test_programs_that_fill_the_node_together_are_ended_and_nothing_more_is_let_in(self):
        quiet, loud = self.session(), self.session()
        self.upload(quiet, "sleep.py", b"import time; time.sleep(300)")
        asleep = self.execute(quiet, "python_script", {"script": "sleep.py"}).json["executionId"]
        # Within its own quota, and more than there is room for.
        script = "import os, time\n" \
            "os.write(os.open('big', os.O_CREAT | os.O_RDWR), b'x' * (5 << 20))"
        slow = self.python(loud, script + "\ntime.sleep(60)")
        self.assertEqual((slow["status"], slow["reason"]), ("failed", "workspaces-full"), slow)
        self.assertIn("WORKSPACES_BYTES", slow["message"])
        self.assertEqual(slow["cost"]["microUnits"], 0)
        self.assertEqual(self.get(f"/executions/{asleep}").json["status"], "running")
        for answer in (
                self.execute(quiet, "python_script", {"script": "sleep.py"}),
                self.execute(self.session(), "echo", {"message": "x"}),
                self.upload(quiet, "more", b"x")):
            self.assertEqual(self.refused(answer, 507)["code"], "workspaces-full")
        self.assertEqual(self.ask("DELETE", f"/sessions/{loud}/workspace").status, 200)
        quick = self.python(loud, script)
        self.assertEqual((quick["status"], quick["reason"]), ("failed", "workspaces-full"), quick)
        self.assertEqual(self.ask("DELETE", f"/sessions/{loud}/workspace").status, 200)
        self.assertEqual(self.upload(quiet, "more", b"x").status, 201)

    def test_there_are_as_many_sessions_as_the_operator_says(self):
        for _ in range(4):
            answer = self.execute(self.session(), "echo", {"message": "x"}, wait=10)
            self.assertEqual(answer.status, 200, answer)
        refusal = self.refused(self.execute(self.session(), "echo", {"message": "x"}), 507)
        self.assertIn("MAX_SESSIONS", refusal["detail"])
