"""What multipass says: its JSON with the types that it really has, and its refusals."""

import re

FAILED = 2
told_states = ("Running", "Stopped", "Deleted", "Starting", "Restarting", "Delayed Shutdown",
               "Suspending", "Suspended", "Unavailable", "Unknown")
WITH_SYSTEM = ("Running", "Delayed Shutdown")
UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
# What an Ubuntu keeps of it for itself: nobody is told the size that was asked for.
MEMORY_SHARE, DISK_SHARE = 0.968, 0.975


class Trouble(Exception):
    """The daemon says that it cannot be done."""


def absent(name):
    return Trouble(f'instance "{name}" does not exist')


def size(text, what, least):
    """How many bytes a size on a command line is."""
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]+)?)([KMG]?)(?:i?B)?", text)
    value = int(float(found.group(1)) * UNITS[found.group(2)]) if found else 0
    if value < least:
        raise Trouble(f"Invalid arguments supplied\nInvalid {what} size value supplied: {text}.")
    return value


def release(one, releases):
    if one["state"] == "Deleted":
        return "Not Available"
    return f"Ubuntu {releases.get(one['image'], one['image'])}"


def list_row(name, one, releases, has_addresses):
    has_address = has_addresses and one["state"] in WITH_SYSTEM
    return {"ipv4": [one["address"]] if has_address else [], "name": name,
            "release": release(one, releases), "state": one["state"]}


def info_row(one, releases):
    """Of one that does not run nobody knows more than that."""
    runs = one["state"] in WITH_SYSTEM
    disk = {"total": str(int(one["disk"] * DISK_SHARE)), "used": "1731899392"} if runs else {}
    memory = {"total": int(one["memory"] * MEMORY_SHARE), "used": 178257920} if runs else {}
    return {
        "cpu_count": str(one["cpus"]) if runs else "",
        "disks": {"sda1": disk},
        "image_hash": "8d8a3d4c4b2b0d2a9c3f4e5d6c7b8a99aabbccddeeff00112233445566778899",
        "image_release": releases.get(one["image"], one["image"]),
        "ipv4": [one["address"]] if runs else [],
        "load": [0.45, 0.51, 0.15] if runs else [],
        "memory": memory,
        "mounts": {},
        "release": release(one, releases) if runs else "",
        "snapshot_count": "0",
        "state": one["state"],
    }
