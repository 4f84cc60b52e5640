"""`orien sandbox`: what runs code here, with which images, and the image that comes with it."""

import json
import pathlib
import tempfile

import docker
import gate
from docker_case import DockerCase


class CommandTests(DockerCase):
    def sandbox(self, *words):
        return self.node.command("sandbox", *words, "--tools", self.tools)

    def answered(self, *words):
        done = self.sandbox(*words, "--json")
        self.assertEqual(done.returncode, 0, done)
        return json.loads(done.stdout)

    def test_doctor_names_each_engine(self):
        rows = {row["tool"]: row for row in self.answered("doctor")["backends"]}
        self.assertTrue(rows["docker-run"]["available"], rows)
        self.assertRegex(rows["docker-run"]["version"], r"^\d+\.")
        self.assertRegex(self.sandbox("doctor").stdout, r"docker-run +docker +\d\S* +yes")

    def test_doctor_says_why_there_is_none(self):
        self.addCleanup(self.engine.start)
        self.engine.halt()
        done = self.sandbox("doctor")
        self.assertRegex(done.stdout, "docker-run .*no: there is no socket")
        self.assertEqual(self.sandbox("images").returncode, 69)

    def test_images_are_those_that_callers_may_name(self):
        rows = {row["name"]: row for row in self.answered("images")["images"]}
        self.assertEqual(rows[docker.SANDBOX]["digest"], self.engine.digest(docker.SANDBOX))
        self.assertGreater(rows[docker.SMALL]["size"], 1 << 20)
        self.assertFalse(rows[docker.WITH_VOLUME]["allowed"])
        self.assertIn("declares volumes", rows[docker.WITH_VOLUME]["reason"])

    def test_build_makes_the_image_of_calls_that_name_none(self):
        with tempfile.TemporaryDirectory() as folder:
            dockerfile = pathlib.Path(folder) / "Dockerfile"
            dockerfile.write_text(f"FROM {docker.SANDBOX}\nRUN echo built > /made\nUSER 1\n")
            built = self.answered("build", dockerfile)
        self.assertEqual(built, {"image": docker.SANDBOX,
                                 "digest": self.engine.digest(docker.SANDBOX)})
        record = self.run_in(self.session(), command=["cat", "/made"])
        self.assertEqual((record["output"], record["facts"]["digest"]),
                         ("built\n", built["digest"]), record)

    def test_build_says_what_went_wrong(self):
        with tempfile.TemporaryDirectory() as folder:
            dockerfile = pathlib.Path(folder) / "Dockerfile"
            dockerfile.write_text(f"FROM {docker.SMALL}\nRUN exit 3\n")
            failed = self.sandbox("build", dockerfile)
        self.assertEqual(failed.returncode, 69, failed)
        self.assertIn("cannot be built: The command '/bin/sh -c exit 3'", failed.stderr)

    def test_the_image_that_comes_with_it_wants_a_base_that_cannot_be_had(self):
        failed = self.sandbox("build")
        self.assertEqual(failed.returncode, 69, failed)
        self.assertIn("image 'orien-sandbox:latest' cannot be built", failed.stderr)
        self.assertRegex(failed.stderr, "(?i)registry|lookup|dial|debian")

    def test_the_backend_passes_the_checks_of_its_page(self):
        done = self.node.command(
            "plugin", "check", f"{self.tools}/docker-run.so", "--role", "sandbox/1")
        self.assertEqual(done.returncode, 0, done)


class NamedCase(DockerCase):
    """The engine is named by DOCKER_HOST, and the manifest knows of none of it."""

    engine_host = "unix:///run/nobody.sock"
    manifest = {"config": {"host": engine_host}}

    @classmethod
    def prepare_engine(cls):
        cls.environment = {"DOCKER_HOST": cls.host()}


class NamedEngineTests(NamedCase):
    """Behind a link."""

    @classmethod
    def host(cls):
        link = cls.engine.run.with_name(cls.engine.run.name + "-link")
        link.symlink_to(cls.engine.run)
        cls.addClassCleanup(link.unlink)
        return f"unix://{link}/{cls.engine.socket.name}"

    def test_the_engine_that_is_named_runs_the_call(self):
        record = self.sh(self.session(), "echo here")
        self.assertEqual((record["status"], record["output"]), ("completed", "here\n"), record)


class DistantEngineTests(NamedCase):
    """Over the network, which a worker has through the node alone."""

    @classmethod
    def host(cls):
        wire = gate.Gate(cls.engine.socket)
        cls.enterClassContext(wire)
        return f"tcp://127.0.0.1:{wire.port}"

    def test_the_engine_that_is_named_runs_the_call(self):
        record = self.sh(self.session(), "cat; echo here", stdin="given ")
        self.assertEqual(
            (record["status"], record["output"]), ("completed", "given here\n"), record)
