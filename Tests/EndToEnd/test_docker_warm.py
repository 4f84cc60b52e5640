"""Containers that wait for calls: what they are like, and when a call has one or its own."""

import json
import os
import pathlib
import socket
import tempfile
import unittest

import docker
from node import Node, until
from test_docker import RunningTests
from test_docker_escapes import EscapeTests
from test_docker_limits import LIMITS, LimitTests
from warm_case import PATIENCE_SECONDS, WAITING, WarmCase

# What a program sees of where it is.
SEEING = r"""
import json, os, resource, signal, stat, sys
told = {"argv": sys.argv, "env": dict(os.environ), "cwd": os.getcwd(), "pid": os.getpid(),
        "ids": [os.getuid(), os.getgid(), os.getgroups()], "umask": os.umask(0),
        "files": sorted(os.listdir(".")), "root": sorted(os.listdir("/")),
        "dev": sorted(os.listdir("/dev")), "input": sys.stdin.read(),
        "group": os.getpgid(0), "session": os.getsid(0)}
told["limits"] = {name: resource.getrlimit(getattr(resource, name))
                  for name in dir(resource) if name.startswith("RLIMIT_")}
told["signals"] = [str(signal.getsignal(number)) for number in range(1, 32)]
told["open"] = {name: stat.S_IFMT(os.fstat(int(name)).st_mode)
                for name in ("0", "1", "2")}
told["more"] = [name for name in os.listdir("/proc/self/fd") if int(name) > 3]
lines = [line.rstrip("\n").split(":\t", 1) for line in open("/proc/self/status") if ":\t" in line]
told["status"] = {name: value for name, value in lines if name in (
    "Name", "Uid", "Gid", "Groups", "CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb",
    "NoNewPrivs", "Seccomp", "SigBlk", "SigIgn", "NSpid", "PPid", "TracerPid")}
# Whose flags an engine loses where it makes one read-only.
told["mounts"] = sorted({"/workspace" if line.split()[1] == "/workspace" else
                         " ".join(line.split()[1:4:2]) for line in open("/proc/self/mounts")
                         if "overlay" not in line})
told["namespaces"] = sorted(os.listdir("/proc/self/ns"))
memory = "/sys/fs/cgroup/memory/memory.limit_in_bytes"
told["memory"] = open(memory).read() if os.path.exists(memory) else None
print(json.dumps(told))
"""


