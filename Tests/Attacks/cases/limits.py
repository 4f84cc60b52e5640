"""Attacks on the machine's stock: processes, memory, files, time."""

import os
import time

from case import case
from jail import HIT_CPU, HIT_MEMORY, HIT_PROCESSES, Limits

MEGABYTE = 1 << 20
CROWD = Limits(processes=32)
SMALL = Limits(memory_bytes=32 * MEGABYTE, open_files=1024)
# Only what lies on a whole disk has its use limited, not what lies in a container's layers.
ON_DISK = ("root",) if os.major(os.stat("/var/tmp").st_dev) else ()
KINDS = {"heap": 64, "shared": 64, "memfd": 64, "tmp": 64, "shm": 64, "pipes": 48, "sockets": 64}


def eaten(arena, kinds, is_told=True):
    """The kinds of memory of which it got more than the limit, or was stopped without a word."""
    found = []
    for kind in kinds:
        end, text = arena.run("eater", kind, KINDS[kind], limits=SMALL, workspace="eaten")
        if "escaped" in text:
            found.append(text.strip())
        elif end.signal == 9 and is_told and not end.hits & HIT_MEMORY:
            found.append(f"{kind}: killed, and nobody says why: {end}")
        elif end.signal not in (0, 9):
            found.append(f"{kind}: {end}")
    return found


@case("SBX-01", "forks and makes threads without end", "the limit holds, and is told",
      root="process-limit", plain="process-limit", user="process-limit")
def crowds(arena):
    found = []
    for way in "forks", "threads":
        through = arena.escapes("crowd", way, 120, limits=CROWD, workspace="crowd")
        end, _ = arena.run("crowd", way, 120, limits=CROWD, workspace="crowd")
        found += through
        if arena.has_groups and not through and not end.hits & HIT_PROCESSES:
            found.append(f"{way}: the limit was hit, and nobody says so")
    return found


@case("SBX-01, sh", "a fork bomb of thirteen characters", "it is killed, and the host is free",
      root="", plain="", user="")
def bomb(arena):
    run = arena.start("bomb.sh", limits=CROWD, workspace="crowd")
    # It says so when it cannot fork any more.
    grown = "fork" in run.line()
    run.kill()
    end = run.wait(5)
    run.close()
    if not grown or arena.has_groups and not end.hits & HIT_PROCESSES:
        return [f"it did not reach its limit: {end}"]
    began = time.monotonic()
    arena.run("true")
    took = time.monotonic() - began
    return [f"the next one takes {took:.2f} s"] if took > 1 else []


@case("SBX-02", "heap, shared memory, memfd, /tmp, /dev/shm, pipes and sockets beyond its limit",
      "it alone is killed, and its end says so", root="memory-limit")
def memory(arena):
    return eaten(arena, KINDS)


@case("SBX-02, heap", "heap beyond its limit where there are no control groups", "it gets no more",
      plain="memory-limit", user="memory-limit", none="memory-limit")
def heap(arena):
    return eaten(arena, ["heap"])


@case("SBX-02, files", "files in memory beyond its limit where there are no control groups",
      "it gets no more", plain="memory-limit", user="memory-limit")
def files_in_memory(arena):
    return [text.strip() for kind in ("tmp", "shm")
            if "escaped" in (text := arena.run("eater", kind, KINDS[kind], limits=SMALL)[1])]


@case("SBX-04", "fills /tmp with files that are empty", "it gets no more after 65536",
      root="root", user="root")
def inodes(arena):
    return arena.escapes("inodes.py")


@case("SBX-04, disk", "writes a file beyond its limit", "it is stopped there",
      root="rlimits", plain="rlimits", user="rlimits", none="rlimits")
def file_size(arena):
    limits = Limits(file_bytes=MEGABYTE)
    arena.run("sh", "-c", "head -c 3000000 /dev/zero > big", limits=limits, workspace="big")
    size = (arena.jail.state / "big" / "big").stat().st_size
    return [f"{size} bytes"] if size > MEGABYTE else []


