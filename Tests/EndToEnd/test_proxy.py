"""A node behind nginx, as the README's section "Behind a proxy" has it."""

import http.client
import json
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import tempfile
import unittest

from node import ROOT, Node, until
from ports import free_port

NAME = "provider.example.org"
KEY = "a-key-of-the-proxy-test"
AROUND = """
daemon off;
pid {home}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log off;
    client_body_temp_path {home}/bodies;
    proxy_temp_path {home}/answers;
    fastcgi_temp_path {home}/none-1;
    uwsgi_temp_path {home}/none-2;
    scgi_temp_path {home}/none-3;
    {server}
}}
"""


class Proxy(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-proxy-"))
        cls.addClassCleanup(shutil.rmtree, cls.home)
        (cls.home / "key").touch(0o600)
        (cls.home / "key").write_text(KEY + "\n")
        cls.node = Node(environment={"PROVIDER_API_KEY_FILE": str(cls.home / "key"),
                                     "ALLOW_HOST": NAME})
        cls.addClassCleanup(cls.node.close)
        cls.node.start()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
             "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}",
             "-keyout", cls.home / "tls.key", "-out", cls.home / "tls.pem"],
            check=True, capture_output=True)
        cls.port = free_port()
        cls.start_nginx()
        cls.trust = ssl.create_default_context(cafile=cls.home / "tls.pem")

    @classmethod
    def start_nginx(cls):
        server = re.search(r"^```nginx [^\n]*\n(.*?)^```$", (ROOT / "README.md").read_text(),
                           re.M | re.S).group(1)
        for there, here in (("listen 443 ssl", f"listen 127.0.0.1:{cls.port} ssl"),
                            ("/etc/ssl/" + NAME + ".pem", cls.home / "tls.pem"),
                            ("/etc/ssl/" + NAME + ".key", cls.home / "tls.key"),
                            ("127.0.0.1:4000", f"127.0.0.1:{cls.node.port}")):
            assert there in server, f"the README's server has no {there}"
            server = server.replace(there, str(here))
        configuration = cls.home / "nginx.conf"
        configuration.write_text(AROUND.format(home=cls.home, server=server))
        process = subprocess.Popen(["nginx", "-c", configuration, "-e", "stderr"])

        def end():
            process.terminate()
            process.wait(20)
        cls.addClassCleanup(end)

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", cls.port)) == 0
        until(listens, 20, "nginx does not listen")

    def connection(self):
        """To nginx, under the name that its certificate is for."""
        connection = http.client.HTTPConnection(NAME)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sock = self.trust.wrap_socket(plain, server_hostname=NAME)
        self.addCleanup(connection.close)
        return connection

    def ask(self, method, path, body=None, key=KEY, host=NAME):
        connection = self.connection()
        headers = {"Host": host} | ({"Authorization": f"Bearer {key}"} if key else {})
        if isinstance(body, dict):
            body, headers["Content-Type"] = json.dumps(body), "application/json"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()

    def test_the_key_and_the_name_are_asked_for(self):
        self.assertEqual(self.ask("GET", "/health", key=None)[0], 200)
        self.assertEqual(self.ask("GET", "/tools", key=None)[0], 401)
        self.assertEqual(self.ask("GET", "/tools")[0], 200)
        status, body = self.ask("GET", "/health", host="elsewhere.example.org")
        self.assertEqual((status, json.loads(body)["code"]), (421, "foreign-host"))

    def test_files_pass_whole_under_the_names_that_were_asked_for(self):
        content = bytes(range(256)) * 20_000
        path = "/sessions/proxy/files/a%20b%2Bc/data.bin"
        self.assertIn(self.ask("PUT", path, content)[0], (200, 201))
        self.assertEqual(self.ask("GET", path), (200, content))
        listed = json.loads(self.ask("GET", "/sessions/proxy/files")[1])
        self.assertIn("a b+c/data.bin", json.dumps(listed))

    def test_a_call_is_waited_for_and_its_events_come_as_they_happen(self):
        script = b"import time; print('up', flush=True); time.sleep(60)"
        self.ask("PUT", "/sessions/proxy/files/s.py", script)
        call = {"sessionId": "proxy", "toolId": "python_script", "args": {"script": "s.py"}}
        status, body = self.ask("POST", "/execute?wait=1", call)
        self.assertEqual(status, 202, body)
        execution = json.loads(body)["executionId"]
        connection = self.connection()
        connection.request("GET", f"/executions/{execution}/events",
                           headers={"Authorization": f"Bearer {KEY}"})
        events = connection.getresponse()
        self.assertEqual(events.status, 200)
        while b"up" not in (line := events.readline()):
            self.assertTrue(line, "the events ended before the output came")
        state = json.loads(self.ask("GET", f"/executions/{execution}")[1])["status"]
        self.assertEqual(state, "running")
        self.assertEqual(self.ask("DELETE", f"/executions/{execution}")[0], 200)
        self.assertIn(b"cancelled", events.read())
