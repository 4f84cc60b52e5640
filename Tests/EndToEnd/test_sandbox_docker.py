"""The dialect of `/run` in containers: by the engine's own runtime, and by gVisor's."""

import pathlib
import tempfile

import docker
from docker_case import DockerCase
from sandbox_suite import LANGUAGES, FilesSuite, SandboxSuite

ENVIRONMENT = {"SANDBOX_BACKEND": "docker", "SANDBOX_LANGUAGES": LANGUAGES}


class ContainerCase(DockerCase):
    backend = "docker"
    facts = {"image", "digest"}
    environment = ENVIRONMENT
    kills_itself = False


class Docker(ContainerCase, FilesSuite):
    runs = 20


class Gvisor(ContainerCase, SandboxSuite):
    """New files it makes as root first, who is nobody in a workspace that is lent."""

    runtimes = docker.RUNSC
    manifest = {"config": {"runtime": "runsc"}}
    runs = 5

    def test_files_that_are_there_it_changes(self):
        result = self.run_code("open('given', 'w').write('new')", readonly=False,
                               files={"given": "old", "other": "old"})
        self.assertEqual(result["artifacts"], {"given": "new"}, result)

    def test_a_kernel_of_its_own_runs_it(self):
        result = self.run_code("print(open('/proc/version').read())")
        self.assertIn("Linux version 4.4.0", result["stdout"], result)


class Building(DockerCase):
    """What `/build-image` makes."""

    dockerfile = pathlib.Path(tempfile.mkdtemp(prefix="orien-image-")) / "Dockerfile"
    environment = ENVIRONMENT | {"SANDBOX_DOCKERFILE": str(dockerfile)}

    @classmethod
    def tearDownClass(cls):
        cls.dockerfile.unlink(missing_ok=True)
        cls.dockerfile.parent.rmdir()

    def build(self):
        return self.ask("POST", "/build-image", b"", timeout=60)

    def test_an_image_from_one_that_is_there_is_built_and_run(self):
        before = self.engine.digest(docker.SANDBOX)
        self.dockerfile.write_text(f"FROM {docker.SANDBOX}\nRUN echo built > /made\nUSER 1\n")
        answer = self.build()
        self.assertEqual((answer.status, answer.json), (200, {
            "message": f"Successfully built image: {docker.SANDBOX}"}))
        self.assertNotEqual(self.engine.digest(docker.SANDBOX), before)
        ran = self.ask("POST", "/run", {"code": "print(open('/made').read())"}, timeout=60)
        self.assertEqual(ran.json["stdout"], "built\n\n", ran)

    def test_a_base_that_cannot_be_had_is_told(self):
        self.dockerfile.write_text("FROM nowhere.invalid/nothing:1\n")
        answer = self.build()
        self.assertEqual(answer.status, 500, answer)
        self.assertRegex(answer.json["detail"], "^Build failed: .*nowhere.invalid")

    def test_a_step_that_fails_is_told(self):
        self.dockerfile.write_text(f"FROM {docker.SMALL}\nRUN exit 3\n")
        answer = self.build()
        self.assertEqual(answer.status, 500, answer)
        self.assertRegex(answer.json["detail"], "^Build failed: .*exit 3")

    def test_a_dockerfile_that_is_not_there_is_told(self):
        self.dockerfile.unlink(missing_ok=True)
        answer = self.build()
        self.assertIn(answer.status, (404, 500), answer)
        self.assertIn("Dockerfile", answer.json["detail"])
