"""Podman's service in the place of dockerd: folders, a socket and groups of the test's own, no
network, and the same images."""

import contextlib
import subprocess
import urllib.parse

import docker
from node import until

# Podman wants a bound of processes that only CAP_SYS_RESOURCE may raise to, which not every machine
# that tests run on has: then it is what can be had.
RUNTIME = """#!/usr/bin/python3
import json, os, pathlib, resource, sys
words = sys.argv[1:]
if "--bundle" in words:
    path = pathlib.Path(words[words.index("--bundle") + 1]) / "config.json"
    told = json.loads(path.read_text())
    for bound in told["process"].get("rlimits", []):
        most = resource.getrlimit(getattr(resource, bound["type"]))[1]
        for kind in ("soft", "hard") if most != resource.RLIM_INFINITY else ():
            bound[kind] = min(bound[kind], most)
    path.write_text(json.dumps(told))
os.execvp("runc", ["runc", *words])
"""


class Engine(docker.Engine):
    def start(self):
        runtime = self.home / "runtime"
        if not runtime.exists():
            runtime.write_text(RUNTIME)
            runtime.chmod(0o755)
        self.socket.unlink(missing_ok=True)
        self.daemon = subprocess.Popen(
            ["unshare", "--net", "podman", "--root", self.home / "data", "--runroot",
             self.home / "run", "--tmpdir", self.home / "tmp", "--storage-driver", "vfs",
             "--cgroup-manager", "cgroupfs", "--events-backend", "file", "--runtime", runtime,
             "system", "service", "--time=0", self.host],
            cwd=self.home, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.home / "log").open("ab"))
        until(self.answers, docker.PATIENCE_SECONDS, lambda: "podman does not answer:\n"
              + (self.home / "log").read_text()[-2000:])

    def load(self, image, archive, options=""):
        """It gives what it makes of an archive no tag."""
        repository, tag = image.split(":")
        super().load(image, archive, options)
        name = urllib.parse.quote(repository)
        status, said = self.ask("POST", f"/images/{name}:latest/tag?repo={name}&tag={tag}")
        assert status == 201, said

    def close(self):
        with contextlib.suppress(ProcessLookupError):
            super().close()
