"""What a machine holds is told before a node relies on it, and what it has to hold it holds."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from node import BINARIES, Node, ROOT, RUN_AS

LIMITS = ["memory", "cpu", "cpuTime", "processes", "openFiles", "fileSize", "workspaceBytes",
          "workspaceFiles", "io"]
# Of a kernel that lets nobody make another user namespace, nor anybody become another user.
NOWHERE = ["unshare", "--user", "--map-root-user", "sh", "-c",
           'echo 0 > /proc/sys/user/max_user_namespaces; exec "$@"', "sh"]


def environment(home, **variables):
    inherited = {name: text for name, text in os.environ.items() if name in ("PATH", "LANG", "TZ")}
    return inherited | {"HOME": str(home)} | RUN_AS | variables


def doctor(home, *words, before=(), **variables):
    """What it said, as JSON, beside its exit code."""
    done = subprocess.run([*before, BINARIES / "orien", "doctor", "--json", *map(str, words)],
                          env=environment(home, **variables), capture_output=True, text=True,
                          stdin=subprocess.DEVNULL, timeout=60)
    said = json.loads(done.stdout)
    return {check["name"]: check for check in said["checks"]}, said, done.returncode


@contextlib.contextmanager
def tools_with(**manifests):
    """A folder of plugins, each with its manifest."""
    with tempfile.TemporaryDirectory(prefix="orien-doctor-") as home:
        tools = pathlib.Path(home) / "tools.d"
        tools.mkdir()
        for name, manifest in manifests.items():
            shutil.copy(ROOT / "tools.d" / f"{name}.so", tools)
            (tools / f"{name}.json").write_text(json.dumps(manifest))
        yield tools


def names(folder):
    """What lies in it, but for the images that a node makes ahead meanwhile."""
    return sorted(path.name for path in pathlib.Path(folder).rglob("*")
                  if ".images" not in path.parts)


class DoctorTests(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="orien-doctor-")
        self.addCleanup(shutil.rmtree, self.home)

    def test_it_says_of_a_running_node_what_that_says_of_itself(self):
        with Node() as node:
            before = names(node.state)
            checks, said, code = doctor(self.home, "--state", node.state, PORT=str(node.port))
            health = node.get("/health").json
            self.assertEqual((said["isolation"], health["status"]), (health["isolation"], "ok"))
            self.assertEqual(code, 0 if said["walled"] else 1)
            self.assertIn(f"in use by a node (pid {node.pid})", checks["state folder"]["what"])
            self.assertEqual((checks["state folder"]["state"], checks["address"]["state"]),
                             ("ok", "ok"))
            self.assertEqual(names(node.state), before)
            record = node.python("s", "print(6 * 7)").json
            self.assertEqual((record["output"], record["isolation"]), ("42\n", said["isolation"]))
            limits = {"memory": "memoryBytes", "processes": "processes", "openFiles": "openFiles",
                      "workspaceBytes": "diskBytes", "cpuTime": "cpuMilliseconds"}
            for name, limit in limits.items():
                self.assertEqual(checks[f"limit of {name}"]["what"],
                                 record["limits"][limit]["enforcedBy"], name)

    def test_before_a_first_start_it_makes_nothing(self):
        checks, _, _ = doctor(self.home, "--state", f"{self.home}/a/b")
        self.assertIn("not made yet", checks["state folder"]["what"])
        self.assertEqual(names(self.home), [])
        self.assertTrue(all({"name", "state", "what"} <= check.keys() for check in checks.values()))
        for check in checks.values():
            self.assertEqual("why" in check, check["state"] != "ok", check)

    def test_where_nothing_walls_scripts_in_the_answer_is_no(self):
        checks, said, code = doctor(self.home, before=NOWHERE)
        self.assertEqual((code, said["walled"], said["isolation"]), (1, False, "none"))
        self.assertEqual(checks["isolation"]["state"], "bad")
        self.assertTrue(checks["isolation"]["remedy"])
        self.assertEqual(checks["namespaces"]["state"], "bad")

    def test_people_read_a_table_and_what_to_do(self):
        with Node() as node:
            done = node.command("doctor", "--state", node.state)
            self.assertTrue(done.stdout.startswith("CHECK"), done.stdout)
            self.assertIn("Scripts are", done.stdout.splitlines()[-1])
            for check in doctor(self.home, "--state", node.state)[0].values():
                if check.get("remedy"):
                    self.assertIn(f"  -> {check['remedy']}\n", done.stdout)

    def test_a_disk_that_cannot_be_lent_is_told_by_doctor_and_by_the_node(self):
        disk = pathlib.Path(self.home) / "disk"
        disk.mkdir(mode=0o700)
        # It takes no idmapped mount, which only a node of root's needs.
        subprocess.run(["mount", "-t", "ramfs", "-o", "mode=700", "none", disk], check=True)
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        checks, said, code = doctor(self.home, WORKSPACE_ROOT=str(disk))
        self.assertEqual((code, said["isolation"]), (1, "none"))
        self.assertIn("WORKSPACE_ROOT", checks["workspaces"]["remedy"])
        with Node(environment={"WORKSPACE_ROOT": str(disk)}) as node:
            health = node.get("/health").json
            self.assertEqual((health["status"], health["isolation"]), ("degraded", "none"))
            self.assertIn(str(disk), health["whyNotHigher"])
            tool = node.get("/tools/python_script").json
            self.assertEqual((tool["available"], tool["unavailableReason"]),
                             (False, health["whyNotHigher"]))
            self.assertEqual(node.python("s", "print(1)").status, 503)
            node.said(str(disk))


class RequiredTests(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="orien-required-")
        self.addCleanup(shutil.rmtree, self.home)
        checks, _, _ = doctor(self.home)
        self.held = [name for name in LIMITS if checks[f"limit of {name}"]["state"] == "ok"]

    def test_what_the_kernel_holds_may_be_required(self):
        with tools_with(python_script={"require": self.held}) as tools:
            with Node(tools=tools) as node:
                self.assertTrue(node.get("/tools/python_script").json["available"])
                self.assertEqual(node.python("s", "print(1)").json["status"], "completed")

    def test_a_call_is_refused_whose_limit_nothing_holds(self):
        # What runs in the node itself nothing holds anywhere.
        with tools_with(echo={"require": ["memory"]}, python_script={}) as tools:
            unheld = [name for name in LIMITS if name not in self.held]
            required = ",".join(self.held + unheld)
            with Node(tools=tools, environment={"REQUIRE_LIMITS": required}) as node:
                asked = {"echo": {"message": "a"}, "python_script": {"script": "main.py"}}
                node.upload("s", "main.py", b"print(1)")
                refused = ["echo"] + (["python_script"] if unheld else [])
                for tool in refused:
                    listed = node.get(f"/tools/{tool}").json
                    self.assertFalse(listed["available"], listed)
                    answer = node.execute("s", tool, asked[tool], wait=10)
                    self.assertEqual((answer.status, answer.json["code"]),
                                     (503, "limit-not-held"))
                    self.assertEqual(answer.json["message"], listed["unavailableReason"])
                    self.assertIn("the kernel has to hold the limit of ", answer.json["message"])
                self.assertEqual(node.get("/executions").json["executions"], [])

    def test_a_name_that_is_none_is_an_error(self):
        with tools_with(echo={"require": ["memroy"]}) as tools, Node(tools=tools) as node:
            plugin = node.get("/plugins").json["plugins"][0]
            self.assertEqual((plugin["state"], plugin["code"]), ("refused", "bad-manifest"))
            self.assertIn("did you mean memory?", plugin["reason"])
        done = serve(self.home, REQUIRE_LIMITS="memory,ram")
        self.assertEqual(done.returncode, 78, done.stderr)
        self.assertIn("REQUIRE_LIMITS=memory,ram (environment): expected memory, cpu", done.stderr)


def serve(home, **variables):
    """A start that comes to nothing."""
    return subprocess.run([BINARIES / "orien", "serve", "--state", f"{home}/state", "--listen",
                           "127.0.0.1:0"], env=environment(home, **variables), timeout=60,
                          capture_output=True, text=True, stdin=subprocess.DEVNULL)


READ = """
import sys
sys.path.insert(0, "/opt/shared")
import answer
print(answer.VALUE)
for change in (lambda: open("/opt/shared/answer.py", "w"), lambda: open("/opt/shared/new", "w")):
    try:
        change()
    except OSError as error:
        print(type(error).__name__, error.errno)
