#!/usr/bin/env python3
"""Rents machines and gives them back, and holds a node to leaving nothing: rentals.py --cycles N

First N machines are made and deleted, several at once; then the node is killed N times, at random
moments, while machines are made and deleted. Each time everything that one holds is counted: ports
that take connections, instances, rows of the ledger that are not over, processes of the node. Each
cycle that holds is one check.
"""

import itertools
import json
import pathlib
import random
import shutil
import tempfile
import threading

from holding import hold
from multipassd import Multipassd
from node import ROOT, UNBOUNDED, Node, descendants, until
from ports import Ports, listeners, until_nobody_listens
from renting import open_rentals

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPUhyVgGIM/UgXJrqQ9a5hX5V0z7sMQ3v6S2sKzI9xQ somebody"
STRANGER = "stranger"
PORTS, AT_ONCE, SETTLE_SECONDS = 8, 2, 60
LAST_MOMENT_SECONDS = 5
SETTINGS = {
    "MAX_VMS": "8", "CPU_THRESHOLD": "100", "MEMORY_THRESHOLD": "100", "STORAGE_THRESHOLD": "100",
    "VM_RATE_LIMIT_PER_MINUTE": "none", "CREATE_VM_RETRY_DELAY_SECONDS": "1",
    "CREATE_VM_MAX_RETRIES": "2", "PROXY_BACKEND": "tcp",
    "ROLES_DIR": str(ROOT / "Sources/COrienABI/Roles")}


class Rentals:
    def __init__(self, home, seed):
        self.random = random.Random(seed)
        # What plugins may start stands where others cannot write.
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-rentals-", dir="/srv"))
        self.engine = Multipassd(self.home).start()
        self.engine.put(STRANGER)
        tools = self.home / "tools.d"
        tools.mkdir(mode=0o755)
        shutil.copy(ROOT / "tools.d" / "multipass-vm.so", tools)
        manifest = json.loads((ROOT / "tools.d" / "multipass-vm.json").read_text())
        program = str(self.engine.program)
        for one in manifest["grants"]["programs"]:
            if one["program"] == "multipass":
                one["path"] = program
        manifest["config"] = {"binary": program}
        (tools / "multipass-vm.json").write_text(json.dumps(manifest))
        self.ports = Ports(PORTS)
        self.node = Node(state=home / "state", tools=tools,
                         environment=UNBOUNDED | SETTINGS | self.ports.settings).start()
        self.numbers = itertools.count()
        self.wrong = []

    def run(self, cycles):
        yield from self.in_peace(cycles)
        yield from self.under_fire(cycles)

    # In peace

    def in_peace(self, cycles):
        self.wait_until_renting()
        # What is kept ready is more once several were asked for at once.
        for _ in range(2):
            together(self.life, AT_ONCE)
        before = self.rest()
        for left in range(cycles, 0, -AT_ONCE):
            count = min(AT_ONCE, left)
            together(self.life, count)
            if self.wrong:
                raise AssertionError(f"machines that did not live: {self.wrong[:3]}")
            yield from (f"made and deleted, {cycles - left + 1 + one}" for one in range(count))
        after = self.rest()
        if after != before:
            raise AssertionError(f"what a node at rest has was {before} and is {after}")

    def life(self):
        """One machine from its making to its end."""
        name = f"machine-{next(self.numbers)}"
        made = self.ask("POST", "/vms", {"name": name, "ssh_key": KEY})
        gone = self.ask("DELETE", f"/vms/{name}") if made and made.status == 200 else None
        if not gone or gone.status != 200:
            self.wrong.append((name, made, gone))

    # Under fire

    def under_fire(self, cycles):
        """Machines are asked for and given back without waiting, and the node dies meanwhile. If
        none ever goes on, or all do, that proved little."""
        went_on = 0
        for number in range(cycles):
            names = [f"machine-{next(self.numbers)}" for _ in range(AT_ONCE)]
            for name in names:
                self.ask("POST", "/vms?async=true", {"name": name, "ssh_key": KEY})
            self.pause()
            if self.random.random() < 0.5:
                self.ask("DELETE", f"/vms/{names[0]}?async=true")
                self.pause()
            self.node.kill()
            self.expect_dead_ports()
            self.node.start()
            self.wait_until_renting()
            until(lambda: all(self.settled(one) for one in self.list()), SETTLE_SECONDS,
                  lambda: f"after kill {number + 1}: {self.list()}")
            told = self.hold_to_what_is_told()
            went_on += len(told)
            for one in told:
                answer = self.ask("DELETE", f"/vms/{one['id']}")
                if answer.status not in (200, 404):
                    raise AssertionError(f"{one['id']} is not deleted: {answer}")
            self.rest()
            yield f"killed, {number + 1}: {len(told)} machines went on"
        if cycles >= 10 and not 0 < went_on < cycles * AT_ONCE:
            raise AssertionError(f"of {cycles * AT_ONCE} machines {went_on} went on")

    def pause(self):
        threading.Event().wait(self.random.uniform(0, 1))

    def settled(self, one):
        return one["state"] == "running" and one["ssh_port"]

    def hold_to_what_is_told(self):
        """What the node tells of is there, and nothing else is."""
        told = self.list()
        there = set(self.engine.instances) - {STRANGER}
        if {one["id"] for one in told} != there:
            raise AssertionError(f"the node tells of {told}, and there is {there}")
        launched = [words[1] for words in self.engine.asked if words[0] == "launch"]
        if len(launched) != len(set(launched)):
            raise AssertionError(f"a machine was launched twice: {launched}")
        for one in told:
            if not listeners([one["ssh_port"]]):
                raise AssertionError(f"nobody listens for {one}")
        return told

    # What is asked

    def ask(self, method, path, body=None):
        return self.node.ask(method, "/api/v1" + path, body, timeout=SETTLE_SECONDS)

    def list(self):
        return self.ask("GET", "/vms").json

    def wait_until_renting(self):
        until(lambda: self.ask("GET", "/vms").status == 200, SETTLE_SECONDS,
              lambda: f"it rents nothing: {self.ask('GET', '/vms')}")

    def rest(self):
        """Waits until nothing is left, and counts what a node has that has nothing."""
        until(lambda: not self.left(), SETTLE_SECONDS, lambda: f"there is left {self.left()}")
        return len(set(descendants(self.node.pid)))

    def left(self):
        instances = sorted(set(self.engine.instances) - {STRANGER})
        return [*open_rentals(self.node), *instances, *listeners(self.ports.range)]

    def expect_dead_ports(self):
        """What it was starting has its sockets until it has become another program."""
        until_nobody_listens(self.ports.range, LAST_MOMENT_SECONDS, "of a dead node is open:")

    def close(self):
        self.node.close()
        self.engine.close()
        self.ports.close()
        shutil.rmtree(self.home)


def together(body, count):
    threads = [threading.Thread(target=body) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    hold(__doc__, "cycles", 200, Rentals, lambda rig, cycles: rig.run(cycles))
