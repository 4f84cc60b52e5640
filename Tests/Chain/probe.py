"""The client of chains in Swift, asked by lines of JSON: see Tests/ChainProbe."""

import json
import os
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BINARIES = pathlib.Path(os.environ.get("ORIEN_BINARIES", ROOT / ".build" / "release"))


class Refused(Exception):
    """What the client says no to: `kind` is a failure's reason or a fault's kind."""

    def __init__(self, kind, text):
        super().__init__(f"{kind}: {text}")
        self.kind = kind
        self.text = text


class Probe:
    def __enter__(self):
        self.process = subprocess.Popen(
            [BINARIES / "ChainProbe"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        if self.process.wait(10) != 0:
            raise RuntimeError(f"the probe ended with {self.process.returncode}")

    def ask(self, act, **members):
        line = json.dumps({"do": act, **members})
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError(f"the probe died of {line[:400]}")
        answer = json.loads(answer)
        if "ok" not in answer:
            raise Refused(answer.get("error") or answer["fault"], answer["text"])
        return answer["ok"]

    def refusal(self, act, **members):
        """The kind of the refusal; none where it was done."""
        self.said = None
        try:
            self.ask(act, **members)
        except Refused as refused:
            self.said = refused.text
            return refused.kind
        return None