"""


class SharedTests(unittest.TestCase):
    def setUp(self):
        self.home = tempfile.mkdtemp(prefix="orien-shared-")
        self.addCleanup(shutil.rmtree, self.home)
        self.shared = pathlib.Path(self.home) / "shared"
        self.shared.mkdir()
        (self.shared / "answer.py").write_text("VALUE = 42\n")
        # Whoever a script is could read and write there, but for the jail.
        os.chmod(self.home, 0o755)
        os.chmod(self.shared, 0o777)
        os.chmod(self.shared / "answer.py", 0o666)

    def test_a_script_reads_a_shared_module_and_cannot_write_it(self):
        with Node(environment={"SHARED": f"{self.shared}:/opt/shared"}) as node:
            record = node.python("s", READ).json
            self.assertEqual(record["output"], "42\nOSError 30\nOSError 30\n", record)
        self.assertEqual((self.shared / "answer.py").read_text(), "VALUE = 42\n")
        with Node() as node:
            self.assertIn("No module named 'answer'", node.python("s", READ).json["error"])

    def test_what_cannot_be_shared_stops_the_start(self):
        for value, why in ((f"{self.shared}:/usr/lib", "something of its own"),
                           (f"{self.home}/none", "a folder that is there"),
                           ("shared", "PATH or PATH:AT")):
            done = serve(self.home, SHARED=value)
            self.assertEqual(done.returncode, 78, done.stderr)
            self.assertIn(why, done.stderr)


class UsersTests(unittest.TestCase):
    def test_nodes_of_one_machine_have_users_of_their_own(self):
        who = "import os; print(os.getuid())"
        with Node() as one, Node() as other:
            users = [int(node.python("s", who).json["output"]) for node in (one, other)]
            blocks = {(user - 1900000000) // 1024 for user in users}
            self.assertEqual(len(blocks), 2, users)

    def test_users_that_another_node_has_are_refused_by_its_pid(self):
        home = tempfile.mkdtemp(prefix="orien-users-")
        self.addCleanup(shutil.rmtree, home)
        with Node(environment={"JAIL_UIDS": "1990000000-1990001023"}) as node:
            record = node.python("s", "import os; print(os.getuid())").json
            self.assertIn(int(record["output"]), range(1990000000, 1990001024))
            done = serve(home, JAIL_UIDS="1990001000")
            self.assertEqual(done.returncode, 75, done.stderr)
            self.assertIn(f"(pid {node.pid})): give each node its own by JAIL_UIDS", done.stderr)
            checks, _, _ = doctor(home, JAIL_UIDS="1990000000")
            self.assertIn(str(node.pid), checks["users"]["why"])
