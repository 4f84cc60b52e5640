"""Each limit of a call in a container, hit and named; and what a container is made with."""

import http.server
import json
import pathlib
import shutil
import socketserver
import tempfile
import threading
import unittest

import docker
from case import processor_time
from docker_case import DockerCase
from node import Node, until

# Time is for every other limit to be hit in, whatever else this machine does.
LIMITS = {"wallMilliseconds": 30_000, "memoryBytes": 64 << 20, "processes": 24, "openFiles": 64,
          "cpuPercent": 50, "cpuMilliseconds": 1500, "outputBytes": 100_000,
          "fileBytes": 8 << 20, "ioBytesPerSecond": 64 << 20}


class LimitTests(DockerCase):
    manifest = {"limits": LIMITS, "config": {"tmp_bytes": 1 << 20}}
    environment = {"WORKSPACE_BYTES": str(48 << 20), "WORKSPACE_FILES": "500"}

    def ended(self, record):
        return record["status"], record["reason"]

    def test_memory(self):
        record = self.python_in(self.session(), "held = bytearray(200 << 20)\nprint(len(held))")
        self.assertEqual(self.ended(record), ("failed", "memory"), record)

    def test_an_exit_like_that_of_one_killed_for_memory_is_an_exit(self):
        record = self.sh(self.session(), "exit 137")
        self.assertEqual((*self.ended(record), record["exitCode"]), ("failed", "exit", 137), record)

    def test_wall(self):
        answer = self.ask("POST", "/execute?wait=40", {
            "sessionId": self.session(), "toolId": "docker-run",
            "args": {"command": ["sleep", "600"]}, "limits": {"wallMilliseconds": 4000}})
        self.assertEqual(answer.json["status"], "timeout", answer)

    def test_processor_time(self):
        record = self.sh(self.session(), "while :; do :; done")
        self.assertEqual(self.ended(record), ("failed", "cpu"), record)
        self.assertTrue(1_500_000 <= processor_time(record) < 2_500_000, record["usage"])

    def test_share_of_a_processor(self):
        record = self.python_in(self.session(), """
import threading, time
def burn():
    while time.monotonic() < until: pass
began, until = time.process_time(), time.monotonic() + 2
others = [threading.Thread(target=burn) for _ in range(3)]
for other in others: other.start()
for other in others: other.join()
print(time.process_time() - began)""")
        self.assertLess(float(record["output"]), 1.3, record)

    def test_processes(self):
        record = self.python_in(self.session(), """
import errno, os, time
made = 0
try:
    while made < 1000:
        if os.fork() == 0: time.sleep(30)
        made += 1
except OSError as error: print(made, errno.errorcode[error.errno])""")
        made, why = record["output"].split()
        self.assertEqual(why, "EAGAIN")
        self.assertLess(int(made), LIMITS["processes"])

    def test_output(self):
        record = self.run_in(self.session(), command=["yes"])
        self.assertEqual(self.ended(record), ("failed", "output"), record)
        self.assertEqual(record["outputBytes"], LIMITS["outputBytes"])

    def test_disk(self):
        record = self.python_in(self.session(), """
import errno, os
def fill(folder):
    written, number = 0, 0
    try:
        while written < 100 << 20:
            with open(f'{folder}/f{number}', 'wb', buffering=0) as file:
                for _ in range(7): written += file.write(bytes(1 << 20))
            number += 1
    except OSError as error: print(folder, written >> 20, errno.errorcode[error.errno])
fill('/workspace'); fill('/tmp'); fill('/dev/shm')
try: open('/file', 'w')
except OSError as error: print(errno.errorcode[error.errno])""", readonly=False)
        lines = [line.split() for line in record["output"].splitlines()]
        self.assertEqual([line[-1] for line in lines], ["ENOSPC", "ENOSPC", "ENOSPC", "EROFS"])
        self.assertTrue(35 <= int(lines[0][1]) <= 48, lines)
        self.assertLessEqual(int(lines[1][1]), 1)
        self.assertLessEqual(int(lines[2][1]), 16)

    def test_files_and_their_size(self):
        record = self.python_in(self.session(), """
import errno, os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
held = []
try:
    while True: held.append(open('/dev/null'))
except OSError as error: print(len(held) < 64, errno.errorcode[error.errno])
for one in held: one.close()
try:
    with open('/workspace/big', 'wb') as file: file.write(bytes(9 << 20))
except OSError as error: print(errno.errorcode[error.errno])""", readonly=False)
        self.assertEqual(record["output"].split(), ["True", "EMFILE", "EFBIG"], record)


