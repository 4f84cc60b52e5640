"""An nginx of a test's own with its stream module, below /srv, where nobody but root changes what
runs; and the manifest by which nginx-proxy has it."""

import json
import pathlib
import shutil
import socket
import subprocess
import tempfile

from node import BINARIES, ROOT, until
from ports import free_port

BARE = """
load_module /usr/lib/nginx/modules/ngx_stream_module.so;
user root; worker_processes 1; pid {home}/nginx.pid; error_log {home}/error.log;
events {{ worker_connections 128; }}
"""
STREAM = "stream {{ include {home}/conf/*.conf; }}\n"


def library(name):
    """A plugin as the build left it."""
    for folder in (BINARIES, ROOT / ".build" / "release"):
        if (folder / f"lib{name}.so").exists():
            return folder / f"lib{name}.so"
    raise AssertionError(f"the build left no lib{name}.so")


def put(folder, name, manifest):
    shutil.copy(library(name), folder / f"{name}.so")
    (folder / f"{name}.so").chmod(0o755)
    (folder / f"{name}.json").write_text(json.dumps(manifest))


class Nginx:
    def __init__(self, configuration=BARE + STREAM):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-nginx-", dir="/srv"))
        self.home.chmod(0o755)
        for name in ("conf", "log"):
            (self.home / name).mkdir()
        self.file = self.home / "nginx.conf"
        self.file.write_text(configuration.format(home=self.home))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["/usr/sbin/nginx", "-c", self.file, "-e", self.home / "error.log",
             "-g", "daemon off;"])
        until((self.home / "nginx.pid").exists, 20, "nginx does not start")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)
        self.process = None

    def close(self):
        self.stop()
        shutil.rmtree(self.home)

    def tools(self, folder):
        """A new folder of tools that has nginx-proxy alone, in a worker."""
        folder.mkdir(mode=0o755)
        self.put_plugin(folder)
        return folder

    def put_plugin(self, folder):
        """nginx-proxy, granted what it needs of this nginx."""
        manifest = json.loads((ROOT / "tools.d" / "nginx-proxy.json").read_text())
        named = ["-c", str(self.file).replace(".", "\\.")]
        for program in manifest["grants"]["programs"]:
            if program["program"] == "nginx":
                program["arguments"] = [
                    words if words == ["-v"] else named + words for words in program["arguments"]]
            if program["program"] == "cat":
                program["arguments"] = [[f"{self.home}/nginx\\.pid"]]
        shown, logs = manifest["grants"]["folders"]
        shown["path"] = str(self.home / "conf")
        logs["path"] = str(self.home / "log")
        manifest["config"] |= {
            "folder": str(self.home / "conf"), "log": str(self.home / "log/traffic.log"),
            "pid": str(self.home / "nginx.pid"), "options": ["-c", str(self.file)]}
        put(folder, "nginx-proxy", manifest)


class Sshd:
    """A real one on loopback, which lets one key in."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-sshd-"))
        self.port = free_port()
        for name in ("host", "mine"):
            subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.home / name],
                           check=True)
        self.key = (self.home / "mine.pub").read_text().strip()
        pathlib.Path("/run/sshd").mkdir(exist_ok=True)
        (self.home / "config").write_text(
            f"Port {self.port}\nListenAddress 127.0.0.1\nHostKey {self.home}/host\n"
            f"PidFile {self.home}/pid\nAuthorizedKeysFile {self.home}/mine.pub\n"
            "PermitRootLogin prohibit-password\nStrictModes no\nUsePAM no\n")
        self.process = subprocess.Popen(
            ["/usr/sbin/sshd", "-D", "-f", self.home / "config", "-E", self.home / "log"])

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0
        until(listens, 20, "sshd does not listen")

    def session(self, port, *command):
        """A client of a port that leads here."""
        return subprocess.Popen(
            ["ssh", "-F", "none", "-i", self.home / "mine", "-p", str(port),
             "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
             "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "root@127.0.0.1", *command],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.home)
