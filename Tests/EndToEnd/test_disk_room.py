"""Programs that may write more than the disk has room for run one after the other, and who writes
nothing does not wait for them."""

from node import Node, until
from small_disk import SmallDisk, SmallDiskCase

WORKSPACE_MEBIBYTES = 64
# What the node keeps for itself, room for one that writes and not for two, and what lies there.
DISK_MEBIBYTES = 256 + WORKSPACE_MEBIBYTES + 48
HOLDS = b"import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)\n"


class DiskRoomTests(SmallDiskCase):
    def setUp(self):
        disk = SmallDisk(DISK_MEBIBYTES)
        self.addCleanup(disk.close)
        self.node = Node(state=disk.state,
                         environment={"WORKSPACE_BYTES": f"{WORKSPACE_MEBIBYTES}M",
                                      "WORKSPACE_QUOTA": "image"}).start()
        self.addCleanup(self.node.close)

    def begin(self, session, script):
        self.node.upload(session, "main.py", script)
        answer = self.node.execute(session, "python_script", {"script": "main.py"})
        self.assertEqual(answer.status, 202, answer.json)
        return answer.json["executionId"]

    def test_who_may_write_waits_for_room(self):
        first = self.begin("first", HOLDS)
        until(lambda: self.node.get(f"/executions/{first}").json["status"] == "running", 20,
              "it does not run")
        # It waits for its file where another is told to write one.
        later = [self.begin(f"later-{number}", b"open('x', 'wb').write(bytes(1 << 20))")
                 for number in range(6)]
        for number in range(6):
            said = self.node.execute(f"echo-{number}", "echo", {"message": "x"}, wait=20).json
            self.assertEqual(said["status"], "completed", said)
        self.assertEqual(self.node.get("/sessions/later-0/files/x").status, 404)
        given_up, *later = later
        self.assertEqual(self.node.ask("DELETE", f"/executions/{given_up}").status, 200)
        self.assertEqual(self.node.final(given_up)["status"], "cancelled")
        self.node.upload("first", "go", b"")
        for execution in (first, *later):
            ended = self.node.final(execution)
            self.assertEqual(ended["status"], "completed", ended)
        self.assertEqual(self.node.get("/sessions/later-1/files/x").status, 200)
        self.assertEqual(self.node.get("/sessions/later-0/files/x").status, 404)
