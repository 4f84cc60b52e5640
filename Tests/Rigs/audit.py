"""What must be true of a node at rest, read from its files and from the kernel.

The ledger is read with SQLite itself, beside the node, and changed never.
"""

import collections
import contextlib
import os
import pathlib
import sqlite3

from groups import processes_in_groups
from load import RAN_FILE, SESSIONS
from node import until

FINAL = {"completed", "failed", "timeout", "cancelled", "lost"}


class Audit:
    """`group` is the name of the node's control groups."""

    def __init__(self, node, group):
        self.node = node
        self.group = group
        self.mounts = mounts()
        self.judged = {}

    def rest(self, seconds=30):
        """Waits until the node has nothing to do."""
        until(lambda: self.node.get("/health").json["activeExecutions"] == 0, seconds,
              lambda: f"the node does not come to rest: {self.node.get('/health')}")

    def faults(self, calls):
        """Everything that is wrong at rest."""
        return [
            *self.calls_without_one_end(calls), *self.runs_that_are_not_one(calls),
            *self.broken_chain(),
            *self.processes_left(), *self.folders_without_session(),
        ]

    def calls_without_one_end(self, calls):
        for call in calls:
            answer = self.node.get(f"/executions/{call.execution}")
            if answer.status != 200:
                yield f"{call.execution} was accepted and is unknown: {answer}"
                continue
            record = answer.json
            status, end = record["status"], f"{record['status']}: {record.get('reason')}"
            if status not in FINAL:
                yield f"{call.execution} is {status} at rest"
            before = self.judged.setdefault(call.execution, end)
            if before != end:
                yield f"{call.execution} was {before}, and is {end} now"
        with self.ledger() as ledger:
            for number, ends in ledger.execute(
                    "SELECT number, count(*) FROM records GROUP BY number HAVING count(*) != 1"):
                yield f"execution {number} has {ends} final records"
            for (number,) in ledger.execute(
                    "SELECT number FROM executions WHERE position IS NULL OR status < 2"):
                yield f"execution {number} has no final record"

    def runs_that_are_not_one(self, calls):
        ran = collections.Counter(self.tokens_that_ran())
        for token, times in ran.items():
            if times > 1:
                yield f"the script of {token} ran {times} times"
        for call in calls:
            is_complete = self.judged.get(call.execution, "").startswith("completed")
            if call.tool != "echo" and is_complete and not ran[call.token]:
                yield f"{call.execution} is completed and never ran"

    def tokens_that_ran(self):
        """What scripts have written into their workspaces."""
        for session in SESSIONS:
            ran = self.node.get(f"/sessions/{session}/files/{RAN_FILE}")
            if ran.status == 200:
                yield from ran.body.decode().split()

    def broken_chain(self):
        verified = self.node.command("receipt", "verify", "--chain", "--state", self.node.state)
        if verified.returncode != 0:
            yield f"the chain does not verify: {verified.stdout}{verified.stderr}"

    def processes_left(self):
        left = processes_in_groups(self.group)
        if left:
            yield f"processes {left} are in groups of a node at rest"

    def folders_without_session(self):
        known = self.folders_of_sessions()
        on_disk = set(workspaces(self.node))
        if known != on_disk:
            yield f"folders alone: {on_disk - known}, sessions alone: {known - on_disk}"

    def folders_of_sessions(self):
        with self.ledger() as ledger:
            return {row[0] for row in ledger.execute("SELECT folder FROM sessions")}

    def mounts_left(self):
        left = mounts() - self.mounts
        if left:
            yield f"mounts left behind: {left}"

    @contextlib.contextmanager
    def ledger(self):
        path = next(self.node.state.rglob("ledger.db"))
        with contextlib.closing(
                sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)) as ledger:
            yield ledger


def workspaces(node):
    """What sessions have in the node's folder, by name: folders and images."""
    names = os.listdir(node.state / "workspaces")
    return [name for name in names if name != ".images"]


def mounts():
    """Where something is mounted that has to do with a node."""
    lines = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return {line.split()[4] for line in lines if "orien" in line}
