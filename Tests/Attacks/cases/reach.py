"""Attacks on others: other machines, services of this one, programs in other jails."""

from case import case
from stage import ADDRESSES, NEIGHBOUR_PORT


@case("SBX-20", "calls the cloud's metadata and the neighbours", "nobody hears of it",
      root="network-namespace", user="network-namespace")
def network(arena):
    found = []
    for program in "reach.py", "reach.js":
        arena.stage.hits()
        found += arena.escapes(program, NEIGHBOUR_PORT, *ADDRESSES)
        if hits := arena.stage.hits():
            found.append(f"{hits} calls were heard")
    return found


@case("SBX-22", "opens sockets of the machine's services", "they are not there",
      root="root", user="root")
def services(arena):
    sockets = "/run/docker.sock", arena.stage.folder / "service.sock"
    return arena.escapes("services.py", *sockets)


@case("SBX-22, names", "opens abstract sockets of the machine's services", "they are not there",
      root="network-namespace scope", user="network-namespace scope",
      unscoped="network-namespace", none="scope")
def names(arena):
    return arena.escapes("services.py", "@orien-attacked")


@case("SBX-22, jails", "opens a socket of a program in another jail", "it is not there",
      root="network-namespace scope", user="network-namespace scope",
      unscoped="network-namespace", none="scope")
def between(arena):
    other = arena.start("services.py", "serve", "@orien-neighbour", workspace="other")
    other.line()
    try:
        return arena.escapes("services.py", "@orien-neighbour")
    finally:
        other.kill()
        other.wait()
        other.close()


@case("SBX-22, squat", "takes a socket's name before another jail does", "that is not disturbed",
      root="network-namespace", user="network-namespace")
def squatting(arena):
    other = arena.start("services.py", "serve", "@listener-2-0", workspace="other")
    other.line()
    try:
        end, text = arena.run("services.py", "seen", "@listener-2-0")
        return [line for line in text.splitlines() if line.startswith("escaped")]
    finally:
        other.kill()
        other.wait()
        other.close()


@case("host name", "reads the machine's name", "it has a name of its own",
      root="host-name", user="host-name")
def host_name(arena):
    import socket
    _, text = arena.run("uname", "-n")
    return ["the machine's name"] if text.strip() == socket.gethostname() else []


@case("control groups", "looks where in the machine's groups it is", "at their root",
      root="group-namespace")
def group_names(arena):
    _, text = arena.run("cat", "/proc/self/cgroup")
    return [line for line in text.splitlines() if arena.jail.name in line]
