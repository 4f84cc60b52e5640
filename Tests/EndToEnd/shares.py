"""How the modules of the suite are dealt out to what runs side by side."""

# What holds answers to a time of their own, or loads all of the machine.
ALONE = {"test_attack_connections", "test_stress"}
# What emulates machines, each of which wants a processor: never two of these at once.
EMULATING = {"test_machine_matrix", "test_multipass_machine", "test_qemu", "test_qemu_node",
             "test_qemu_reach"}
# About what the longer ones take; the suite says at its end what each has taken.
SECONDS = {
    "test_adverts": 40, "test_command_line": 20, "test_docker": 20, "test_docker_commands": 20,
    "test_docker_engine": 40, "test_docker_limits": 40, "test_docker_warm": 60,
    "test_doctor": 25, "test_lasting": 40, "test_machine_matrix": 60, "test_multipass": 20,
    "test_multipass_machine": 90, "test_multipass_rented": 20, "test_multipass_trouble": 30,
    "test_operating": 30, "test_plugins": 50, "test_podman": 40, "test_portcheck": 30,
    "test_qemu": 120, "test_qemu_node": 60, "test_qemu_reach": 60, "test_qemu_trouble": 20,
    "test_reach": 20, "test_sandbox": 20, "test_sandbox_docker": 40, "test_vm_cli": 40,
}
OTHERS_SECONDS = 8
SHARES = ("first", "second", "alone")


def of(share, names):
    """Those of the modules that are that share's. The longest are dealt out first, each to whoever
    has less to do, so that one that is new changes little."""
    names = set(names)
    dealt = {"first": list(names & EMULATING), "second": [], "alone": list(names & ALONE)}
    for name in sorted(names - EMULATING - ALONE, key=lambda name: (-seconds(name), name)):
        dealt[min("first", "second", key=lambda one: sum(map(seconds, dealt[one])))].append(name)
    return sorted(dealt[share])


def seconds(name):
    return SECONDS.get(name, OTHERS_SECONDS)
