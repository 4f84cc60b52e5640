"""Workspaces and the files in them."""

import hashlib

from case import NodeCase


class Sessions(NodeCase):
    def test_a_file_comes_back_as_it_was_sent(self):
        session, content = self.session(), bytes(range(256)) * 5000
        self.assertIn(self.upload(session, "a/b/c.bin", content).status, (200, 201))
        self.assertEqual(self.get(f"/sessions/{session}/files/a/b/c.bin").body, content)
        listed = self.get(f"/sessions/{session}/files").json["files"]
        self.assertEqual(len(listed), 1)
        self.assertEqual(listed[0]["name"], "a/b/c.bin")
        self.assertEqual(listed[0]["size"], len(content))
        self.assertEqual(listed[0]["sha256"], hashlib.sha256(content).hexdigest())
        self.assertEqual(
            self.ask("DELETE", f"/sessions/{session}/files/a/b/c.bin").status // 100, 2)
        self.refused(self.get(f"/sessions/{session}/files/a/b/c.bin"), 404)

    def test_a_file_sent_again_is_replaced(self):
        session = self.session()
        self.upload(session, "x", b"a longer text")
        self.upload(session, "x", b"short")
        self.assertEqual(self.get(f"/sessions/{session}/files/x").body, b"short")

    def test_a_script_sees_the_files_and_leaves_its_own(self):
        session = self.session()
        self.upload(session, "in.txt", b"in")
        record = self.python(session, "open('out.txt','w').write(open('in.txt').read()*2)")
        self.assertEqual(record["status"], "completed", record)
        self.assertEqual(self.get(f"/sessions/{session}/files/out.txt").body, b"inin")

    def test_two_sessions_see_nothing_of_each_other(self):
        one, other = self.session(), self.session()
        self.upload(one, "x", b"one")
        self.refused(self.get(f"/sessions/{other}/files/x"), 404)

    def test_a_workspace_is_cleaned_up_as_often_as_asked(self):
        session = self.session()
        self.upload(session, "x", b"x")
        for _ in range(2):
            answer = self.ask("DELETE", f"/sessions/{session}/workspace")
            self.assertEqual(answer.status, 200)
            self.assertEqual(answer.json, {"success": True, "message": "Workspace cleaned up"})
        self.refused(self.get(f"/sessions/{session}/files/x"), 404)

    def test_a_session_made_again_starts_empty(self):
        session = self.session()
        self.upload(session, "x", b"x")
        self.ask("DELETE", f"/sessions/{session}/workspace")
        self.upload(session, "y", b"y")
        listed = self.get(f"/sessions/{session}/files").json["files"]
        self.assertEqual([file["name"] for file in listed], ["y"])

    def test_a_workspace_in_use_is_kept_unless_forced(self):
        session = self.session()
        self.upload(session, "s.py", b"print('up', flush=True)\nimport time; time.sleep(60)")
        started = self.execute(session, "python_script", {"script": "s.py"}).json
        self.refused(self.ask("DELETE", f"/sessions/{session}/workspace"), 409)
        self.assertEqual(self.ask("DELETE", f"/sessions/{session}/workspace?force=1").status, 200)
        self.assertEqual(self.final(started["executionId"])["status"], "cancelled")
        self.refused(self.get(f"/sessions/{session}/files/s.py"), 404)

    def test_a_workspace_is_full_when_its_quota_is(self):
        session = self.session()
        script = """
import os
try:
    with open('big', 'wb') as file:
        for _ in range(1 << 14): file.write(bytes(1 << 20))
except OSError as error: print(type(error).__name__)
print(os.path.getsize('big') < (1 << 34))"""
        record = self.python(session, script, wait=120)
        # Stopped by the disk, by its bound of file size or of time: but stopped.
        self.assertNotEqual(record.get("output"), "True\n")
        self.assertEqual(self.ask("DELETE", f"/sessions/{session}/workspace").status, 200)
