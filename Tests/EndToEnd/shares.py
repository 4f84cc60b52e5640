"""How the modules of the suite are dealt out to what runs side by side."""

# What holds answers to a time of their own, or loads all of the machine.
ALONE = {"test_attack_connections", "test_stress"}
# What emulates machines, each of which wants a processor for minutes: never two of these at once.
EMULATING = {"test_machine_matrix", "test_machines_put_by", "test_multipass_machine", "test_qemu",
             "test_qemu_node", "test_qemu_reach"}
# About what the longer ones take; the suite says at its end what each has taken.
SECONDS = {
    "test_adverts": 55, "test_declared": 9, "test_docker": 10, "test_docker_commands": 25,
    "test_docker_engine": 120, "test_docker_limits": 25, "test_docker_many": 35,
    "test_docker_metering": 30, "test_docker_spent": 17, "test_docker_warm": 55,
    "test_doctor": 10, "test_ending": 22, "test_faucet": 75, "test_held_starts": 48,
    "test_interrupting": 12, "test_machine_matrix": 45, "test_machines_put_by": 15,
    "test_multipass_machine": 50, "test_multipass_rented": 15, "test_multipass_trouble": 50,
    "test_paid_machines": 90, "test_paid_proofs": 45, "test_payments_journey": 22,
    "test_plugins": 55, "test_podman": 28, "test_portcheck": 28, "test_prepaid_streams": 20,
    "test_prices": 25, "test_qemu": 85, "test_qemu_node": 35, "test_qemu_reach": 80,
    "test_qemu_trouble": 12, "test_reach": 18, "test_sandbox": 10, "test_sandbox_docker": 45,
    "test_stream_payments": 17, "test_stream_payments_collecting": 17,
    "test_stream_payments_liars": 15,
}
OTHERS_SECONDS = 5
SHARES = ("emulating", "first", "second", "alone")


def of(share, names):
    """Those of the modules that are that share's. The longest are dealt out first, each to whoever
    has less to do, so that one that is new changes little."""
    names = set(names)
    dealt = {"emulating": names & EMULATING, "first": [], "second": [], "alone": names & ALONE}
    for name in sorted(names - EMULATING - ALONE, key=lambda name: (-seconds(name), name)):
        dealt[min("first", "second", key=lambda one: sum(map(seconds, dealt[one])))].append(name)
    return sorted(dealt[share])


def seconds(name):
    return SECONDS.get(name, OTHERS_SECONDS)
