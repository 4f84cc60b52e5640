"""The tool docker-run against a real engine: what goes in, what comes out, and what it is told."""

import docker
from case import processor_time
from docker_case import PATIENCE_SECONDS, DockerCase
from node import until

# No option, and no image: what a careless command line would take for one.
HOSTILE_IMAGES = ("--privileged", "-v /:/h", "small:1 --rm", "SMALL:1", "../small:1", "small/../x",
                  "small:1@sha256:" + "0" * 63, "small:1@sha256:" + "g" * 64, "http://small:1",
                  "small:1/../../version", "small:1\n", "small:1?all=1", "%2e%2e/small", "small:",
                  "@sha256:" + "0" * 64, "sha256:" + "0" * 64, "other:1")


class RunningTests(DockerCase):
    def test_says_hello_in_each_language(self):
        session = self.session()
        programs = {"python": "print('hello', 6 * 7)", "javascript": "console.log('hello', 6 * 7)",
                    "bash": "echo ${BASH_VERSION:+hello} $((6 * 7))",
                    "sh": "echo hello $((6 * 7))"}
        for language, program in programs.items():
            with self.subTest(language):
                self.upload(session, "program", program.encode())
                record = self.run_in(session, language=language, script="program")
                self.assertEqual((record["status"], record["output"].strip()),
                                 ("completed", "hello 42"), record)

    def test_passes_input_arguments_and_variables_as_they_are(self):
        session = self.session()
        script = ("import os, sys\nprint(sys.argv[1:], os.environ['A B'], os.getcwd(),"
                  " os.environ['HOME'], sys.stdin.read())")
        record = self.python_in(
            session, script, args=["--privileged", "-v", "/:/h", "$(id)", "ü", ""],
            stdin="in\nput", env={"A B": "`id` = ; x"})
        self.assertEqual(record["output"], "['--privileged', '-v', '/:/h', '$(id)', 'ü', ''] "
                         "`id` = ; x /workspace /tmp in\nput\n")

    def test_a_script_whose_name_is_an_option_is_a_script(self):
        session = self.session()
        self.upload(session, "-c", b"print('a file')")
        record = self.run_in(session, language="python", script="-c")
        self.assertEqual(record["output"], "a file\n", record)

    def test_tells_exit_and_both_streams(self):
        record = self.sh(self.session(), "echo out; echo err >&2; exit 7")
        self.assertEqual((record["status"], record["exitCode"], record["output"], record["error"]),
                         ("failed", 7, "out\n", "err\n"))

    def test_names_a_program_that_the_image_lacks(self):
        record = self.run_in(self.session(), command=["no-such-program"])
        self.assertEqual((record["status"], record["reason"]), ("failed", "no-program-in-image"))

    def test_reads_as_much_as_it_is_sent_and_says_as_much(self):
        text = "0123456789abcde\n" * 50_000
        record = self.run_in(self.session(), command=["cat"], stdin=text)
        self.assertEqual((record["status"], record["outputBytes"]), ("completed", len(text)))

    def test_a_program_that_reads_nothing_ends_all_the_same(self):
        record = self.run_in(self.session(), command=["true"], stdin="x" * 900_000)
        self.assertEqual(record["status"], "completed", record)

    def test_output_comes_while_it_runs(self):
        session = self.session()
        execution = self.begin(session, "while ! test -e go; do sleep 0.05; done; echo gone")
        self.upload(session, "go", b"")
        self.assertEqual(self.final(execution)["output"], "begun\ngone\n")

    def test_one_that_closes_its_streams_runs_to_its_end(self):
        session = self.session()
        record = self.sh(session, "exec >&- 2>&-; sleep 0.5; echo late > /workspace/late; exit 5",
                         readonly=False)
        self.assertEqual(record["exitCode"], 5, record)
        self.assertEqual(self.get(f"/sessions/{session}/files/late").body, b"late\n")

    def test_files_go_in_and_come_out_where_it_may_write(self):
        session = self.session()
        self.upload(session, "deep/in.txt", b"in")
        closed = self.sh(session, "cat deep/in.txt; echo x > out")
        self.assertEqual((closed["output"], closed["exitCode"]), ("in", 1), closed)
        self.assertEqual(self.get(f"/sessions/{session}/files/out").status, 404)
        opened = self.sh(session, "mkdir made; echo out > made/out; rm -r deep", readonly=False)
        self.assertEqual(opened["status"], "completed", opened)
        self.assertEqual(self.get(f"/sessions/{session}/files/made/out").body, b"out\n")
        self.assertEqual(self.get(f"/sessions/{session}/files/deep/in.txt").status, 404)
        record = self.python(session, "print(open('made/out').read())")
        self.assertEqual(record["output"], "out\n\n")

    def test_a_file_that_it_made_is_a_file_of_the_sessions(self):
        session = self.session()
        self.sh(session, "echo 'print(3)' > made.py", readonly=False)
        record = self.execute(session, "python_script", {"script": "made.py"}, 15).json
        self.assertEqual(record["output"], "3\n", record)

    def test_the_receipt_says_what_ran(self):
        for image, named in ((docker.SANDBOX, {}), (docker.SMALL, {"image": docker.SMALL})):
            facts = self.run_in(self.session(), command=["true"], **named)["facts"]
            self.assertEqual(facts, {"sandbox": "docker", "image": image,
                                     "digest": self.engine.digest(image)})

    def test_the_record_says_who_holds_each_limit(self):
        limits = self.run_in(self.session(), command=["true"])["limits"]
        held = {name: limit["enforcedBy"] for name, limit in limits.items()}
        self.assertEqual({held[name] for name in ("memoryBytes", "processes", "cpuPercent")},
                         {"plugin"})
        self.assertEqual((held["diskBytes"], held["wallMilliseconds"]), ("image", "node"))

    def test_what_it_used_is_billed(self):
        record = self.python_in(self.session(), """
import time
held = bytearray(40 << 20)
for i in range(0, len(held), 4096): held[i] = 1
while time.process_time() < 1: pass
# What it does after it was last looked at nobody knows.
time.sleep(2)""")
        self.assertGreater(processor_time(record), 1_000_000)
        self.assertGreater(record["usage"]["memoryPeakBytes"], 40 << 20)

    def test_no_container_is_made_with_what_nobody_allowed(self):
        session = self.session()
        for image in HOSTILE_IMAGES:
            with self.subTest(image):
                record = self.run_in(session, command=["true"], image=image)
                self.assertEqual(record["status"], "failed", record)
                self.assertIn(record["reason"], ("bad-image", "image-not-allowed"))
        record = self.run_in(session, command=["true"], network=True)
        self.assertEqual(record["reason"], "network-not-granted")
        record = self.run_in(session, command=["true"], image=docker.WITH_VOLUME)
        self.assertEqual(record["reason"], "image-has-volumes")
        record = self.run_in(session, command=["true"], image=f"{docker.SMALL}@sha256:{'0' * 64}")
        self.assertEqual(record["reason"], "image-missing")

    def test_refuses_what_is_no_program(self):
        session = self.session()
        self.upload(session, "a", b"")
        for arguments in ({}, {"language": "python"}, {"language": "cobol", "script": "a"},
                          {"command": [""]}, {"command": ["true"], "script": "a"},
                          {"command": ["true"], "language": "python", "script": "a"},
                          {"command": ["true"], "env": {"A=B": "x"}}):
            with self.subTest(arguments):
                record = self.run_in(session, **arguments)
                self.assertIn(record["reason"],
                              ("no-program", "no-script", "unknown-language", "bad-env"), record)

    def test_ends_when_it_is_cancelled(self):
        execution = self.begin(self.session(), "sleep 600")
        self.ask("DELETE", f"/executions/{execution}")
        record = self.final(execution, 5)
        self.assertEqual(record["status"], "cancelled", record)
        until(lambda: not self.ours(), PATIENCE_SECONDS, "its container is still there")

    def test_a_removed_session_ends_it_and_is_gone(self):
        session = self.session()
        execution = self.begin(session, "sleep 600", readonly=False)
        answer = self.ask("DELETE", f"/sessions/{session}/workspace?force=1")
        self.assertIn(answer.status, (200, 204), answer)
        self.assertEqual(self.final(execution, 5)["status"], "cancelled")
