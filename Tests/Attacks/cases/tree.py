"""Attacks on the end: trees that want to outlive it."""

import time

from case import case

KILLS = "group-kill tree-kill"
# Less than the launcher waits before it takes a stub for dead, and does its work.
END_SECONDS = 0.7


def outlives(arena, *words, workspace="workspace"):
    """Starts it, waits until it says that it is ready, kills it: whether it ended at once."""
    run = arena.start(*words, workspace=workspace)
    run.line()
    run.kill()
    try:
        run.wait(END_SECONDS)
        return []
    except TimeoutError:
        # It ends by itself, later.
        run.wait()
        return [f"{' '.join(map(str, words))} lives on"]
    finally:
        run.close()


@case("SBX-07", "leaves a daemon that holds its output open", "it ends with its leader",
      root=KILLS, plain=KILLS, user=KILLS, none=KILLS)
def daemon(arena):
    began = time.monotonic()
    arena.run("crowd", "stays", workspace="left")
    took = time.monotonic() - began
    lived = (arena.jail.state / "left" / "lived-on").exists()
    return [f"the end took {took:.2f} s, lived on: {lived}"] if lived or took > 0.6 else []


@case("SBX-08", "blocks and ignores every signal", "it is killed",
      root=KILLS, plain=KILLS, user=KILLS, none=KILLS)
def deaf(arena):
    return outlives(arena, "crowd", "deaf")


@case("SBX-10", "forks faster than it is killed", "its group is empty within a second",
      root=KILLS, plain=KILLS, user=KILLS, none=KILLS)
def breeder(arena):
    return outlives(arena, "crowd", "breeds")


@case("SBX-11", "signals the keeper, the launcher and another program", "there are no such",
      root="process-namespace user scope", user="process-namespace root scope",
      unscoped="process-namespace root", none="scope")
def signals(arena):
    other = arena.start("sh", "-c", "echo ready; read nothing < /dev/zero", workspace="other")
    other.line()
    victim = next(children(arena.jail.launcher_pid, "sh"))
    through = arena.escapes("signals.py", arena.jail.pid, arena.jail.launcher_pid, victim)
    other.kill()
    other.wait()
    other.close()
    return through


@case("SBX-11, all", "kills all that it can", "that is itself",
      root="", user="", unscoped="", none="")
def kill_all(arena):
    other = arena.start("sleep", "5", workspace="other")
    end, _ = arena.run("signals.py", "all")
    try:
        other.wait(0.3)
        through = ["another program is dead"]
    except TimeoutError:
        through = []
    other.kill()
    other.wait()
    other.close()
    return through if end.signal == 9 or end.fault == "stub-lost" else [f"it lives: {end}"]


def children(pid, name):
    """The descendants of a process that are called `name`."""
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        for child in file.read().split():
            with open(f"/proc/{child}/comm") as comm:
                if comm.read().strip() == name:
                    yield child
            yield from children(child, name)