class WarmTests(WarmCase):
    def first(self, image=docker.SANDBOX):
        """Has containers of the image wait."""
        if image not in self.known:
            self.run_in(self.session(), command=["true"], image=image)

    def is_warm(self, record):
        self.assertEqual(record["status"], "completed", record)
        return record["facts"]["warm"]

    def run_true(self, image=docker.SANDBOX):
        return self.run_in(self.session(), command=["true"], image=image)

    def test_each_call_has_one_that_no_other_has_had(self):
        self.first()
        for _ in range(3):
            self.await_waiting()
            before = set(self.waiting(docker.SANDBOX))
            self.assertTrue(self.is_warm(self.run_true()))
            used = before - set(self.waiting(docker.SANDBOX))
            self.assertEqual(len(used), 1)
            until(lambda: not used & {one["Id"] for one in self.engine.containers()},
                  PATIENCE_SECONDS, "one that was used is still there")

    def test_a_program_finds_the_same_as_in_one_that_nobody_waited_in(self):
        session = self.session()
        self.upload(session, "main.py", SEEING.encode())
        self.first()
        for more in ({}, {"stdin": "in\nput\n"}, {"env": {"A B": "x'\n$y", "HOME": "/"}},
                     {"args": ["a'b", "", "ü\n\t\\", "-u", "A=B", "$(id)", "*"]},
                     {"readonly": False}):
            with self.subTest(more):
                # What is named by a path only an engine starts.
                words = {True: "python3", False: "/usr/bin/python3"}
                told = {}
                for is_warm, word in words.items():
                    arguments = dict(more)
                    command = [word, "main.py", *arguments.pop("args", [])]
                    record = self.run_in(session, command=command, **arguments)
                    self.assertEqual(self.is_warm(record), is_warm)
                    told[is_warm] = json.loads(record["output"])
                self.maxDiff = None
                self.assertEqual(told[True], told[False])

    def test_only_who_is_let_write_to_the_workspace_does(self):
        self.first()
        session = self.session()
        closed = self.sh(session, "echo x > f; mount -o remount,rw /workspace; echo x > f")
        self.assertEqual((closed["facts"]["warm"], closed["exitCode"]), (True, 1), closed)
        self.assertIn("Read-only", closed["error"] or closed.get("errors", ""))
        opened = self.sh(session, "echo x > f", readonly=False)
        self.assertTrue(self.is_warm(opened))
        self.assertEqual(self.get(f"/sessions/{session}/files/f").body, b"x\n")

    def test_no_other_call_is_seen_in_one_that_waits(self):
        self.first()
        until(lambda: len(self.waiting(docker.SANDBOX)) == WAITING[docker.SANDBOX],
              PATIENCE_SECONDS, "not all wait that are to")
        execution = self.begin(self.session(), "sleep 600")
        running = [one for one in self.ours() if one["State"] == "running"]
        self.assertEqual(len(running), 1, running)
        self.assertEqual(self.workspaces_of(running[0]["Id"]), 2)
        for container in self.waiting(docker.SANDBOX):
            self.assertEqual(self.workspaces_of(container), 1)
        self.ask("DELETE", f"/executions/{execution}")
        self.assertEqual(self.final(execution, 5)["status"], "cancelled")

    def workspaces_of(self, container):
        """The mounts at its workspace: the place's own, and what is shown there."""
        pid = self.engine.inspect(container)["State"]["Pid"]
        mounts = pathlib.Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
        return sum(line.split()[4] == "/workspace" for line in mounts)

    def test_what_wants_another_one_has_its_own(self):
        self.first()
        session = self.session()
        self.upload(session, "main.py", b"print(1)")
        for wanted in ({"command": ["/bin/true"]}, {"command": ["true"], "layout": "data"},
                       {"command": ["true"], "env": {"PATH": "/bin"}},
                       {"command": ["true", "x" * 20_000]}):
            self.assertFalse(self.is_warm(self.run_in(session, **wanted)))
        answer = self.ask("POST", "/execute?wait=20", {
            "sessionId": session, "toolId": "docker-run", "args": {"command": ["true"]},
            "limits": {"memoryBytes": 100 << 20}})
        self.assertFalse(self.is_warm(answer.json))
        # What waits from here on is like it.
        until(lambda: self.memory_of_waiting() == {100 << 20}, PATIENCE_SECONDS,
              "none waits that is like the last call's")
        self.run_true()

    def memory_of_waiting(self):
        """What each may have; nothing of one that is removed while it is asked about."""
        return {self.engine.inspect(one).get("HostConfig", {}).get("Memory")
                for one in self.waiting(docker.SANDBOX)}

    def test_a_program_that_the_image_lacks_is_told_as_ever(self):
        self.first(docker.SMALL)
        for _ in range(2):
            record = self.run_in(self.session(), command=["no-such-program"], image=docker.SMALL)
            self.assertEqual((record["reason"], record["facts"]["warm"]),
                             ("no-program-in-image", False), record)

    def test_one_that_has_ended_is_no_fault_of_the_call(self):
        self.first(docker.SMALL)
        for deed in ("POST", "/containers/{}/kill"), ("DELETE", "/containers/{}?force=1"):
            self.await_waiting(docker.SMALL)
            for container in self.waiting(docker.SMALL):
                self.engine.ask(deed[0], deed[1].format(container))
            self.assertFalse(self.is_warm(self.run_without_waiting(docker.SMALL)))
        self.await_waiting(docker.SMALL)
        self.assertTrue(self.is_warm(self.run_true(docker.SMALL)))

    def run_without_waiting(self, image):
        known, type(self).known = self.known, frozenset()
        try:
            return self.run_true(image)
        finally:
            type(self).known |= known

    def forget(self, *images):
        """What waits is not like what the next call of these wants."""
        type(self).known -= set(images or self.known)

    def test_an_image_that_another_has_taken_the_name_of_is_run_in_no_more(self):
        self.first(docker.SMALL)
        self.await_waiting(docker.SMALL)
        old = self.engine.digest(docker.SMALL)
        self.addCleanup(self.forget, docker.SMALL)
        self.addCleanup(self.engine.load, docker.SMALL, docker.small_archive())
        self.engine.load(docker.SMALL, docker.small_archive(), "&changes=LABEL%20new%3D1")
        new = self.engine.digest(docker.SMALL)
        self.assertNotEqual(new, old)
        record = self.run_without_waiting(docker.SMALL)
        self.assertEqual((self.is_warm(record), record["facts"]["digest"]), (False, new))
        record = self.run_true(docker.SMALL)
        self.assertEqual((self.is_warm(record), record["facts"]["digest"]), (True, new))

    def test_an_engine_that_is_started_again_has_none_that_wait(self):
        self.first()
        self.await_waiting()
        self.engine.kill()
        self.engine.start()
        # Another process of the plugin's that knows of none asks the engine from here on.
        self.forget()
        self.assertFalse(self.is_warm(self.run_without_waiting(docker.SANDBOX)))
        self.assertTrue(self.is_warm(self.run_true()))

    def test_those_of_a_node_that_died_go_and_no_strangers(self):
        stranger = self.engine.run_stranger()
        self.addCleanup(self.engine.ask, "DELETE", f"/containers/{stranger}?force=1")
        self.first()
        self.await_waiting()
        old = set(self.waiting(docker.SANDBOX))
        node = type(self).node
        node.kill()
        self.assertEqual(old - set(self.waiting(docker.SANDBOX)), set())
        node.start()
        until(lambda: not self.engine.containers("orien.warm"), PATIENCE_SECONDS,
              "they are still there")
        self.assertTrue(self.engine.inspect(stranger)["State"]["Running"])
        self.forget()
        self.assertFalse(self.is_warm(self.run_true()))
        self.assertTrue(self.is_warm(self.run_true()))
        self.note_node()

    def test_a_node_that_is_stopped_leaves_none(self):
        self.first()
        self.await_waiting()
        node = type(self).node
        node.stop()
        self.assertEqual(self.engine.containers("orien.warm"), [])
        node.start()
        self.forget()
        self.run_true()
        self.note_node()


