"""What the stand-in for multipass can be told to do wrong: `faults.json` in its folder lists

    {"verb": "info", "kind": "hang", "name": "x", "times": 2}

`verb` may be "*"; without `name` it holds for all, without `times` for ever. The kinds, and what
more they have:

    hang       it never answers; where it makes or ends something, that is not done either
    deaf       it does what it is asked, and never answers
    late       launch: it says at once that it does not wait any longer (`says`), or lets its caller
               wait, and makes the instance once the file `released` is there
    closes     the daemon goes away in the middle
    exit       it ends with `exit`, says `says`, and does nothing
    says       all its output is `output`, and what it complains of `says`
    garbage, partial, ansi      its own answer, spoilt
    patch      the members of each row become what `members` has; those that are {"absent": true} go
"""

import json
import threading

TICK_SECONDS = 0.02
INITIALIZING = "timed out waiting for initialization to complete"


class Faults:
    def __init__(self, home, ending):
        self.home, self.ending = home, ending
        self.lock = threading.Lock()
        self.file = home / "faults.json"
        self.used = {}
        self.making = threading.local()

    def set(self, *faults):
        """Each is counted anew."""
        with self.lock:
            self.used.clear()
            (self.home / "released").unlink(missing_ok=True)
            fresh = self.home / "faults.json.new"
            fresh.write_text(json.dumps(faults))
            fresh.rename(self.file)

    def release(self):
        """Lets go on what is late."""
        (self.home / "released").touch()

    def next(self, verb, names):
        """The first that holds for this question."""
        with self.lock:
            faults = json.loads(self.file.read_text()) if self.file.exists() else []
            for index, fault in enumerate(faults):
                fits = fault["verb"] in (verb, "*") and fault.get("name", "") in ("", *names)
                if fits and self.used.get(index, 0) < fault.get("times", 1 << 30):
                    self.used[index] = self.used.get(index, 0) + 1
                    return fault
        return None

    def around(self, verb, names, do):
        """The answer, as `do` would give it or not; None: the connection ends without one."""
        fault = self.next(verb, names)
        kind = fault["kind"] if fault else None
        if kind == "hang":
            self.ending.wait()
            return None
        if kind == "closes":
            return None
        if kind == "exit":
            return [fault["exit"], fault.get("output", ""), fault.get("says", "")]
        if kind == "says":
            return [fault.get("exit", 0), fault["output"], fault.get("says", "")]
        if kind == "late":
            self.making.is_late = True
            if "says" in fault:
                # Its caller is answered, and it goes on.
                threading.Thread(target=self.late, args=(do,), daemon=True).start()
                return [2, "", f"{verb} failed: The following errors occurred:\n{fault['says']}\n"]
            return do()
        answer = do()
        if kind == "deaf":
            self.ending.wait()
            return None
        return spoilt(answer, fault) if fault else answer

    def late(self, do):
        self.making.is_late = True
        do()

    def wait_before_making(self):
        """For whoever launches: until it is let go on, where it is to be late."""
        if not getattr(self.making, "is_late", False):
            return
        self.making.is_late = False
        while not (self.home / "released").exists():
            if self.ending.wait(TICK_SECONDS):
                return


def spoilt(answer, fault):
    status, output, errors = answer
    kind = fault["kind"]
    if kind == "garbage":
        return [status, "\0\xff{]not json\n" * 9, errors]
    if kind == "partial":
        return [status, output[:len(output) // 2], errors]
    if kind == "ansi":
        spinner = "\x1b[2K\r\x1b[0A\x1b[1;32m"
        return [status, f"{spinner}{output}\x1b[0m", f"{spinner}{errors}\x1b[0m"]
    if kind == "patch":
        return [status, json.dumps(patched(json.loads(output), fault["members"])), errors]
    raise ValueError(f"no fault is a {kind}")


def patched(told, members):
    rows = told["list"] if "list" in told else list(told.get("info", {}).values())
    for row in rows:
        for name, value in members.items():
            if value == {"absent": True}:
                row.pop(name, None)
            else:
                row[name] = value
    return told
