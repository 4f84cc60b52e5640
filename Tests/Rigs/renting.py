"""What a node rents machines out by, each put together as an operator has it: a backend that makes
real ones, and what lends their ports. `left` says what there still is of any of them."""

import contextlib
import json
import pathlib
import shutil
import sqlite3
import tempfile

import stream
from machines import lite_image
from multipass_machines import BootedMachine
from multipassd import Multipassd
from node import ROOT

TOOLS = ROOT / "tools.d"


def open_rentals(node):
    """Machines that are not over, as the ledger has them: each one's id and phase."""
    ledger = sqlite3.connect(f"file:{node.state}/ledger.db?mode=ro", uri=True)
    with contextlib.closing(ledger):
        return ledger.execute("SELECT id, phase FROM rentals WHERE ended_at IS NULL").fetchall()


def qemu_in(folder):
    """The pids of QEMU in that folder."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        # Processes end while they are looked at.
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and (entry / "cwd").resolve() == folder \
                    and "qemu" in (entry / "comm").read_text():
                found.append(int(entry.name))
    return found


def put_plugin(tools, name, manifest=None):
    """A plugin as it is shipped, or with another manifest."""
    shutil.copy(TOOLS / f"{name}.so", tools)
    (tools / f"{name}.json").write_text(
        json.dumps(manifest) if manifest else (TOOLS / f"{name}.json").read_text())


class QemuMachines:
    plugin, settings, node = "orien.qemu-vm", {}, None

    def install(self, tools):
        put_plugin(tools, "qemu-vm")

    def prepare(self, node):
        """Before the node starts."""
        self.node = node
        self.folder = node.state / "plugins/data/orien.qemu-vm"
        added = node.command("vm", "image", "add", "default", lite_image(), "--state", node.state,
                             environment={"PORT": "0"})
        assert added.returncode == 0, added

    def left(self):
        folder = self.folder / "machines"
        return qemu_in(self.folder) + (list(folder.iterdir()) if folder.exists() else [])

    def close(self):
        """Whatever a test has left ends whole, with who holds it, for its folder goes next."""
        if self.node:
            done = self.node.command("lasting", "stop", "--all", "--grace", "0", "--state",
                                     self.node.state)
            assert done.returncode == 0, done


class MultipassMachines:
    plugin = "orien.multipass-vm"

    def __init__(self, boot=BootedMachine):
        # What plugins may start stands where others cannot write.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-multipass-", dir="/srv"))
        self.engine = Multipassd(self.home, boot).start()
        self.settings = {"MULTIPASS_BINARY_PATH": str(self.engine.program)}

    def install(self, tools):
        put_plugin(tools, "multipass-vm")

    def prepare(self, node):
        pass

    def left(self):
        return [*self.engine.instances, *self.engine.machines]

    def close(self):
        self.engine.close()
        shutil.rmtree(self.home)


class NginxPorts:
    listener, settings = "nginx", {"PROXY_BACKEND": "nginx"}

    def __init__(self):
        self.nginx = stream.Nginx()
        self.nginx.start()

    def install(self, tools):
        self.nginx.put_plugin(tools)

    def left(self):
        return list((self.nginx.home / "conf").glob("vm_*"))

    def close(self):
        self.nginx.close()


class OwnPorts:
    listener, settings = "orien", {"PROXY_BACKEND": "tcp"}

    def install(self, tools):
        pass

    def left(self):
        return []

    def close(self):
        pass