@case("SBX-05", "writes without end to both streams, which nobody reads", "it waits, and is killed",
      root="group-kill tree-kill", user="group-kill tree-kill", none="group-kill tree-kill")
def flood(arena):
    run = arena.start("flood.js")
    run.line()
    run.kill()
    try:
        run.wait(0.5)
        return []
    except TimeoutError:
        run.wait()
        return ["it writes on"]
    finally:
        run.close()


@case("SBX-29", "crashes as a big process, having asked for a core", "no core is anywhere",
      root="rlimits filter", plain="rlimits filter", user="rlimits filter", none="rlimits")
def core(arena):
    end, _ = arena.run("crash.py", workspace="core")
    found = list((arena.jail.state / "core").iterdir())
    told = [] if end.signal == 11 else [f"not told: {end}"]
    return told + [f"a core: {path.name}" for path in found]


@case("SBX-29, piped", "asks for no core at all, of which the kernel still pipes one away",
      "the limit stays at that of which none is made", root="filter", user="filter")
def piped_core(arena):
    return arena.escapes("no_core.py")


@case("SBX-02, huge", "takes huge pages, which its limit does not count", "there are none for it",
      root="filter", user="filter")
def huge_pages(arena):
    return arena.escapes("kernel", "pages")


@case("SBX-35", "uses every processor", "it gets the fifth of one that it may have",
      root="cpu-limit")
def burning(arena):
    end, _ = arena.run("burner", "threads", 4, 1, limits=Limits(cpu_percent=20))
    allowed = end.wall / 1e6 * 0.2 * 1.05 + 0.05
    return [f"{end.cpu_seconds:.2f} s of {allowed:.2f} s"] if end.cpu_seconds > allowed else []


@case("SBX-37", "uses more time than it may", "it is killed when it has",
      root="cpu-limit", plain="cpu-limit", user="cpu-limit", none="cpu-limit")
def time_bomb(arena):
    end, _ = arena.run("burner", "children", 1, 2600000, limits=Limits(cpu_milliseconds=500))
    # Without groups the kernel looks at a single process, here the child, at each whole second.
    allowed = 0.8 if arena.has_groups else 2.3
    told = not arena.has_groups or end.signal == 9 and end.hits & HIT_CPU
    return [] if end.cpu_seconds < allowed and told else [f"late, or not told: {end}"]


@case("SBX-36", "uses the disk faster than it may", "it waits for its turn",
      **{level: "disk-limit" for level in ON_DISK})
def disk_rate(arena):
    # So little that no disk is as slow by itself. Half a second's worth may be had in advance.
    limits = Limits(io_bytes_per_second=MEGABYTE)
    found = []
    # A file by itself each: what is written late is of who wrote to the file first.
    for words in (("if=/dev/zero", "of=big", "oflag=direct"),
                  ("if=/dev/zero", "of=another", "conv=fsync"),
                  ("if=big", "of=/dev/null", "iflag=direct")):
        end, text = arena.run("dd", *words, "bs=256k", "count=8", limits=limits, workspace="disk")
        if end.wall < 1_500_000 or end.code:
            found.append(f"{words}: {end.wall} us {text}")
    return found


@case("SBX-36, killed", "is killed while it waits for the disk", "it need not have had its turn",
      **{level: "" for level in ON_DISK})
def waiting_for_disk(arena):
    run = arena.start("sh", "-c", "echo up; dd if=/dev/zero of=big bs=4M count=8 oflag=direct",
                      limits=Limits(io_bytes_per_second=1 << 16), workspace="disk")
    run.line()
    run.kill()
    # All of it takes eight minutes.
    end = run.wait(5 * arena.stage.slowness)
    run.close()
    return [] if end.signal == 9 else [f"{end}"]
