"""Attacks on what comes after: files that the next program runs, and what holds it."""

import os
import pathlib
import subprocess

from case import case
from jail import Jail
from stage import FIRST_USER, PROGRAMS


@case("SBX-31", "writes where interpreters look for code", "all of it is read-only",
      root="root user", user="root")
def interpreters(arena):
    # Of the level `user` everything but this folder of nobody's is another's.
    (PROGRAMS / "open").mkdir(mode=0o777, exist_ok=True)
    (PROGRAMS / "open").chmod(0o777)
    return arena.escapes("interpreters.py", PROGRAMS / "open", arena.stage.canary)


@case("SBX-31, next", "leaves code for the next program in /tmp and /dev/shm", "it finds nothing",
      root="root", user="root")
def leftovers(arena):
    leave = "for f in /tmp/left /dev/shm/left /var/tmp/left; do echo x > $f; done"
    arena.run("sh", "-c", leave, workspace="one")
    _, text = arena.run("sh", "-c", "ls /tmp/left /dev/shm/left 2>/dev/null; true",
                        workspace="two")
    arena.run("sh", "-c", "rm -f /tmp/left /dev/shm/left /var/tmp/left")
    return text.split()


@case("SBX-32", "overwrites the launcher, by its file and by /proc", "there is nothing to open",
      root="root user", user="root")
def launcher(arena):
    return arena.escapes("launcher.py", arena.stage.jail, arena.stage.folder)


@case("SBX-34", "leaves shared memory, semaphores and queues", "the next one finds none",
      root="filter ipc-namespace", user="filter ipc-namespace")
def leave_ipc(arena):
    arena.run("left", "leave", workspace="one")
    return arena.escapes("left", "find", workspace="two")


@case("SBX-38", "ends in every way that there is", "each is told by its own word",
      root="", plain="", user="", none="")
def endings(arena):
    folder = arena.jail.workspace("endings")
    scripts = {"crlf": "#!/bin/sh\r\nexit 0\n", "missing": "#!/no/such/interpreter\n",
               "garbage": "\x01\x02\x03", "plain": "#!/bin/sh\n"}
    for name, text in scripts.items():
        (folder / name).write_text(text)
        os.chown(folder / name, arena.jail.user, arena.jail.user)
        (folder / name).chmod(0o600 if name == "plain" else 0o700)
    expected = {
        ("sh", "-c", "exit 255"): ("ran", 255, 0),
        ("sh", "-c", "exit 4711"): ("ran", 4711 % 256, 0),
        ("sh", "-c", "kill -11 $$"): ("ran", 0, 11),
        ("sh", "-c", "kill -64 $$"): ("ran", 0, 64),
        ("no-such-program",): ("not-found", 0, 0),
        ("/workspace/none" if arena.level != "none" else "./none",): ("not-found", 0, 0),
        ("./crlf",): ("no-interpreter", 0, 0),
        ("./missing",): ("no-interpreter", 0, 0),
        ("./garbage",): ("format", 0, 0),
        ("./plain",): ("denied", 0, 0),
        ("/usr",): ("denied", 0, 0),
        ("true", *["x" * 100000] * 2): ("ran", 0, 0),
    }
    found = []
    for words, (fault, code, signal) in expected.items():
        end, _ = arena.jail.run(*words, workspace="endings")
        same = end.fault == fault and (fault != "ran" or (end.code, end.signal) == (code, signal))
        found += [] if same else [f"{words[:3]}: {end}"]
    return found


@case("/proc, others", "reads, and takes by ptrace, what holds it and others of its user",
      "the kernel lets nobody dump them", none="undumpable scope")
def holders(arena):
    pids = [arena.jail.pid, arena.jail.launcher_pid, *descendants(arena.jail.launcher_pid)]
    return arena.escapes("holders.py", *pids)


@case("layers", "runs where the kernel shows no workspace to another user", "it is walled in less",
      root="")
def layers(arena):
    place = arena.stage.folder / "layers"
    for name in "lower", "upper", "work", "all":
        (place / name).mkdir(parents=True)
    options = f"lowerdir={place}/lower,upperdir={place}/upper,workdir={place}/work"
    subprocess.run(["mount", "-t", "overlay", "-o", options, "all", place / "all"], check=True)
    jail = Jail(str(arena.stage.jail), place / "all", "--first-user", str(FIRST_USER),
                "--workspaces", str(place / "all"))
    try:
        end, text = jail.run("sh", "-c", "echo kept > file; cat file")
        found = [] if jail.level == "user" and "workspaces" in jail.why else [
            f"{jail.level}: {jail.why}"]
        return found + ([] if text == "kept\n" else [f"{end} {text}"])
    finally:
        jail.close()
        subprocess.run(["umount", place / "all"], check=True)


def descendants(pid):
    found = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return found + [deeper for child in found for deeper in descendants(child)]


@case("/proc", "reads and writes what holds it, and the kernel's knobs", "nothing of it is its own",
      root="root user process-namespace", user="root")
def proc(arena):
    return arena.escapes("proc.py")
