"""`orien plugin check`: a backend is asked as a node would ask it, in the jail that would hold it
and with the programs of the machine that its manifest grants."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import docker
import stream
from node import BINARIES, ROOT

NOWHERE, ABSENT = "/nowhere/at-all", "/run/orien-nowhere.sock"
UNSTARTED = "qemu-system-x86_64 cannot be started"


class PluginCheck(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-check-"))
        self.addCleanup(shutil.rmtree, self.home)

    def run_check(self, library, role, *words):
        return subprocess.run(
            [BINARIES / "orien", "plugin", "check", library, "--role", role, *words],
            capture_output=True, text=True, timeout=120,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.home),
                 "ROLES_DIR": str(ROOT / "Sources/COrienABI/Roles")})

    def check(self, library, role, status=0):
        """What the check says of the probe."""
        done = self.run_check(library, role, "--json")
        self.assertEqual(done.returncode, status, done)
        checks = json.loads(done.stdout)["checks"]
        return next((one for one in checks if one.get("operation") == "probe"), checks[-1])

    def qemu(self, change=lambda programs: None):
        """qemu-vm, with other grants."""
        manifest = json.loads((ROOT / "tools.d" / "qemu-vm.json").read_text())
        change(manifest["grants"]["programs"])
        shutil.copy(ROOT / "tools.d" / "qemu-vm.so", self.home)
        (self.home / "qemu-vm.json").write_text(json.dumps(manifest))
        return self.home / "qemu-vm.so"

    def test_qemu_is_started_as_the_manifest_grants_it(self):
        # Its version has been heard: what it lacks is an image.
        self.assertIn("no image", self.check(self.qemu(), "vm/1")["reason"])
        moved = self.qemu(lambda programs: programs[0].update(path=NOWHERE))
        self.assertIn(UNSTARTED, self.check(moved, "vm/1")["reason"])
        mute = self.qemu(lambda programs: programs[0]["arguments"].remove(["--version"]))
        told = self.run_check(mute, "vm/1")
        self.assertIn("it cannot, the node answered denied", told.stdout)
        # The line of the manifest that would grant it.
        self.assertRegex(told.stderr, r'none of these arguments.* would with .*--version')

    def test_what_it_cannot_do_for_want_of_a_program_is_told_in_words(self):
        moved = self.qemu(lambda programs: programs[0].update(path=NOWHERE))
        said = self.run_check(moved, "vm/1").stdout
        self.assertRegex(said, f"ok probe: .*: it cannot, {UNSTARTED}")
        multipass = self.run_check(ROOT / "tools.d" / "multipass-vm.so", "vm/1").stdout
        self.assertRegex(multipass, "it cannot, multipass cannot be started")

    def test_nginx_is_asked_and_seen_where_the_manifest_says(self):
        nginx = stream.Nginx()
        self.addCleanup(nginx.close)
        library = nginx.tools(self.home / "tools.d") / "nginx-proxy.so"
        self.assertIn("reason", self.check(library, "proxy/1"))
        nginx.start()
        self.assertEqual(self.check(library, "proxy/1").get("reason"), None)
        # What it has written it has written to the folder that a node would show it.
        self.assertTrue((nginx.home / "conf/orien.conf").exists())

    def test_one_that_a_node_could_not_start_is_asked_nothing(self):
        tools = self.home / "tools.d"
        tools.mkdir(mode=0o755)
        docker.tools_with(f"unix://{ABSENT}", tools)
        last = self.check(tools / "docker-run.so", "sandbox/1", status=1)
        self.assertEqual(last["name"], "can be asked here")
        self.assertIn(f"no socket {ABSENT}", last["message"])

    def test_a_plugin_of_another_role_is_told_apart(self):
        last = self.check(ROOT / "tools.d" / "qemu-vm.so", "proxy/1", status=1)
        self.assertIn("orien.qemu-vm is no backend of proxy/1, but of vm/1", last["message"])


if __name__ == "__main__":
    unittest.main()
