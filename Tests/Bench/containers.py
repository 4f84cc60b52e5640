"""Others that wall a program in, each made from this machine's own files: what it takes to have
one run /bin/true, as words to start."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tarfile
import tempfile
import threading
import time

PROGRAM = "/bin/true"
NOBODY = 65534
MEMORY_BYTES, PROCESSES = 512 << 20, 64
NAME = f"orien-bench-{os.getpid()}"
CGROUPS = pathlib.Path("/sys/fs/cgroup")


def bubblewrap():
    """With the walls that it has: it has no limits."""
    shown = [word for folder in ("/usr", "/etc") for word in ("--ro-bind", folder, folder)]
    links = [word for name in ("bin", "lib", "lib64", "sbin") if os.path.islink(f"/{name}")
             for word in ("--symlink", f"usr/{name}", f"/{name}")]
    return ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", *shown,
            *links, "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/workspace",
            "--chdir", "/workspace", "--uid", str(NOBODY), "--gid", str(NOBODY), "--cap-drop",
            "ALL", PROGRAM]


def make_root(folder):
    """What the program needs to run, and no more."""
    listed = subprocess.run(["ldd", PROGRAM], capture_output=True, text=True, check=True).stdout
    for path in [PROGRAM, *re.findall(r"(/\S+) \(0x", listed)]:
        copy = folder / path.lstrip("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    for name in ("proc", "dev", "sys", "tmp"):
        (folder / name).mkdir()


class Runc:
    """A bundle that runc runs, with limits like the jail's; it removes the container itself."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-bench-"))
        try:
            make_root(self.home / "rootfs")
            subprocess.run(["runc", "spec"], cwd=self.home, check=True)
            spec = json.loads((self.home / "config.json").read_text())
            spec["process"] |= {"terminal": False, "args": [PROGRAM],
                                "user": {"uid": NOBODY, "gid": NOBODY}, "capabilities": {}}
            spec["linux"]["cgroupsPath"] = f"/{NAME}"
            spec["linux"]["resources"] |= {"memory": {"limit": MEMORY_BYTES},
                                           "pids": {"limit": PROCESSES}}
            (self.home / "config.json").write_text(json.dumps(spec))
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return ["runc", "--root", str(self.home / "run"), "run", "--bundle", str(self.home), NAME]

    def __exit__(self, *_):
        self.close()

    def close(self):
        shutil.rmtree(self.home)


class Docker:
    """A daemon with folders and a socket of its own, that touches no network and pulls nothing."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-bench-"))
        self.socket = f"unix://{self.home}/docker.sock"
        self.daemon = None
        try:
            self.start()
            self.load_image()
        except BaseException:
            self.close()
            raise

    def start(self):
        config = self.home / "daemon.json"
        config.write_text("{}")
        self.daemon = subprocess.Popen(
            ["dockerd", "--config-file", config, "--data-root", self.home / "data", "--exec-root",
             self.home / "exec", "--pidfile", self.home / "pid", "--host", self.socket,
             "--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-forward=false",
             "--ip-masq=false", "--userland-proxy=false", "--cgroup-parent", f"/{NAME}",
             "--exec-opt", "native.cgroupdriver=cgroupfs"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=(self.home / "log").open("wb"))
        pause, patience = threading.Event(), time.monotonic() + 60
        while subprocess.run(self.words("version"), capture_output=True).returncode != 0:
            if self.daemon.poll() is not None or time.monotonic() > patience:
                raise RuntimeError("dockerd does not answer:\n"
                                   + (self.home / "log").read_text()[-2000:])
            pause.wait(0.1)

    def words(self, *words):
        return ["docker", "--config", str(self.home), "--host", self.socket, *words]

    def load_image(self):
        make_root(self.home / "root")
        with tarfile.open(self.home / "image.tar", "w") as image:
            image.add(self.home / "root", "/")
        subprocess.run(self.words("import", str(self.home / "image.tar"), "true"), check=True,
                       stdout=subprocess.DEVNULL)

    def __enter__(self):
        return self.words(
            "run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL", "--user",
            f"{NOBODY}:{NOBODY}", "--security-opt", "no-new-privileges", "--memory",
            str(MEMORY_BYTES), "--pids-limit", str(PROCESSES), "true", PROGRAM)

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.daemon:
            self.daemon.terminate()
            self.daemon.wait(60)
        # Where the daemon keeps the network that is none.
        network = self.home / "exec/netns/default"
        if str(network) in pathlib.Path("/proc/self/mounts").read_text():
            subprocess.run(["umount", network], check=True)
        # In each hierarchy, at its top: below it others make and remove theirs meanwhile.
        for group in [CGROUPS / NAME, *CGROUPS.glob(f"*/{NAME}")]:
            with contextlib.suppress(FileNotFoundError):
                group.rmdir()
        shutil.rmtree(self.home)