class SettingTests(unittest.TestCase):
    def test_what_cannot_wait_is_told_by_the_first_call(self):
        for warm, said in (({"other:1": 1}, "warm: 'other:1' is not among"),
                           ({docker.SMALL: 17}, "expected 0 to 16, got 17"),
                           ({docker.SMALL: "2"}, "expected 0 to 16")):
            with (self.subTest(warm), tempfile.TemporaryDirectory() as tools,
                  tempfile.TemporaryDirectory(dir="/run") as place,
                  socket.socket(socket.AF_UNIX) as engine):
                engine.bind(f"{place}/engine.sock")
                os.chmod(tools, 0o755)
                docker.tools_with(f"unix://{place}/engine.sock", tools, config={"warm": warm})
                with Node(tools=tools) as node:
                    answer = node.execute("s", "docker-run", {"command": ["true"]}, wait=20)
                    self.assertIn(said, answer.body.decode())


class WarmRunning(WarmCase, RunningTests):
    """All that holds for a tool that has a container made for each call."""

    def test_the_receipt_says_what_ran(self):
        for image, named in ((docker.SANDBOX, {}), (docker.SMALL, {"image": docker.SMALL})):
            self.run_in(self.session(), command=["true"], **named)
            facts = self.run_in(self.session(), command=["true"], **named)["facts"]
            self.assertEqual(facts, {"sandbox": "docker", "image": image, "warm": True,
                                     "digest": self.engine.digest(image)})


class WarmLimits(WarmCase, LimitTests):
    manifest = {"limits": LIMITS, "config": {"tmp_bytes": 1 << 20, "warm": WAITING}}


class WarmEscapes(WarmCase, EscapeTests):
    def tried(self, **arguments):
        self.run_in(self.session(), command=["true"])
        return super().tried(**arguments)


# They are run where they stand.
del RunningTests, LimitTests, EscapeTests
