#!/usr/bin/env python3
"""Has one node run scripts of every sort and holds it to leaving nothing: endure.py --executions N

Scripts of three languages end well, exceed their time, their memory and their processes, or are
cancelled, over many sessions and so many at once. At rest, before and after, everything that could
leak is counted; each must be as it was. Each execution has the one final record that its script
deserves, and the chain of receipts verifies.
"""

import time

from audit import Audit, workspaces
from census import SETTLE_SECONDS, WAITING, Census, at_fullest
from groups import group_name, groups_named
from holding import hold
from mix import BUSY, DESERVES, ENVIRONMENT, PATIENT, Mix
from node import UNBOUNDED, Node, until

SESSIONS = 200
# Of jails at once: those that run, those that wait, of two kinds with an interpreter and without,
# and as many again that begin or end.
SLOTS = 2 * (BUSY + PATIENT + 3 * WAITING)
# What each part may have in use beyond what it had. The node has caches that fill: 16 MiB of the
# ledger's pages, and 8 MiB of finished executions as they count themselves, which is about half.
MORE_BYTES = {"node": 40 << 20, "keeper": 1 << 20, "launcher": 1 << 20, "janitor": 1 << 20}


class Endurance:
    def __init__(self, home, seed):
        self.node = Node(state=home / "state", environment=ENVIRONMENT | UNBOUNDED).start()
        until(lambda: self.node.jail("launcher"), SETTLE_SECONDS, "there is no launcher")
        self.group = group_name(self.node)
        self.audit = Audit(self.node, self.group)
        self.mix = Mix(self.node, SESSIONS, seed)

    def run(self, executions):
        """Yields what was held to what, a line each; raises at what does not hold."""
        self.mix.prepare()
        # What is made on first use is made before it is counted.
        self.mix.run_each()
        before = self.rest()
        began = time.monotonic()
        self.mix.run(executions)
        took = time.monotonic() - began
        yield f"{executions} executions of {SESSIONS} sessions in {took:.0f} s"
        self.hold(self.mix.faults)
        yield f"each ended as it deserves: {self.ends()}"
        after = self.rest(before)
        print(table(before, after), flush=True)
        self.hold(grown(before, after))
        yield "nothing has grown"
        self.hold(self.records())
        yield "each has one final record, and the chain verifies"
        self.end()
        yield "all is given back"

    def rest(self, before=None):
        self.audit.rest()

        def crowd():
            self.mix.crowd()
            self.hold(self.mix.faults)
        return at_fullest(crowd, lambda: Census(self.node, self.group), ("python3", "node"), before)

    def ends(self):
        counted = {}
        for call in self.mix.calls:
            what = f"{call.language} {call.sort}"
            counted[what] = counted.get(what, 0) + 1
        return ", ".join(f"{count} {what}" for what, count in sorted(counted.items()))

    def records(self):
        for call in self.mix.calls:
            self.audit.judged[call.execution] = ": ".join(DESERVES[call.sort])
        yield from self.audit.calls_without_one_end(self.mix.calls)
        with self.audit.ledger() as ledger:
            (count,), = ledger.execute("SELECT count(*) FROM records")
            if count != len(self.mix.calls):
                yield f"{count} records of {len(self.mix.calls)} executions"
        yield from self.audit.broken_chain()
        yield from self.audit.processes_left()
        yield from self.audit.folders_without_session()

    def close(self):
        self.node.close()

    def end(self):
        for session in self.mix.sessions:
            answer = self.node.ask("DELETE", f"/sessions/{session}/workspace?force=1")
            if answer.status != 200:
                raise AssertionError(f"{session}: {answer}")
        self.hold(workspaces(self.node))
        if status := self.node.stop():
            raise AssertionError(f"the node ended with {status}")
        # The keeper outlives the node by what it clears away.
        until(lambda: not list(groups_named(self.group)), SETTLE_SECONDS,
              lambda: f"groups of no node: {list(groups_named(self.group))}")
        self.hold(self.audit.mounts_left())

    @staticmethod
    def hold(faults):
        if faults := list(faults):
            raise AssertionError("\n".join(faults[:20]))


def grown(before, after):
    for what in sorted(after.counts - before.counts):
        yield f"{what}: were {before.counts[what]}, are {after.counts[what]}"
    if after.slots > SLOTS:
        yield f"slots: are {after.slots}, of at most {SLOTS} jails at once"
    for part, allowed in MORE_BYTES.items():
        more = after.memory_bytes[part] - before.memory_bytes[part]
        if before.own[part] != after.own[part]:
            yield f"the {part} is another"
        if more > allowed:
            yield f"memory of the {part}: {more >> 10} KiB more, {allowed >> 10} are allowed"


def table(before, after):
    before, after = before.told(), after.told()
    return "\n".join(f"{what:36} {before.get(what, 0):9} {after.get(what, 0):9}"
                     for what in sorted(before.keys() | after.keys()))


if __name__ == "__main__":
    hold(__doc__, "executions", 10000, Endurance, Endurance.run)
