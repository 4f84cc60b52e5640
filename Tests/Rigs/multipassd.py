"""The daemon behind the stand-in for `multipass`: instances with the states, the JSON and the
words of the real one, machines that really boot where it is given some, and faults on demand.

    python3 Tests/Rigs/multipassd.py FOLDER      serves there, without machines, until it is ended

Its folder has the program, `multipass`; `instances.json`, what outlives the daemon; and
`faults.json`, which is read at each question, and of which `multipass_faults` knows.
"""

import contextlib
import json
import pathlib
import re
import shutil
import socket
import sys
import threading

import multipass_faults
from multipass_words import (FAILED, Trouble, absent, info_row, list_row, size, told_states)

HERE = pathlib.Path(__file__).resolve().parent
VERSION = "1.16.1"
RELEASES = {"24.04": "24.04 LTS", "noble": "24.04 LTS", "lts": "24.04 LTS", "22.04": "22.04 LTS",
            "jammy": "22.04 LTS"}
GIB = 1 << 30


class Multipassd:
    """`boot(instance)` makes a machine for one and returns it once its SSH answers: something with
    `address`, `stop()` and `start()`, `suspend()` and `remove()`. None: nothing boots."""

    def __init__(self, home, boot=None):
        self.home = pathlib.Path(home)
        self.boot = boot
        self.program = self.home / "multipass"
        self.lock = threading.RLock()
        self.machines = {}
        self.asked = []
        self.ending = threading.Event()
        self.faults = multipass_faults.Faults(self.home, self.ending)
        (self.home / "common").mkdir(exist_ok=True)
        shutil.copy(HERE / "multipass", self.program)
        self.program.chmod(0o755)
        kept = self.home / "instances.json"
        self.instances = json.loads(kept.read_text()) if kept.exists() else {}
        self.server = None

    # The process that it would be

    def start(self):
        self.ending.clear()
        place = self.home / "multipassd.socket"
        place.unlink(missing_ok=True)
        self.server = socket.socket(socket.AF_UNIX)
        self.server.bind(str(place))
        self.server.listen(64)
        threading.Thread(target=self.serve, args=(self.server,), daemon=True).start()
        return self

    def stop(self):
        """As when it is stopped: nobody is answered any more, and machines run on."""
        self.ending.set()
        with contextlib.suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()
        (self.home / "multipassd.socket").unlink(missing_ok=True)

    def close(self):
        self.stop()
        with self.lock:
            for machine in self.machines.values():
                machine.remove()
            self.machines.clear()

    def serve(self, server):
        while True:
            try:
                client = server.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        with client, contextlib.suppress(OSError):
            asked = client.makefile("rb").readline()
            if not asked:
                return
            verb, options, names = json.loads(asked)
            about = names if verb != "launch" else [options["--name"]]
            with self.lock:
                self.asked.append([verb, *about])
            answer = self.faults.around(verb, about, lambda: self.do(verb, options, names))
            if answer is not None:
                client.sendall(json.dumps(answer).encode() + b"\n")

    def do(self, verb, options, names):
        """How the program ends, and what it writes on its two streams."""
        try:
            output = getattr(self, "do_" + verb)(options, names)
            text = output if isinstance(output, str) else json.dumps(output, indent=4) + "\n"
            return [0, text, ""]
        except Trouble as trouble:
            return [FAILED, "", f"{verb} failed: {trouble}\n"]

    # What others do to it

    def keep(self):
        fresh = self.home / "instances.json.new"
        fresh.write_text(json.dumps(self.instances))
        fresh.rename(self.home / "instances.json")

    def put(self, name, state="Running", **more):
        """An instance that somebody else has made."""
        with self.lock:
            self.instances[name] = {
                "state": state, "cpus": 1, "memory": GIB, "disk": 5 * GIB, "image": "24.04",
                "address": f"127.91.0.{len(self.instances) + 10}", "seed": "", **more}
            self.keep()

    def vanish(self, name):
        """Without anybody having asked for it."""
        with self.lock:
            del self.instances[name]
            machine = self.machines.pop(name, None)
            self.keep()
        if machine:
            machine.remove()

    def change(self, name, **members):
        with self.lock:
            self.instances[name].update(members)
            self.keep()

    def find(self, name):
        if name not in self.instances:
            raise absent(name)
        return self.instances[name]

    def hear_from(self, names):
        """What runs is asked itself, and may not answer."""
        if any(self.instances.get(name, {}).get("is_deaf") for name in names):
            self.ending.wait()

    # Its verbs

    def do_version(self, *_):
        return {"multipass": VERSION, "multipassd": VERSION}

    def do_list(self, options, _):
        if "--no-ipv4" not in options:
            self.hear_from(self.instances)
        with self.lock:
            return {"list": [list_row(name, one, RELEASES, "--no-ipv4" not in options)
                             for name, one in sorted(self.instances.items())]}

    def do_info(self, _, names):
        self.hear_from(names)
        with self.lock:
            found = {name: self.find(name) for name in names or sorted(self.instances)}
            return {"errors": [], "info": {
                name: info_row(one, RELEASES) for name, one in found.items()}}

    def do_launch(self, options, names):
        name = options["--name"]
        image = names[0].split(":")[-1] if names else "lts"
        if not re.fullmatch("[A-Za-z]([A-Za-z0-9-]*[A-Za-z0-9])?", name):
            raise Trouble(f"Invalid arguments supplied\nInvalid instance name supplied: {name}")
        memory = size(options.get("--memory", "1G"), "memory", 512 << 20)
        disk = size(options.get("--disk", "5G"), "disk", GIB)
        if image not in RELEASES:
            raise Trouble(f'Unable to find an image matching "{image}" in remote "release".')
        with self.lock:
            if name in self.instances:
                raise Trouble(f'instance "{name}" already exists')
        # Nobody is shown one whose image is being fetched.
        self.faults.wait_before_making()
        with self.lock:
            if name in self.instances:
                raise Trouble(f'instance "{name}" already exists')
            self.put(name, "Starting", image=image, cpus=int(options.get("--cpus", 1)),
                     memory=memory, disk=disk, seed=options.get("--cloud-init", ""))
        self.run(name)
        return f"Launched: {name}\n"

    def run(self, name):
        """Boots it, and returns once it runs."""
        if self.boot:
            machine = self.machines.get(name)
            if machine:
                machine.start()
            else:
                machine = self.boot(name, self.instances[name])
            with self.lock:
                if name not in self.instances:
                    machine.remove()
                    raise absent(name)
                self.machines[name] = machine
                self.instances[name]["address"] = machine.address
        with self.lock:
            self.find(name)["state"] = "Running"
            self.keep()

    def do_start(self, _, names):
        for name in names:
            with self.lock:
                one = self.find(name)
                if one["state"] == "Deleted":
                    raise Trouble(f'instance "{name}" is deleted')
                if one["state"] == "Running":
                    continue
                one["state"] = "Starting"
            self.run(name)
        return ""

    def do_stop(self, options, names):
        is_forced = "--force" in options
        for name in names:
            with self.lock:
                one = self.find(name)
                if one["state"] == "Suspended" and not is_forced:
                    raise Trouble("Cannot stop suspended instance. Use --force to override.")
                if one["state"] == "Deleted":
                    raise Trouble(f'instance "{name}" is deleted')
                machine = self.machines.get(name)
            if machine:
                machine.stop()
            self.change(name, state="Stopped")
        return ""

    def do_suspend(self, _, names):
        for name in names:
            self.find(name)
            self.change(name, state="Suspended")
        return ""

    def do_recover(self, _, names):
        for name in names:
            self.find(name)
            self.change(name, state="Stopped")
        return ""

    def do_delete(self, options, names):
        for name in names:
            with self.lock:
                one = self.find(name)
                if one["state"] == "Suspended" and one.get("is_stubborn"):
                    raise Trouble("Cannot stop suspended instance. Use --force to override.")
                machine = self.machines.get(name)
            if "--purge" in options:
                self.vanish(name)
            else:
                if machine:
                    machine.stop()
                self.change(name, state="Deleted")
        return ""

    def do_purge(self, *_):
        for name in [name for name, one in self.instances.items() if one["state"] == "Deleted"]:
            self.vanish(name)
        return ""


def main():
    daemon = Multipassd(sys.argv[1]).start()
    print(f"{daemon.program} answers; states: {', '.join(told_states)}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        daemon.ending.wait()


if __name__ == "__main__":
    main()
