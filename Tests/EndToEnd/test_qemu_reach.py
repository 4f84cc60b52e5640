"""What machines by QEMU reach that a node rents out: the public internet and names, and nothing of
the machine that they are on, of its networks or of its cloud; and where their network is open all
of that."""

import unittest

import machines
from backend import manifest_of
from internet import HELLO, LOOPBACK, NAMES, OWN, PORT, PRIVATE, PUBLIC, RESOLVERS, Internet
from qemu_node_case import QemuNodeCase

# As machines know this one, and its name server.
HOST, RESOLVER = "10.0.2.2", "10.0.2.3"
# IPv4 alone, and but what leads out of the machine.
REFUSED = [one for one in [*PRIVATE, *OWN] if ":" not in one] + [HOST]
REACHED = [one for one in PUBLIC if ":" not in one]
# All in one process: every other takes its time where each instruction is emulated.
TRY = f"""port=$1; shift
ask() {{ exec {{way}}<>/dev/$1/$2/$port; }} 2>/dev/null
hear() {{
  word=; read -r -t $2 -N {len(HELLO)} -u $way word
  if [ "$word" = {HELLO.decode()} ]; then echo $1; fi
}}
for address in "$@"; do
  ask tcp $address && hear "tcp $address" 10
done
declare -A asked
for address in "$@"; do
  ask udp $address && asked[$address]=$way && echo x >&$way
done
for address in "${{!asked[@]}}"; do
  way=${{asked[$address]}}; hear "udp $address" 2
done"""


class ReachCase(QemuNodeCase):
    config = {}

    def setUp(self):
        self.enterContext(Internet())
        super().setUp()
        self.port = self.make("first")

    def manifest(self):
        return manifest_of("qemu-vm") | {"config": self.config}

    def heard(self, addresses, port=PORT):
        """Those that answer the machine, by TCP and by UDP."""
        done = machines.ssh(self.key, "127.0.0.1", self.port,
                            f"bash -c '{TRY}' - {port} {' '.join(addresses)}", 300)
        self.assertEqual(done.returncode, 0, done)
        lines = done.stdout.splitlines()
        return {way: {line.split()[1] for line in lines if line.startswith(way)}
                for way in ("tcp", "udp")}


class Public(ReachCase):
    def test_a_machine_reaches_the_internet_and_names_and_nothing_else(self):
        self.assertEqual(self.heard(REACHED + REFUSED),
                         {"tcp": set(REACHED), "udp": set(REACHED)})
        # Its name server is this machine's, which it reaches by that name alone.
        self.assertEqual(RESOLVERS[0], LOOPBACK[1])
        names = [RESOLVER, RESOLVERS[1], HOST, "192.168.1.1", "169.254.169.254"]
        self.assertEqual(self.heard(names, NAMES),
                         {"tcp": {RESOLVER, RESOLVERS[1]}, "udp": {RESOLVER, RESOLVERS[1]}})
        self.assertEqual(self.vm("POST", "/first/stop").status, 200)
        self.assertEqual(self.vm("POST", "/first/start").status, 200)
        self.assertEqual(self.heard([REACHED[0], HOST, PRIVATE[0]])["tcp"], {REACHED[0]})


class Open(ReachCase):
    """Without what holds it: else the test above would prove nothing."""

    config = {"network": "open"}

    def manifest(self):
        manifest = super().manifest()
        for form in manifest["grants"]["programs"][0]["arguments"]:
            form[:] = [word.replace("restrict=on", "restrict=off") for word in form]
        return manifest

    def test_a_machine_whose_network_is_open_reaches_all_that_this_one_does(self):
        everything = set(REACHED + REFUSED)
        self.assertEqual(self.heard(sorted(everything)), {"tcp": everything, "udp": everything})


if __name__ == "__main__":
    unittest.main()
