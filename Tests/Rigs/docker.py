"""A container engine of a test's own: dockerd with folders, a socket and control groups that are
nobody else's, that touches no network and pulls nothing. Its images are made from this machine's
own files, and kept by their recipe."""

import contextlib
import hashlib
import http.client
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import urllib.parse

from node import ROOT, until

CACHE = ROOT / ".build" / "rigs"
CGROUPS = pathlib.Path("/sys/fs/cgroup")
PATIENCE_SECONDS = 30
SANDBOX, SMALL, WITH_VOLUME = "orien-sandbox:latest", "small:1", "with-volume:1"
# What the sandbox image has, beside what these need; Python's own library is a folder.
PROGRAMS = ("/usr/bin/python3", "/usr/bin/node", "/usr/bin/bash")
APPLETS = ("sh", "cat", "echo", "ls", "sleep", "id", "mount", "dd", "env", "touch", "rm", "mkdir",
           "ln", "yes", "head", "chroot", "wget", "ping", "kill", "true", "ps", "mknod", "stat",
           "sort", "awk")
# gVisor as this machine's kernel has it run.
RUNSC = {"runsc": {"path": "/usr/bin/runsc",
                   "runtimeArgs": ["--platform=ptrace", "--network=none"]}}


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("engine", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Engine:
    """Owns the daemon and all that is its own; `kill`, `halt` and `start` at will."""

    def __init__(self, runtimes=None):
        self.runtimes = runtimes or {}
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-engine-"))
        # Below a folder in which a jail may be shown one.
        self.run = pathlib.Path(tempfile.mkdtemp(prefix="orien-engine-", dir="/run"))
        self.socket = self.run / "engine.sock"
        self.group = f"orien-rig-{self.home.name[-8:]}"
        self.daemon = None
        try:
            self.start()
            self.load_images()
        except BaseException:
            self.close()
            raise

    @property
    def host(self):
        return f"unix://{self.socket}"

    # The daemon

    def start(self):
        (self.home / "daemon.json").write_text(json.dumps({"runtimes": self.runtimes}))
        # One that was killed has left it, and another of that number may be anybody.
        for name in ("pid", "exec/containerd/containerd.pid"):
            (self.home / name).unlink(missing_ok=True)
        self.daemon = subprocess.Popen(
            # In a network of its own, in which there is nothing: it asks nobody for an image.
            ["unshare", "--net", "dockerd", "--config-file", self.home / "daemon.json",
             "--data-root", self.home / "data", "--exec-root", self.home / "exec", "--pidfile",
             self.home / "pid", "--host", self.host, "--bridge=none", "--iptables=false",
             "--ip6tables=false", "--ip-forward=false", "--ip-masq=false",
             "--userland-proxy=false", "--cgroup-parent", f"/{self.group}", "--exec-opt",
             "native.cgroupdriver=cgroupfs"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.home / "log").open("ab"))
        until(self.answers, PATIENCE_SECONDS, lambda: "dockerd does not answer:\n"
              + (self.home / "log").read_text()[-2000:])

    def answers(self):
        if self.daemon.poll() is not None:
            raise AssertionError("dockerd ended:\n" + (self.home / "log").read_text()[-2000:])
        with contextlib.suppress(OSError):
            return self.ask("GET", "/_ping", timeout=2)[0] == 200

    def signal(self, number):
        os.kill(self.daemon.pid, number)

    def kill(self):
        self.daemon.kill()
        self.daemon.wait()

    def halt(self):
        self.daemon.terminate()
        self.daemon.wait(PATIENCE_SECONDS)

    def close(self):
        if self.daemon:
            with contextlib.suppress(ProcessLookupError):
                self.signal(signal.SIGCONT)
            if self.daemon.poll() is not None:
                self.start()
            try:
                for container in self.containers():
                    self.ask("DELETE", f"/containers/{container['Id']}?force=1&v=1")
            finally:
                self.halt()
        self.end_holders()
        # Its network that is none; and its own folder, where it was killed. The last mount first.
        mounts = pathlib.Path("/proc/self/mounts").read_text().splitlines()
        for place in reversed([line.split()[1] for line in mounts]):
            if place.startswith(f"{self.home}/"):
                subprocess.run(["umount", place], check=True)
        # In each hierarchy, at its top: below it others make and remove theirs meanwhile.
        for group in [CGROUPS / self.group, *CGROUPS.glob(f"*/{self.group}")]:
            with contextlib.suppress(OSError):
                group.rmdir()
        shutil.rmtree(self.home, ignore_errors=True)
        shutil.rmtree(self.run, ignore_errors=True)

    def end_holders(self):
        """Who held a container whose end a daemon missed that was killed holds on for ever."""
        for entry in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
            # Processes end while they are looked at.
            with contextlib.suppress(OSError):
                if f"{self.home}/exec/".encode() in entry.read_bytes():
                    os.kill(int(entry.parent.name), signal.SIGKILL)

    # Asking it

    def ask(self, method, path, body=None, timeout=PATIENCE_SECONDS, kind="application/json"):
        """Status, and the answer where it is JSON."""
        sent = json.dumps(body).encode() if isinstance(body, dict) else body
        connection = UnixConnection(self.socket, timeout)
        with contextlib.closing(connection):
            connection.request(method, path, sent, {"Content-Type": kind} if sent else {})
            answer = connection.getresponse()
            text = answer.read()
        with contextlib.suppress(ValueError):
            return answer.status, json.loads(text)
        return answer.status, text

    def containers(self, label=None):
        filters = urllib.parse.quote(json.dumps({"label": [label]} if label else {}))
        status, listed = self.ask("GET", f"/containers/json?all=1&filters={filters}")
        assert status == 200, listed
        return listed

    def inspect(self, container):
        return self.ask("GET", f"/containers/{container}/json")[1]

    def digest(self, image):
        return self.ask("GET", f"/images/{image}/json")[1]["Id"]

    def run_stranger(self):
        """A container that is no node's, and runs on; its id."""
        status, made = self.ask("POST", "/containers/create", {
            "Image": SMALL, "Cmd": ["sleep", "3600"], "HostConfig": {"NetworkMode": "none"}})
        assert status == 201, made
        assert self.ask("POST", f"/containers/{made['Id']}/start")[0] == 204
        return made["Id"]

    # Its images

    def load_images(self):
        self.load(SANDBOX, sandbox_archive())
        self.load(SMALL, small_archive())
        self.load(WITH_VOLUME, small_archive(), "&changes=" + urllib.parse.quote("VOLUME /data"))

    def load(self, image, archive, options=""):
        repository, tag = image.split(":")
        status, said = self.ask(
            "POST", f"/images/create?fromSrc=-&repo={repository}&tag={tag}{options}",
            archive.read_bytes(), timeout=120, kind="application/x-tar")
        assert status == 200 and b"error" not in bytes(str(said), "utf8"), said


def tools_with(host, folder, **manifest):
    """A folder of tools like the built one, with docker-run at that engine; its path."""
    for file in (ROOT / "tools.d").glob("*.*"):
        shutil.copy(file, folder)
    own = pathlib.Path(folder) / "docker-run.json"
    told = json.loads(own.read_text()) | manifest
    told["grants"] = {"sockets": [host.removeprefix("unix://")]}
    told["config"] = {"host": host, "images": [SMALL, WITH_VOLUME]} | told["config"]
    own.write_text(json.dumps(told))
    return folder


def cached(name, recipe, make):
    """The file that `make` fills, unless there is one of that recipe."""
    made = CACHE / f"{name}-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}.tar"
    if not made.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        fresh = pathlib.Path(tempfile.mkstemp(dir=CACHE)[1])
        with tarfile.open(fresh, "w") as archive:
            make(archive)
        fresh.rename(made)
    return made


def version_of(*paths):
    return "".join(f"{path} {os.stat(path).st_mtime_ns} {os.stat(path).st_size}\n"
                   for path in paths)


def add_small(archive):
    for name in ("bin", "setuid", "tmp", "workspace", "proc", "dev", "sys", "etc"):
        entry = tarfile.TarInfo(name)
        entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name == "tmp" else 0o755
        archive.addfile(entry)
    archive.add(shutil.which("busybox"), "bin/busybox")
    for name in APPLETS:
        entry = tarfile.TarInfo(f"bin/{name}")
        entry.type, entry.linkname = tarfile.SYMTYPE, "busybox"
        archive.addfile(entry)
    # A way up that no container may take.
    shell = tarfile.TarInfo("setuid/busybox")
    content = pathlib.Path(shutil.which("busybox")).read_bytes()
    shell.size, shell.mode = len(content), 0o4755
    archive.addfile(shell, io.BytesIO(content))


def recipe_of(*programs):
    """What an archive is made of, this file's own part in it too."""
    return version_of(*map(os.path.realpath, programs)) + pathlib.Path(__file__).read_text()


def small_archive():
    return cached("small", recipe_of(shutil.which("busybox")), add_small)


def libraries(path):
    said = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
    return re.findall(r"(/\S+) \(0x", said)


def add_sandbox(archive):
    add_small(archive)
    library = pathlib.Path(os.path.realpath(PROGRAMS[0])).name
    modules = pathlib.Path("/usr/lib") / library / "lib-dynload"
    wanted = {path for program in (*PROGRAMS, *modules.glob("*.so")) for path in libraries(program)}
    for path in sorted(wanted):
        archive.add(os.path.realpath(path), path.lstrip("/"))
    for program in PROGRAMS:
        archive.add(os.path.realpath(program), program.lstrip("/"))
    archive.add(f"/usr/lib/{library}", f"usr/lib/{library}", filter=lambda entry:
                None if re.search(r"__pycache__|/test/|/config-|dist-packages", entry.name)
                else entry)


def sandbox_archive():
    return cached("sandbox", recipe_of(shutil.which("busybox"), *PROGRAMS), add_sandbox)
