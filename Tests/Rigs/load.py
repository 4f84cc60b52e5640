"""Calls of every kind against one node that may die under them at any moment.

Each call has a token of its own. A script writes its token to a file of its workspace before it
does anything, so that these files say what ran, and how often, whatever the node believes.
"""

import dataclasses
import http.client
import json
import random
import threading
import uuid

# Of the scripts; and of what is cleared away meanwhile, where no script has left a word.
SESSIONS = [f"soak-{number}" for number in range(8)]
CLEARED = [f"soak-cleared-{number}" for number in range(2)]
# What scripts write to.
RAN_FILE = "ran"

# One write with O_APPEND is whole or not there.
RAN = """import os, sys, time
ran = os.open("ran", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
os.write(ran, (sys.argv[1] + "\\n").encode())
"""
SCRIPTS = {
    "short.py": RAN + "print(sys.argv[1])",
    "sleeping.py": RAN + "print(sys.argv[1], flush=True); time.sleep(float(sys.argv[2]))",
    "leaving.py": RAN + "import subprocess; subprocess.Popen(['sleep', '300'])",
    "writing.py": RAN + "open(sys.argv[1], 'w').write('x' * 100000); print('y' * 200000)",
}


@dataclasses.dataclass
class Call:
    token: str
    session: str
    tool: str
    # Known once the node has said 202, and only then is it owed a final record.
    execution: str | None = None


class Load:
    """A few clients that call without end; `pause` leaves the node to itself."""

    def __init__(self, node, clients=6, seed=0):
        self.node = node
        self.calls = []
        self.refusals = {}
        self.wrong = []
        self._lock = threading.Lock()
        self._going = threading.Event()
        self._stopped = False
        self._busy = threading.Semaphore(0)
        self._clients = clients
        self._threads = [
            threading.Thread(target=self._client, args=(random.Random(seed * 1000 + number),))
            for number in range(clients)
        ]
        self._idle = [threading.Event() for _ in range(clients)]
        for idle, thread in zip(self._idle, self._threads):
            thread.idle = idle
            thread.start()

    def go(self):
        for idle in self._idle:
            idle.clear()
        self._going.set()

    def pause(self):
        """Returns once no client waits for an answer."""
        self._going.clear()
        for idle in self._idle:
            idle.wait()

    def stop(self):
        self.pause()
        self._stopped = True
        self._going.set()
        for thread in self._threads:
            thread.join()

    def accepted(self):
        with self._lock:
            return [call for call in self.calls if call.execution]

    def _client(self, random_source):
        while True:
            if not self._going.is_set():
                threading.current_thread().idle.set()
                self._going.wait()
            if self._stopped:
                return
            try:
                self._call(random_source)
            except (OSError, http.client.HTTPException):
                # Down, or killed under this call. It comes back; the soak waits for that.
                threading.Event().wait(0.05)

    def _call(self, source):
        session = source.choice(SESSIONS)
        token = str(uuid.UUID(int=source.getrandbits(128)))
        kind = source.choices(
            ["echo", "short.py", "sleeping.py", "leaving.py", "writing.py", "upload", "clear"],
            [30, 25, 15, 10, 8, 10, 2])[0]
        if kind == "upload":
            self._expect(self.node.upload(session, f"up-{token}", token.encode() * 1000))
            return
        if kind == "clear":
            cleared = source.choice(CLEARED)
            self._expect(self.node.upload(cleared, f"up-{token}", token.encode() * 1000))
            self._expect(self.node.ask("DELETE", f"/sessions/{cleared}/workspace"))
            return
        if kind == "echo":
            call, arguments = Call(token, session, "echo"), {"message": token}
        else:
            if not self._expect(self.node.upload(session, kind, SCRIPTS[kind].encode())):
                return
            seconds = f"{source.uniform(0.2, 4):.2f}"
            call = Call(token, session, "python_script")
            arguments = {"script": kind, "args": [token, seconds]}
        with self._lock:
            self.calls.append(call)
        wait = source.choice([None, None, 1])
        answer = self.node.execute(session, call.tool, arguments, wait)
        if self._expect(answer):
            call.execution = answer.json["executionId"]

    def _expect(self, answer):
        """Whether it was done; refusals that a busy node may give are counted, others are wrong."""
        if answer.status in (200, 201, 202, 204):
            return True
        with self._lock:
            if answer.status in (400, 404, 409, 429, 503, 507):
                code = f"{answer.status} {json.loads(answer.body).get('code')}"
                self.refusals[code] = self.refusals.get(code, 0) + 1
            else:
                self.wrong.append(repr(answer))
        return False
