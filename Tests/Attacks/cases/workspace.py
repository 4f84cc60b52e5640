"""Attacks on workspaces, by a program that has one."""

import os
import stat

from case import case


@case("WS-08", "climbs out by descriptors that a careless node has left open", "it has three",
      root="descriptors", plain="descriptors", user="descriptors", none="descriptors")
def descriptors(arena):
    return arena.escapes("descriptors.py")


@case("WS-25", "reads the workspace of another session, whose path it knows", "it is not there",
      root="root user", user="root")
def others(arena):
    secret = arena.jail.workspace("secret") / "secret"
    secret.write_text("theirs")
    os.chown(secret, arena.jail.user, arena.jail.user)
    return arena.escapes("others.py", secret.parent)


@case("WS-26", "sets bits and attributes on its files that outlive it", "none is set",
      root="filter", user="filter")
def attributes(arena):
    folder = arena.jail.workspace("attributes")
    arena.escapes("attributes.py", workspace="attributes")
    found = []
    for path in sorted(folder.iterdir()):
        status = path.lstat()
        if status.st_uid != arena.jail.user:
            found.append(f"{path.name} belongs to {status.st_uid}")
        if stat.S_IMODE(status.st_mode) & 0o6000 and not path.is_dir():
            found.append(f"{path.name} has mode {status.st_mode:o}")
        found += [f"{path.name} has {name}" for name in os.listxattr(path, follow_symlinks=False)]
        if not (stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode)):
            found.append(f"{path.name} is no file")
    return found


@case("WS-26, again", "leaves files for whoever has the same user next", "there are none to read",
      root="root", user="root")
def residue(arena):
    """The workspace is another then, and nothing else that it wrote to is left."""
    arena.run("sh", "-c", "echo theirs > /dev/shm/residue; echo theirs > residue", workspace="one")
    _, text = arena.run("sh", "-c", "cat /dev/shm/residue residue 2>/dev/null; true",
                        workspace="two")
    return text.split()


@case("WS, lease", "leases its file, so that nobody else can open it", "there are no leases",
      root="filter", user="filter")
def leases(arena):
    return arena.escapes("leases.py")