class RecordingEngine(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Answers what is asked before a container is made, keeps what one is to be made with, and
    makes none."""

    daemon_threads = True

    def __init__(self, path):
        self.made = []
        super().__init__(str(path), self.Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            if "/containers/json" in self.path:
                return self.answer(200, [])
            self.answer(200, {"Id": "sha256:" + "1" * 64, "Config": {"Volumes": None}})

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.made.append((self.path, json.loads(body)))
            self.answer(500, {"message": "none is made"})

        def answer(self, status, body):
            body = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Api-Version", "1.41")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def address_string(self):
            return "node"

        def log_message(self, *_):
            pass


class CreateRequestTests(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder, place = (pathlib.Path(tempfile.mkdtemp(prefix="orien-engine-", dir=above))
                              for above in (None, "/run"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.addCleanup(shutil.rmtree, place)
        self.socket = place / "sock"
        self.engine = RecordingEngine(self.socket)
        self.addCleanup(self.engine.server_close)
        self.addCleanup(self.engine.shutdown)

    def made(self, config, arguments, ahead=0):
        """What a call has a container made with, and its record; once so many others were to be
        made ahead of the next."""
        number = len(self.engine.made)
        tools = self.folder / f"tools-{len(self.engine.made)}"
        tools.mkdir(mode=0o755)
        docker.tools_with(f"unix://{self.socket}", tools, limits=LIMITS, config=config)
        with Node(tools=tools) as node:
            node.upload("s", "main.py", b"")
            record = node.execute("s", "docker-run", arguments, wait=20).json
            self.assertEqual(record["reason"], "engine-failed", record)
            state = node.state
            until(lambda: len(self.engine.made) == number + 1 + ahead, 10, "none is made ahead")
        path, body = self.engine.made[number]
        self.assertEqual(path, f"/v1.41/containers/create?name=orien-{record['executionId']}")
        return body, record["executionId"], state

    def test_one_that_waits_is_made_like_that_of_a_call_but_for_what_it_waits_for(self):
        warm = {"warm": {docker.SANDBOX: 1}}
        cold, execution, state = self.made(warm, {"language": "python", "script": "main.py"}, 1)
        path, waiting = self.engine.made[1]
        place = waiting["Labels"].pop("orien.warm")
        self.assertRegex(place, f"^{state}/workspaces/.images/lent/place-[0-9a-f]{{32}}$")
        self.assertEqual(path, f"/v1.41/containers/create?name=orien-{pathlib.Path(place).name}")
        self.assertEqual(cold["Labels"].pop("orien.execution"), execution)
        host, theirs = waiting.pop("HostConfig"), cold.pop("HostConfig")
        self.assertEqual(host.pop("Mounts"), [
            {"Type": "bind", "Target": "/workspace", "ReadOnly": True, "Source": place,
             "BindOptions": {"Propagation": "rslave"}}])
        del theirs["Mounts"]
        self.assertEqual(host, theirs)
        self.assertEqual(waiting.pop("Entrypoint")[:2], ["sh", "-c"])
        self.assertEqual((waiting.pop("AttachStdin"), waiting.pop("OpenStdin")), (True, True))
        for name in "Entrypoint", "AttachStdin", "OpenStdin":
            del cold[name]
        self.assertEqual(waiting, cold)

    def test_every_field_is_as_it_is_here_and_there_are_no_others(self):
        body, execution, state = self.made(
            {}, {"language": "python", "script": "main.py", "args": ["--privileged"]})
        node = body["Labels"].pop("orien.node")
        self.assertRegex(node, "^[0-9a-f]{20,32}$")
        host = body.pop("HostConfig")
        self.assertEqual(body, {
            "Image": "sha256:" + "1" * 64, "Entrypoint": ["python3", "./main.py", "--privileged"],
            "Cmd": [], "Env": ["HOME=/tmp"], "User": "1899999999:1899999999",
            "WorkingDir": "/workspace", "Hostname": "sandbox", "Domainname": "",
            "AttachStdin": False, "OpenStdin": False, "StdinOnce": True, "AttachStdout": True,
            "AttachStderr": True, "Tty": False, "NetworkDisabled": True,
            "Healthcheck": {"Test": ["NONE"]}, "StopSignal": "SIGKILL",
            "Labels": {"orien.execution": execution}})
        self.assertEqual(host, {
            "NetworkMode": "none", "ReadonlyRootfs": True, "Privileged": False, "CapDrop": ["ALL"],
            "CapAdd": [], "SecurityOpt": ["no-new-privileges"], "Devices": [], "Binds": [],
            "VolumesFrom": [], "Memory": 64 << 20, "MemorySwap": 64 << 20, "OomKillDisable": False,
            "NanoCpus": 500_000_000, "PidsLimit": 24, "ShmSize": 16 << 20, "IpcMode": "private",
            "PidMode": "", "UTSMode": "", "UsernsMode": "", "CgroupnsMode": "private",
            "Runtime": "", "LogConfig": {"Type": "none", "Config": {}}, "AutoRemove": False,
            "RestartPolicy": {"Name": "no"}, "PublishAllPorts": False, "PortBindings": {},
            "Init": False, "Tmpfs": {"/tmp": f"rw,nosuid,nodev,size={64 << 20},mode=1777"},
            "Ulimits": [{"Name": "core", "Soft": 0, "Hard": 0},
                        {"Name": "nofile", "Soft": 64, "Hard": 64},
                        {"Name": "fsize", "Soft": 8 << 20, "Hard": 8 << 20}],
            "Mounts": [{"Type": "bind", "Target": "/workspace", "ReadOnly": True,
                        "Source": f"{state}/workspaces/.images/lent/{execution}",
                        "BindOptions": {"Propagation": "rprivate"}}]})

    def test_a_rate_of_bytes_is_the_disks_that_the_operator_names(self):
        body, *_ = self.made({"io_devices": ["/dev/one", "/dev/two"]}, {"command": ["a"]})
        rates = [{"Path": path, "Rate": 64 << 20} for path in ("/dev/one", "/dev/two")]
        for way in "Read", "Write":
            self.assertEqual(body["HostConfig"][f"BlkioDevice{way}Bps"], rates)

    def test_data_is_the_same_workspace_at_two_places(self):
        body, execution, state = self.made({}, {"command": ["a"], "layout": "data"})
        self.assertEqual(body["WorkingDir"], "/data/output")
        lent = {"Type": "bind", "Source": f"{state}/workspaces/.images/lent/{execution}",
                "BindOptions": {"Propagation": "rprivate"}}
        self.assertEqual(body["HostConfig"]["Mounts"], [
            lent | {"Target": "/data/input", "ReadOnly": True},
            lent | {"Target": "/data/output", "ReadOnly": True}])

    def test_a_caller_chooses_these_fields_and_the_operator_those(self):
        plain, *_ = self.made({}, {"command": ["a"]})
        asked, *_ = self.made(
            {"network": "inner", "runtime": "runsc", "tmp_bytes": 4096},
            {"command": ["b", "-c"], "stdin": "x", "env": {"A": "1"}, "readonly": False,
             "network": True, "image": docker.SMALL})
        self.assertEqual(
            {name for name in plain if plain[name] != asked[name]},
            {"Entrypoint", "Env", "AttachStdin", "OpenStdin", "NetworkDisabled", "Labels",
             "HostConfig"})
        self.assertEqual(
            {name for name, value in plain["HostConfig"].items()
             if asked["HostConfig"][name] != value},
            {"NetworkMode", "Runtime", "Tmpfs", "Mounts"})
        self.assertEqual(
            {name for name, value in plain["HostConfig"]["Mounts"][0].items()
             if asked["HostConfig"]["Mounts"][0][name] != value}, {"ReadOnly", "Source"})
