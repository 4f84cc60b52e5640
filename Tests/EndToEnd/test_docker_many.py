"""As many calls at once as the plugin lets in: each has its container, and its end."""

import docker
from docker_case import DockerCase
from node import until

# What docker-run declares.
CONCURRENCY = 64


class ManyTests(DockerCase):
    manifest = {"limits": {"memoryBytes": 16 << 20}}
    environment = {"WORKSPACE_BYTES": str(8 << 20)}

    def test_all_of_them_run_at_once(self):
        begun = []

        def begin():
            answer = self.execute(self.session(), "docker-run", {
                "image": docker.SMALL, "command": ["sh", "-c", "echo begun; exec sleep 600"]})
            self.assertEqual(answer.status, 202, answer)
            begun.append(answer.json["executionId"])

        def waiting():
            records = [self.get(f"/executions/{execution}").json for execution in begun]
            ended = [record for record in records if record["status"] not in ("pending", "running")]
            self.assertEqual(ended, [])
            return [record for record in records if record["output"] != "begun\n"]
        # As fast as an engine of two processors starts them.
        while len(begun) < CONCURRENCY:
            for _ in range(16):
                begin()
            until(lambda: not waiting(), 120, lambda: f"these have not begun: {waiting()[:3]}")
        for execution in begun:
            self.ask("DELETE", f"/executions/{execution}")
        for execution in begun:
            self.assertEqual(self.final(execution, 60)["status"], "cancelled")


class TooManyTests(DockerCase):
    """More at once than there are descriptors for: some are done, and the others told why not."""
    environment = {"WORKSPACE_BYTES": str(8 << 20), "WORKER_OPEN_FILES": "48"}
    calls = 24

    def test_those_that_lack_a_descriptor_say_so(self):
        # Its process is there, and has what it keeps open.
        self.assertEqual(self.sh(self.session(), "echo first")["output"], "first\n")
        begun = [self.execute(self.session(), "docker-run", {
            "image": docker.SMALL, "command": ["sh", "-c", "echo begun; exec sleep 5"]})
                 for _ in range(self.calls)]
        records = [self.final(answer.json["executionId"], 120) for answer in begun]
        failed = [record for record in records if record["status"] != "completed"]
        self.assertTrue(0 < len(failed) < self.calls, records)
        for record in failed:
            self.assertEqual((record["status"], record["reason"]), ("failed", "no-descriptors"),
                             record)
            self.assertIn("WORKER_OPEN_FILES", record["message"])
        self.assertEqual(self.sh(self.session(), "echo last")["output"], "last\n")
