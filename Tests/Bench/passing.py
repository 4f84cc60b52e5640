"""What carrying a connection over a lent port costs: the node's own proxy, nginx's, and none."""

import contextlib
import json
import os
import pathlib
import re
import subprocess
import tempfile

from servers import BINARIES, HERE, Server

SECONDS, STREAMS, CLIENTS = 3, 4, 32

BOUNDS = {
    "portbytes": ("bytes over a lent port against nginx's", "GB/s", ">=", 0.9),
    "portcpu": ("CPU for these against nginx's", "s/GB", "<=", 1.1),
    "portplain": ("bytes over a lent port against no proxy", "GB/s", ">=", None),
    "portconns": ("connections over a lent port against nginx's", "/s", ">=", 0.9),
    "portopen": ("connections over a lent port against no proxy", "/s", ">=", None),
    "portturn": ("the longest turn of the proxy's thread under these against 1 ms", "ms", "<=",
                 None),
}


class Carrier(Server):
    """A proxy before the one target of a round."""

    def __init__(self, target):
        self.target = target
        super().__init__()


class Ports(Carrier):
    name = "orien"

    def command(self):
        return [BINARIES / "bench-ports", str(self.port), str(self.target)]

    def longest_turn(self):
        """In microseconds; it ends with that."""
        self.stop()
        return int(re.search(r"^turn (\d+)$", (self.home / "log").read_text(), re.M).group(1))


class NginxStream(Carrier):
    name = "nginx"

    def command(self):
        (self.home / "nginx.conf").write_text(f"""
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
daemon off; pid {self.home}/pid; worker_processes 1; error_log stderr crit;
{"user root;" if os.getuid() == 0 else ""}
events {{ worker_connections 4096; }}
stream {{
  access_log off;
  server {{
    listen 127.0.0.1:{self.port} backlog=4096;
    proxy_connect_timeout 1s; proxy_timeout 24h; proxy_pass 127.0.0.1:{self.target};
  }}
}}
""")
        return ["nginx", "-c", self.home / "nginx.conf", "-e", "stderr"]


def sent(traffic, what, port, count):
    done = subprocess.run([traffic, what, str(port), str(SECONDS), str(count)],
                          capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def streamed(traffic, server, port):
    """Gigabytes a second, and what a gigabyte costs the server."""
    before = server.cpu_seconds() if server else 0
    told = sent(traffic, "stream", port, STREAMS)
    cpu = server.cpu_seconds() - before if server else 0
    return told["perSecond"] / 1e9, cpu / (told["total"] / 1e9)


def one_round(rows):
    with contextlib.ExitStack() as open_ones:
        folder = pathlib.Path(open_ones.enter_context(tempfile.TemporaryDirectory()))
        traffic = folder / "traffic"
        subprocess.run(["cc", "-O2", "-Wall", "-o", traffic, HERE / "traffic.c"], check=True)
        target = open_ones.enter_context(
            subprocess.Popen([traffic, "serve"], stdout=subprocess.PIPE, text=True))
        open_ones.callback(target.kill)
        port = int(target.stdout.readline())
        ports = open_ones.enter_context(Ports(port))
        nginx = open_ones.enter_context(NginxStream(port))
        ours, our_cpu = streamed(traffic, ports, ports.port)
        theirs, their_cpu = streamed(traffic, nginx, nginx.port)
        plain, _ = streamed(traffic, None, port)
        rows.add("portbytes", ours, theirs)
        rows.add("portcpu", our_cpu, their_cpu)
        rows.add("portplain", ours, plain)
        ours, theirs, plain = (sent(traffic, "connect", each, CLIENTS)["perSecond"]
                               for each in (ports.port, nginx.port, port))
        rows.add("portconns", ours, theirs)
        rows.add("portopen", ours, plain)
        rows.add("portturn", ports.longest_turn() / 1e3, 1)
