"""The dialect of `/run` on the node's own jail."""

from case import NodeCase
from node import until
from sandbox_suite import LANGUAGES, FilesSuite


class Sandbox(FilesSuite, NodeCase):
    backend = "jail"
    environment = {"SANDBOX_BACKEND": "jail", "SANDBOX_LANGUAGES": LANGUAGES}

    def test_a_node_without_a_backend_says_so(self):
        answer = self.ask("POST", "/build-image", b"")
        body = self.refused(answer, 503)
        self.assertIn("docker.sock", body["detail"])

    def test_interpreters_that_wait_take_it(self):
        """What a cold one is called says which script it runs."""
        for language, code in (
                ("python", "print(open('/proc/self/cmdline').read())"),
                ("node", "console.log(require('fs').readFileSync('/proc/self/cmdline', 'utf8'))")):
            for readonly in (True, False):
                until(lambda: "\0script\0" in self.run_code(
                    code, language=language, readonly=readonly)["stdout"],
                    30, f"no {language} waits")
