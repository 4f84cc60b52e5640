"""Scripts of every sort, each with the one end that it deserves, called over many sessions."""

import dataclasses
import random
import threading

from node import until

# Wide, for what is to end by something else may have a thirtieth of a processor; who waits for it
# costs none, so that there may be many of them.
WALL_SECONDS = 30
BUSY, PATIENT = 8, 40
MEMORY_BYTES = 160 << 20
ENVIRONMENT = {"MAX_WALL_SECONDS": str(WALL_SECONDS), "MAX_MEMORY_BYTES": str(MEMORY_BYTES)}
WAIT_SECONDS = 100
# That which takes a second, and so can be many at once.
SLOW = "slow"
PLAIN, TIMEOUT, MEMORY, STORM, CANCELLED = "plain", "timeout", "memory", "storm", "cancelled"
# Of a hundred.
LANGUAGES = {"python": 70, "node": 20, "sh": 10}
SORTS = {PLAIN: 80, TIMEOUT: 5, MEMORY: 5, STORM: 5, CANCELLED: 5}
# Status and reason of the record.
DESERVES = {
    PLAIN: ("completed", "exit"),
    SLOW: ("completed", "exit"),
    TIMEOUT: ("timeout", "wall"),
    MEMORY: ("failed", "memory"),
    STORM: ("failed", "limit"),
    CANCELLED: ("cancelled", "cancelled"),
}

SLEEP = "import time; time.sleep(1000)"
PYTHON = {
    PLAIN: """
import os, sys, tempfile
with tempfile.NamedTemporaryFile("w", dir="."), tempfile.NamedTemporaryFile("w"): pass
print(sys.argv[1])
""",
    TIMEOUT: SLEEP,
    MEMORY: f"x = b'x' * {4 * MEMORY_BYTES}",
    STORM: """
import os, sys, time
leader = os.getpid()
try:
    while True: os.fork()
except OSError:
    if os.getpid() == leader: sys.exit(3)
    time.sleep(1000)
""",
    CANCELLED: SLEEP,
}
NODE = {
    PLAIN: "console.log(process.argv[2])",
    TIMEOUT: "setInterval(() => {}, 1000)",
    MEMORY: "const held = []; for (;;) held.push(Buffer.alloc(1 << 20, 1))",
    STORM: """
const { spawn } = require('child_process')
while (spawn('sleep', ['1000']).on('error', () => {}).pid) ;
process.exit(3)
""",
    CANCELLED: "setInterval(() => {}, 1000)",
}
SHELL = {
    PLAIN: 'echo "$1"',
    TIMEOUT: "sleep 1000",
    MEMORY: "x=xxxxxxxx; while :; do x=$x$x; done",
    STORM: "bomb() { bomb | bomb & }; bomb; while :; do sleep 1000 & done",
    CANCELLED: "sleep 1000; :",
}
# There is no tool for a shell.
BECOME_SHELL = "import os, sys; os.execv('/bin/sh', ['sh', '-c', {!r}, 'sh', *sys.argv[1:]])"


def files():
    """Every script, by its name in each workspace."""
    found = {}
    for sort in SORTS:
        found[f"python-{sort}.py"] = PYTHON[sort]
        found[f"node-{sort}.js"] = NODE[sort]
        found[f"sh-{sort}.py"] = BECOME_SHELL.format(SHELL[sort])
    found[f"python-{SLOW}.py"] = "import time; time.sleep(1)\n" + PYTHON[PLAIN]
    found[f"node-{SLOW}.js"] = f"setTimeout(() => {{ {NODE[PLAIN]} }}, 1000)"
    return found


@dataclasses.dataclass
class Call:
    number: int
    session: str
    language: str
    sort: str
    execution: str | None = None

    @property
    def tool(self):
        return "node_script" if self.language == "node" else "python_script"

    @property
    def arguments(self):
        ending = "js" if self.language == "node" else "py"
        return {"script": f"{self.language}-{self.sort}.{ending}", "args": [str(self.number)]}


class Mix:
    """Calls by BUSY clients at once, and by PATIENT ones of what exceeds its time; each waits for
    the end of its call."""

    def __init__(self, node, sessions, seed):
        self.node = node
        self.sessions = [f"mix-{number}" for number in range(sessions)]
        self.random = random.Random(seed)
        self.calls, self.faults = [], []
        self._lock = threading.Lock()

    def prepare(self):
        """Gives each session its scripts."""
        self.in_turn(self._upload, iter(self.sessions))

    def _upload(self, session):
        for name, text in files().items():
            answer = self.node.upload(session, name, text.encode())
            if answer.status not in (200, 201):
                raise AssertionError(f"upload: {answer}")

    def run(self, count):
        """Makes so many calls; whatever did not end as it deserves is in `faults`."""
        self._perform([self._drawn() for _ in range(count)])

    def run_each(self):
        """One call of every kind, in every session some."""
        every = [(language, sort) for language in LANGUAGES for sort in SORTS]
        self._perform([self._made(session, *every[place % len(every)])
                       for place, session in enumerate(self.sessions)])

    def crowd(self):
        """Calls for more interpreters at once than may wait."""
        self.in_turn(self._call, (
            self._made(self.sessions[0], language, SLOW)
            for _ in range(PATIENT // 2) for language in ("python", "node")), PATIENT)

    def _perform(self, calls):
        patient = threading.Thread(target=self.in_turn, args=(
            self._call, (call for call in calls if call.sort == TIMEOUT), PATIENT))
        patient.start()
        self.in_turn(self._call, (call for call in calls if call.sort != TIMEOUT), BUSY)
        patient.join()

    def in_turn(self, work, items, clients=BUSY):
        """Has so many clients do `work` of one item after the other until there is none."""
        def client():
            while True:
                with self._lock:
                    item = next(items, None)
                    if item is None or len(self.faults) > 20:
                        return
                try:
                    work(item)
                except Exception as fault:
                    with self._lock:
                        self.faults.append(f"{item}: {fault}")
        threads = [threading.Thread(target=client) for _ in range(clients)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _drawn(self):
        language, sort = (
            self.random.choices(list(table), list(table.values()))[0]
            for table in (LANGUAGES, SORTS))
        return self._made(self.random.choice(self.sessions), language, sort)

    def _made(self, session, language, sort):
        self.calls.append(Call(len(self.calls), session, language, sort))
        return self.calls[-1]

    def _call(self, call):
        wait = None if call.sort == CANCELLED else WAIT_SECONDS
        answer = self.node.execute(call.session, call.tool, call.arguments, wait)
        if answer.status not in (200, 202):
            raise AssertionError(f"execute: {answer}")
        record = answer.json
        call.execution = record["executionId"]
        if call.sort == CANCELLED:
            record = self._cancel(call)
        judge(call, record)

    def _cancel(self, call):
        path = f"/executions/{call.execution}"
        until(lambda: self.node.get(path).json["status"] != "pending", WAIT_SECONDS,
              f"{call} does not begin")
        answer = self.node.ask("DELETE", path)
        if answer.status not in (200, 202):
            raise AssertionError(f"cancel: {answer}")
        return self.node.final(call.execution, WAIT_SECONDS)


def judge(call, record):
    end = record["status"], record.get("reason")
    if end != DESERVES[call.sort]:
        raise AssertionError(f"deserves {DESERVES[call.sort]}, is {end}: {record.get('message')},"
                             f" {record.get('usage')}")
    said = record.get("exitCode"), record.get("output")
    if call.sort in (PLAIN, SLOW) and said != (0, f"{call.number}\n"):
        raise AssertionError(f"is another's: {record['exitCode']} {record['output']!r}")
