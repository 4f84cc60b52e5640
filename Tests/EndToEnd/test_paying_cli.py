"""Machines that a stream pays for, by the command line of who pays."""

import pathlib
import unittest

from streams_cli_case import MOST, StreamsCase, stream


class Paying(StreamsCase):
    """Somebody without a key, whose stream pays for a machine."""

    def setUp(self):
        super().setUp()
        self.machine = {"id": "golem-web-1", "name": "web", "status": "running"}
        self.answer("/api/v1/vms?async=true", {
            "job_id": "j", "vm_id": "web", "status": "creating", "access_token": "orienvm-1"},
            202, "POST")
        self.answer("/api/v1/vms/jobs/j", {"status": "ready"})
        self.kept = self.home / ".local/share/orien/tokens"

    def shown(self, *names):
        for name in names:
            self.answer(f"/api/v1/vms/{name}", self.machine)

    def bearers(self):
        return {(method, path): authorization
                for method, path, authorization, _ in self.node.asked if "vms" in path}

    def test_what_opens_a_machine_is_kept_for_its_payer_and_goes_with_it(self):
        self.shown("web", "golem-web-1")
        self.answer("/api/v1/vms/web/access", {"ssh_host": "10.0.0.1", "ssh_port": 50800})
        self.answer("/api/v1/vms/web/stop", self.machine, method="POST")
        self.answer("/api/v1/vms/web/stream", stream("web", 7))
        self.answer("/api/v1/vms/golem-web-1", b"null", method="DELETE")
        done = self.orien("vm", "create", "web", "--stream", MOST)
        self.assertNotIn("orienvm-1", done.stdout + done.stderr)
        self.assertEqual(self.node.asked[0][3], {"name": "web", "stream_id": str(MOST)})
        files = [path for path in self.kept.rglob("*") if path.is_file()]
        self.assertEqual(sorted(path.name for path in files), ["golem-web-1", "web"])
        for path in files:
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            self.assertEqual(path.read_text(), "orienvm-1\n")
        for words in (("vm", "access", "web"), ("vm", "stop", "web"), ("streams", "show", "web"),
                      ("vm", "show", "golem-web-1"), ("vm", "delete", "golem-web-1")):
            self.orien(*words)
        asked = self.bearers()
        self.assertIsNone(asked.pop(("POST", "/api/v1/vms?async=true")))
        self.assertEqual(set(asked.values()), {"Bearer orienvm-1"})
        self.assertEqual([path for path in self.kept.rglob("*") if path.is_file()], [])

    def test_who_does_not_wait_has_it_in_a_file(self):
        told = self.json("vm", "create", "web", "--stream", 7, "--async")
        self.assertNotIn("access_token", told)
        self.assertEqual(pathlib.Path(told["access_token_file"]).read_text(), "orienvm-1\n")

    def test_where_it_cannot_be_kept_it_is_shown(self):
        self.kept.parent.mkdir(parents=True)
        self.kept.write_text("in the way")
        done = self.orien("vm", "create", "web", "--stream", 7, "--async")
        self.assertIn("this once: orienvm-1", done.stderr)

    def test_a_stream_that_does_not_pay_is_a_refusal_with_its_reason(self):
        self.answer("/api/v1/vms?async=true", {
            "detail": "invalid stream: recipient mismatch", "code": "wrong-recipient"}, 402, "POST")
        done = self.orien("vm", "create", "web", "--stream", 7, status=77)
        self.assertIn("recipient mismatch", done.stderr)
        self.assertFalse(self.kept.exists())

    def test_what_is_no_stream_is_not_sent(self):
        for text in ("-1", "x", "1.0", "007", str(MOST + 1), ""):
            with self.subTest(text):
                self.assertIn("number of a stream", self.orien(
                    "vm", "create", "web", f"--stream={text}", status=64).stderr)
        self.assertEqual(self.node.asked, [])


if __name__ == "__main__":
    unittest.main()
