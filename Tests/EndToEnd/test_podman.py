"""Podman's service in Docker's place: it speaks the same interface, and does less of it."""

import podman
import test_docker
import test_docker_escapes
from docker_case import DockerCase
from test_docker_limits import LIMITS

# Its list of system calls lets anybody make namespaces for themselves. What a program is in those
# it is nowhere else.
OF_ITS_OWN = {"user namespace", "mount namespace", "namespace of process 1"}


class RunningTests(DockerCase):
    engine_type = podman.Engine
    manifest = {"limits": LIMITS}

    shared = test_docker.RunningTests
    test_says_hello_in_each_language = shared.test_says_hello_in_each_language
    test_passes_input_arguments_and_variables = (
        shared.test_passes_input_arguments_and_variables_as_they_are)
    test_tells_exit_and_both_streams = shared.test_tells_exit_and_both_streams
    test_names_a_program_that_the_image_lacks = shared.test_names_a_program_that_the_image_lacks
    test_output_comes_while_it_runs = shared.test_output_comes_while_it_runs
    test_files_go_in_and_come_out = shared.test_files_go_in_and_come_out_where_it_may_write
    test_the_receipt_says_what_ran = shared.test_the_receipt_says_what_ran
    test_what_it_used_is_billed = shared.test_what_it_used_is_billed
    test_ends_when_it_is_cancelled = shared.test_ends_when_it_is_cancelled
    test_a_removed_session_ends_it_and_is_gone = shared.test_a_removed_session_ends_it_and_is_gone

    def test_memory_ends_it(self):
        """Whether it says why depends on whether it has heard of it in time."""
        record = self.python_in(self.session(), "held = bytearray(200 << 20)\nprint(len(held))")
        self.assertEqual((record["status"], record["output"]), ("failed", ""), record)
        self.assertIn((record["reason"], record.get("exitCode")), (("memory", None), ("exit", 137)))

    def test_what_has_ended_leaves_nothing_in_a_root_that_is_not_its_own(self):
        session = self.session()
        record = self.sh(session, "echo x > /run/x; echo x > /var/tmp/x; echo x > /x; ls /run")
        self.assertEqual(record["output"], "x\n", record)
        self.assertEqual(self.sh(session, "ls /run /var/tmp")["output"], "/run:\n\n/var/tmp:\n")


class EscapeTests(DockerCase):
    engine_type = podman.Engine
    tried = test_docker_escapes.EscapeTests.tried

    def test_nothing_that_it_tries_gets_it_out(self):
        told = self.tried()
        self.assertEqual(told.pop("status")[3:], ["0" * 16, "1", "2"])
        self.assertIn(told.pop("setuid program"), ("1899999999", "65534"))
        self.assertLess(told.pop("processes"), 5)
        self.assertEqual(told.pop("interfaces"), ["lo"])
        self.assertEqual(told.pop("sockets"), [])
        self.assertEqual(told.pop("devices"), [])
        self.assertEqual(told.pop("host name"), "Operation not permitted")
        del told["mounts"]
        told.pop("kernel memory")
        let_through = {name for name, said in told.items()
                       if said not in test_docker_escapes.REFUSED}
        self.assertLessEqual(let_through, OF_ITS_OWN, told)

    def test_it_has_no_capability_and_gains_none(self):
        record = self.sh(self.session(), "grep Cap /proc/self/status; grep NoNew /proc/self/status")
        self.assertEqual(
            [line.split()[1] for line in record["output"].splitlines()], ["0" * 16] * 5 + ["1"])
