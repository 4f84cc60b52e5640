"""Attacks on the kernel, and on what only it may do."""

import keys
from case import case
from oracles import SLOTS
from stage import FIRST_USER

# Who is not root has none after execve, whatever we take from him.
PRIVILEGES = "filter capabilities user"


@case("SBX-13", "changes what is mounted, by old calls and by new ones", "each call is refused",
      root=PRIVILEGES, user="")
def mounts(arena):
    return arena.escapes("mounts")


@case("WS-19", "mounts over the workspace, so that it cannot be removed", "it is removed",
      root=PRIVILEGES, user="")
def mounts_in_workspace(arena):
    through = arena.escapes("mounts", workspace="mounted")
    (arena.jail.state / "mounted" / "mountpoint").rmdir()
    (arena.jail.state / "mounted").rmdir()
    return [line for line in through if line.endswith(("tmpfs", "here", "move_mount"))]


@case("SBX-14", "makes namespaces, in which it would be root", "each flag of each call is refused",
      root="filter", user="filter")
def namespaces(arena):
    return arena.escapes("namespaces")


@case("SBX-16", "takes keys from the kernel's rings, and leaves some", "each call is refused",
      root="filter", user="filter")
def takes_keys(arena):
    through = arena.escapes("kernel", "keys")
    for user in keys.owners(FIRST_USER, SLOTS):
        keys.forget(user)
    return through


@case("SBX-17", "bpf, perf, userfaultfd, io_uring, ptrace", "each call is refused",
      root="filter", user="filter")
def engines(arena):
    return arena.escapes("kernel", "engines")


@case("MET-04", "has threads of the kernel work for it", "io_uring is refused",
      root="filter", user="filter")
def kernel_threads(arena):
    return [line for line in arena.escapes("kernel", "engines") if "io_uring" in line]


@case("SBX-19", "sockets that are neither TCP, UDP nor of this machine", "each family is refused",
      root="filter", user="filter")
def sockets(arena):
    return arena.escapes("kernel", "sockets")


@case("SBX-26", "calls by the numbers of 32 bits and of x32", "it is killed for it",
      root="filter", user="filter")
def foreign_calls(arena):
    return arena.escapes("foreign")


@case("SBX-28", "asks for more of the processor, the disk and mercy than others", "it gets none",
      root=PRIVILEGES + " root", user="")
def greed(arena):
    return arena.escapes("greed")


@case("SBX-25", "gains by a set-user-id program of root's", "it stays who it is",
      root="no-new-privileges filter scope root")
def set_user_id(arena):
    return arena.escapes("rank-of-root")


@case("SBX-23", "opens memory, disks and the log of the kernel, or makes such devices",
      "they are not there, and none is made",
      root=PRIVILEGES + " root", user="root")
def devices(arena):
    return arena.escapes("devices.py")
