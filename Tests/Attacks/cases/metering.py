"""Attacks on the bill: time that nobody would count."""

import pathlib

from case import case
from jail import Limits

METERS = "group-meter usage-meter"
# Where there are no groups.
UNGROUPED = "usage-meter counter"
# Where the kernel lets anybody count what his own processes use; Debian's lets root alone.
PARANOID = pathlib.Path("/proc/sys/kernel/perf_event_paranoid")
COUNTING = ("user", "none") if int(PARANOID.read_text()) <= 2 else ()

TRIES = 10


def worth_billing(arena):
    """Seconds of which none would be missed for a slow machine's sake where nobody counted them."""
    return max(0.3, 0.03 * arena.stage.slowness)


def undisturbed(measure):
    """What it finds while the host of this machine takes none of its processors: the kernel's
    counter, which is asked where there is no group, takes such time for used."""
    for _ in range(TRIES):
        before = stolen()
        found = measure()
        if not found or stolen() == before:
            return found
    return found


def stolen():
    """In hundredths of a second, since the machine started."""
    return int(pathlib.Path("/proc/stat").read_text().split(maxsplit=9)[8])


def apart(arena, what, end, text):
    """How far the bill is from what the program knows of itself: 5 % or 10 ms are no fault."""
    used = sum(float(line.split()[1]) for line in text.splitlines() if line.startswith("used"))
    off = end.cpu_seconds - used
    allowed = max(0.05 * used, 0.010 * arena.stage.slowness)
    return [] if abs(off) <= allowed else [f"{what}: {off:+.4f} s of {used:.4f} s, {end}"]


@case("MET-01", "burns time in one process, and in thousands of short ones", "all is billed",
      root=METERS, plain=UNGROUPED, user=UNGROUPED, none=UNGROUPED)
def children(arena):
    def one():
        return apart(arena, "one process",
                     *arena.run("burner", "threads", 1, worth_billing(arena)))

    def many():
        count = arena.stage.children
        return apart(arena, f"{count} children", *arena.run("burner", "children", count, 200))
    return undisturbed(one) + undisturbed(many)


@case("MET-02", "burns time in a daemon that has left it", "all is billed",
      root=METERS, user=UNGROUPED)
def daemon(arena):
    return undisturbed(
        lambda: apart(arena, "a daemon", *arena.run("burner", "daemon", worth_billing(arena))))


@case("MET-02, killed", "leaves a daemon that burns on", "it ends, and is billed until then",
      root="group-kill tree-kill", user="group-kill tree-kill")
def killed_daemon(arena):
    end, _ = arena.run("burner", "diary", 1, workspace="diary")
    used = float((arena.jail.state / "diary" / "diary").read_text())
    # It burns on for as long as it takes to kill it, and cannot note that any more.
    late = 0.05 * arena.stage.slowness
    if used > 0.99 or not used <= end.cpu_seconds < used + late:
        return [f"{used:.4f} s, {end}"]
    return []


@case("MET-01, unheard", "burns time in children whose end it ignores", "all is billed",
      root="group-meter", plain="counter", **{level: "counter" for level in COUNTING})
def unheard(arena):
    end, _ = arena.run("burner", "unheard", 20, 20000)
    most = 0.4 + 0.2 * arena.stage.slowness
    return [] if 0.36 < end.cpu_seconds < most else [f"{end}"]


@case("MET-08", "runs for a millisecond, often", "the sum is billed, not its rounding",
      root=METERS, user=UNGROUPED)
def short_ones(arena):
    billed = used = 0.0
    for _ in range(40):
        end, text = arena.run("burner", "children", 1, 1000)
        billed += end.cpu_seconds
        used += sum(float(line.split()[1]) for line in text.splitlines() if "used" in line)
        if end.wall <= 0:
            return [f"it took no time: {end}"]
    off = billed - used
    allowed = 0.05 * used + 40 * 0.002 * arena.stage.slowness
    # What the kernel does for its start and end is in the bill, and unknown to the program.
    return [] if -0.01 <= off <= allowed else [f"{off:+.4f} s of {used:.4f} s"]


@case("MET, limit", "hides time from its limit in thousands of short ones", "it is killed",
      root="cpu-limit", plain="cpu-limit", **{level: "cpu-limit" for level in COUNTING})
def hidden_time(arena):
    limits = Limits(cpu_milliseconds=200)
    end, _ = arena.run("burner", "children", 1500, 500, limits=limits)
    return [] if end.signal == 9 and end.cpu_seconds < 0.35 else [f"{end}"]
