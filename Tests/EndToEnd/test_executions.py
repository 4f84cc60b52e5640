"""What is asked of executions later: lists, output, events, receipts."""

import json
import socket
import tempfile

from case import NodeCase


def events(stream, count):
    """The first `count` events of a text/event-stream, as (id, event, data)."""
    found, current = [], {}
    for raw in stream:
        line = raw.decode().rstrip("\r\n")
        if not line:
            if "data" in current:
                found.append((current.get("id"), current.get("event"), current["data"]))
            current = {}
            if len(found) == count:
                break
        elif not line.startswith(":"):
            name, _, value = line.partition(":")
            current[name] = value.removeprefix(" ")
    return found


class Executions(NodeCase):
    def stream(self, path, **headers):
        """An open answer as a file of lines; the caller closes it."""
        connection = self.node.connect()
        self.addCleanup(connection.close)
        asked = {"Host": f"127.0.0.1:{self.node.port}"} | self.headers | headers
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in asked.items())
        connection.sendall(f"GET {path} HTTP/1.1\r\n{lines}\r\n".encode())
        reader = connection.makefile("rb")
        self.addCleanup(reader.close)
        status = int(reader.readline().split()[1])
        while reader.readline().strip():
            pass
        return status, connection, unchunked(reader)

    def test_lists_are_cut_into_pages_that_miss_and_repeat_nothing(self):
        session = self.session()
        made = [self.execute(session, "echo", {"message": str(n)}, wait=5).json["executionId"]
                for n in range(7)]
        seen, cursor = [], ""
        while cursor is not None:
            page = self.get(f"/executions?session={session}&limit=3" + cursor).json
            seen += [record["executionId"] for record in page["executions"]]
            following = page.get("next")
            cursor = f"&cursor={following}" if following else None
        self.assertEqual(sorted(seen), sorted(made))
        completed = self.get(f"/executions?session={session}&status=completed").json
        self.assertEqual(len(completed["executions"]), 7)
        failed = self.get(f"/executions?session={session}&status=failed").json
        self.assertEqual(failed["executions"], [])

    def test_a_list_asked_for_wrongly_is_refused(self):
        for query in ("limit=0", "limit=x", "limit=100000000", "status=odd", "cursor=%00",
                      "session=.."):
            self.refused(self.get(f"/executions?{query}"), 400)

    def test_output_is_read_from_any_offset(self):
        record = self.execute(self.session(), "echo", {"message": "0123456789"}, wait=5).json
        path = f"/executions/{record['executionId']}/output"
        self.assertEqual(self.get(path).body, b"0123456789\n")
        self.assertEqual(self.get(path + "?offset=4").body, b"456789\n")
        self.assertEqual(self.get(path + "?offset=11").body, b"")
        self.assertEqual(self.get(path + "?stream=stderr").body, b"")
        for query in ("offset=-1", "offset=x", "stream=odd"):
            self.refused(self.get(f"{path}?{query}"), 400)

    def test_output_is_followed_until_the_end(self):
        script = "import time\nfor n in range(5): print(n, flush=True); time.sleep(0.1)"
        session = self.session()
        self.upload(session, "m.py", script.encode())
        started = self.execute(session, "python_script", {"script": "m.py"}).json
        answer = self.get(f"/executions/{started['executionId']}/output?follow=1")
        self.assertEqual(answer.body, b"0\n1\n2\n3\n4\n")

    def test_events_end_with_the_final_state_and_resume_where_they_broke_off(self):
        script = "import time\nfor n in range(5): print(n, flush=True); time.sleep(0.1)"
        session = self.session()
        self.upload(session, "m.py", script.encode())
        started = self.execute(session, "python_script", {"script": "m.py"}).json
        path = f"/executions/{started['executionId']}/events"
        status, connection, reader = self.stream(path, Accept="text/event-stream")
        self.assertEqual(status, 200)
        first = events(reader, 2)
        connection.shutdown(socket.SHUT_RDWR)
        self.final(started["executionId"])
        last = first[-1][0]
        rest = events(self.stream(path, Last_Event_ID=last)[2], -1)
        whole = events(self.stream(path)[2], -1)
        self.assertEqual(whole[-1][1], "state")
        self.assertEqual(json.loads(whole[-1][2])["status"], "completed")

        def text(found):
            return "".join(json.loads(data)["text"] for _, kind, data in found if kind == "stdout")
        self.assertEqual(text(whole), "0\n1\n2\n3\n4\n")
        self.assertEqual(text(first) + text(rest), text(whole))

    def test_events_resumed_with_nonsense_are_refused(self):
        record = self.execute(self.session(), "echo", {"message": "x"}, wait=5).json
        path = f"/executions/{record['executionId']}/events"
        for last in ("abc", "-1", "999999999999999999999999", "1-2-3", "1-2-3-odd"):
            self.refused(self.get(path, headers={"Last-Event-ID": last}), 400)

    def test_a_receipt_verifies_without_the_node_and_a_changed_one_does_not(self):
        record = self.execute(self.session(), "echo", {"message": "x"}, wait=5).json
        receipt = self.get(f"/executions/{record['executionId']}/receipt")
        self.assertEqual(receipt.status, 200)
        with tempfile.NamedTemporaryFile(suffix=".json") as file:
            file.write(receipt.body)
            file.flush()
            verified = self.node.command("receipt", "verify", file.name)
            self.assertEqual(verified.returncode, 0, verified)
            file.seek(0)
            file.write(receipt.body.replace(b"completed", b"cancelled"))
            file.flush()
            self.assertNotEqual(self.node.command("receipt", "verify", file.name).returncode, 0)

    def test_the_chain_verifies(self):
        verified = self.node.command("receipt", "verify", "--chain", "--state", self.node.state)
        self.assertEqual(verified.returncode, 0, verified)


def unchunked(reader):
    """The lines of a chunked body."""
    line = b""
    while size := int(reader.readline().split(b";")[0] or b"0", 16):
        line += reader.read(size)
        reader.readline()
        *whole, line = line.split(b"\n")
        yield from (part + b"\n" for part in whole)
