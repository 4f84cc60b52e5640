"""The servers that are weighed against one another, each started fresh on a free loopback port."""

import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Rigs"))

from node import BINARIES, ROOT, descendants  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """A process and all below it. `start_seconds` is from its start to its first connection."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-bench-"))
        self.process = None
        self.start()
        self.stop()
        self.start()

    def start(self):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        began = time.monotonic()
        try:
            self.process = subprocess.Popen(
                self.command(), cwd=HERE, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=(self.home / "log").open("wb"), env=os.environ | self.environment())
            self.wait_for_connection(began)
        except BaseException:
            self.close()
            raise
        self.start_seconds = time.monotonic() - began

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def stop(self):
        if not self.process:
            return
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def environment(self):
        return {}

    def wait_for_connection(self, began):
        pause = threading.Event()
        while time.monotonic() < began + 30:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            if self.process.poll() is not None:
                break
            # Looking without a pause would take the core that the server starts on.
            pause.wait(0.0005)
        raise RuntimeError(f"{type(self).__name__} does not listen:\n"
                           + (self.home / "log").read_text()[-2000:])

    def tree(self):
        return [self.process.pid, *descendants(self.process.pid)]

    def cpu_seconds(self):
        """User and system time of all its processes, also of those that have been reaped."""
        total = 0
        for pid in self.tree():
            try:
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            total += sum(map(int, stat[11:15]))
        return total / TICKS

    def proportional_bytes(self):
        total = 0
        for pid in self.tree():
            rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += int(re.search(r"^Pss:\s+(\d+)", rollup, re.M).group(1))
        return total * 1024


class Orien(Server):
    name = "orien"

    def command(self):
        return [BINARIES / "orien", "serve", "--listen", f"127.0.0.1:{self.port}",
                "--state", self.home / "state", "--tools", ROOT / "tools.d"]

    def environment(self):
        # The load generator asks without end, and a full queue would have it refused.
        queue = {"QUEUE_LENGTH": "1000000", "QUEUE_LENGTH_PER_OWNER": "1000000"}
        return {"LOG_LEVEL": "error", "RATE_LIMIT_PER_MINUTE": "none"} | queue


class Peer(Server):
    name = "fastapi"

    def command(self):
        return [ROOT / ".venv/bin/python", "-m", "uvicorn", "peer:app", "--port", str(self.port),
                "--loop", "uvloop", "--http", "httptools", "--no-access-log",
                "--log-level", "error"]


class Nginx(Server):
    name = "nginx"

    def __init__(self, body):
        self.body = body
        super().__init__()

    def command(self):
        (self.home / "tools").write_bytes(self.body)
        (self.home / "nginx.conf").write_text(f"""
daemon off; pid {self.home}/pid; worker_processes 1; error_log stderr error;
{"user root;" if os.getuid() == 0 else ""}
events {{ worker_connections 2048; }}
http {{
  access_log off; keepalive_requests 1000000000; sendfile off;
  open_file_cache max=16; default_type application/json;
  client_body_temp_path {self.home}/body; proxy_temp_path {self.home}/proxy;
  fastcgi_temp_path {self.home}/fastcgi; uwsgi_temp_path {self.home}/uwsgi;
  scgi_temp_path {self.home}/scgi;
  server {{ listen 127.0.0.1:{self.port} backlog=1024; root {self.home}; }}
}}
""")
        return ["nginx", "-c", self.home / "nginx.conf", "-e", "stderr"]
