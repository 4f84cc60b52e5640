#!/usr/bin/env python3
"""Kills a node under load at random moments and holds it to its promises: soak.py --kills N

Killed is the node, its launcher, its keeper, or several at once. Then whatever the node had
started must be dead; and whenever the load rests: every accepted execution has exactly one final
record that never changes, no script ran twice, the chain of receipts verifies, no process is left
in a control group, folders equal sessions, and nothing grows. Each kill that holds is one check.
"""

import random
import threading
import time

from audit import Audit, workspaces
from groups import group_name, processes_in_groups
from holding import hold
from load import CLEARED, SESSIONS, Load
from node import UNBOUNDED, Node, is_alive, send, until

# Kills between two full audits, each of which lets the load rest.
AUDIT_EVERY = 5
# How long whatever a dead node had started may outlive it, and a launcher be missing.
LIFELINE_SECONDS = 5
REPLACED_SECONDS = 5
DESCRIPTORS_MORE = 4
# What may die, and what of the node dies of it.
PARTS = {
    "the node": {"node"},
    "the launcher": {"launcher"},
    "node and launcher": {"node", "launcher"},
    "the keeper": {"keeper"},
    "the steward": {"steward"},
    "all": {"node", "keeper", "launcher", "janitor", "steward"},
}


class Soak:
    def __init__(self, home, seed):
        self.random = random.Random(seed)
        self.node = Node(state=home / "state", environment=UNBOUNDED).start()
        until(lambda: self.node.jail("launcher"), REPLACED_SECONDS, "there is no launcher")
        self.group = group_name(self.node)
        self.audit = Audit(self.node, self.group)
        self.load = Load(self.node, seed=seed)
        self.descriptors = None
        self.restarts = []
        # Processes that a kill found in the groups: without any, it proved nothing of them.
        self.found = 0

    def run(self, kills):
        """Yields after each kill that held; raises at the first that did not."""
        self.load.go()
        for number in range(1, kills + 1):
            threading.Event().wait(self.random.uniform(0.05, 1.2))
            victim = self.random.choice(list(PARTS))
            self.kill(victim)
            if self.load.wrong:
                raise AssertionError(f"answers that no busy node may give: {self.load.wrong[:5]}")
            if number % AUDIT_EVERY == 0 or number == kills:
                self.rest_and_audit()
            yield number, victim

    def kill(self, victim):
        jails = {part: self.node.jail(part) for part in
                 ("keeper", "launcher", "janitor", "steward")}
        for part in PARTS[victim] & jails.keys():
            if jails[part]:
                send(jails[part])
        if "node" not in PARTS[victim]:
            part = "steward" if victim == "the steward" else "launcher"
            until(lambda: not jails[part] or self.node.jail(part) not in (None, jails[part]),
                  REPLACED_SECONDS, f"no new {part}")
            return
        held = processes_in_groups(self.group)
        self.found += len(held)
        started = held | set(jails.values()) - {None}
        self.node.kill()
        until(lambda: not any(map(is_alive, started)), LIFELINE_SECONDS,
              lambda: f"outlived the node: {[pid for pid in started if is_alive(pid)]}")
        began = time.monotonic()
        self.node.start()
        self.restarts.append(time.monotonic() - began)
        self.descriptors = None

    def rest_and_audit(self):
        self.load.pause()
        self.audit.rest()
        until(lambda: not list(self.audit.processes_left()), LIFELINE_SECONDS,
              lambda: "\n".join(self.audit.processes_left()))
        faults = list(self.audit.faults(self.load.accepted()))
        if faults:
            raise AssertionError("\n".join(faults[:20]))
        now = self.node.descriptors()
        folders = self.take_folders(now)
        if not folders <= self.audit.folders_of_sessions():
            raise AssertionError(f"open, and no session's: {folders}")
        grown = self.descriptors and now - self.descriptors
        if grown and grown.total() > DESCRIPTORS_MORE:
            raise AssertionError(f"open, and not at the last rest: {grown}")
        self.descriptors = now
        self.load.go()

    def take_folders(self, descriptors):
        """Takes the folders of workspaces out of what is open: a session's is opened when it is
        first used after a start, whenever that is, and once."""
        root = f"{self.node.state / 'workspaces'}/"
        paths = [path for path in descriptors if path.startswith(root)]
        counted = {self.folder_of(path, root): descriptors.pop(path) for path in paths}
        twice = [path for path, times in counted.items() if times > 1]
        if twice:
            raise AssertionError(f"open more than once at rest: {twice}")
        return set(counted)

    @staticmethod
    def folder_of(path, root):
        """An image is open by where it is mounted."""
        mounted = path.removeprefix(root + ".images/mounts/")
        return mounted + ".image" if mounted != path else path.removeprefix(root)

    def end(self):
        """Everything is given back: sessions, folders, mounts; and the node goes when asked."""
        self.load.stop()
        has_run = any(self.audit.tokens_that_ran())
        for session in SESSIONS + CLEARED:
            answer = self.node.ask("DELETE", f"/sessions/{session}/workspace?force=1")
            assert answer.status == 200, answer
        until(lambda: not list(self.audit.mounts_left()), LIFELINE_SECONDS,
              lambda: "\n".join(self.audit.mounts_left()))
        faults = list(self.audit.folders_without_session())
        left = workspaces(self.node)
        assert not faults and not left, (faults, left)
        assert self.node.stop() == 0
        assert self.found and has_run, "no script ran while something was killed"
        assert not list(self.audit.broken_chain())

    def close(self):
        self.load.stop()
        self.node.close()

    def summary(self):
        accepted = self.load.accepted()
        ends = {}
        for end in self.audit.judged.values():
            ends[end] = ends.get(end, 0) + 1
        slowest = max(self.restarts, default=0)
        return (f"{len(accepted)} executions accepted: {ends}\nrefused: {self.load.refusals}\n"
                f"{len(self.restarts)} restarts, the slowest {slowest * 1e3:.0f} ms;"
                f" {self.found} processes died with their node")


def steps(soak, kills):
    for number, victim in soak.run(kills):
        yield f"{number:4} {victim}"
    print(soak.summary())
    soak.end()
    yield "the end, in order"


if __name__ == "__main__":
    hold(__doc__, "kills", 200, Soak, steps)
