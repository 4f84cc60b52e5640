"""nginx as what lends ports: as a node sees it from a worker, and as an operator sets it up."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

import stream
from node import BINARIES, ROOT, Node, until
from ports import Ports

ROLES = ROOT / "Sources/COrienABI/Roles"


class Lending(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-lending-"))
        self.addCleanup(shutil.rmtree, self.home)

    def nginx(self, *configuration):
        nginx = stream.Nginx(*configuration)
        self.addCleanup(nginx.close)
        return nginx

    def orien(self, *words, **environment):
        return subprocess.run(
            [BINARIES / "orien", *words], capture_output=True, text=True, timeout=60,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.home)} | environment)

    def start(self, nginx, sshd):
        """A node whose machines all are that sshd, and whose ports are that nginx's."""
        tools = nginx.tools(self.home / "tools.d")
        stream.put(tools, "standing_backend", {"config": {"port": sshd.port}})
        lent = Ports(10)
        self.addCleanup(lent.close)
        node = Node(tools=tools, environment={
            "ROLES_DIR": str(ROLES), "PROXY_BACKEND": "nginx",
            "GOLEM_PROVIDER_PORT_RANGE_START": str(lent.first),
            "GOLEM_PROVIDER_PORT_RANGE_END": str(lent.range.stop),
            "CPU_THRESHOLD": "100", "MEMORY_THRESHOLD": "100", "STORAGE_THRESHOLD": "100",
            "VM_RATE_LIMIT_PER_MINUTE": "none"})
        self.addCleanup(node.close)
        return node.start()

    def rent(self, node, name, key):
        """The port of a machine, once it can be reached."""
        body = {"name": name, "ssh_key": key, "resources": {"cpu": 1, "memory": 1, "storage": 10}}
        made = []

        def is_made():
            made.append(node.ask("POST", "/api/v1/vms", body, timeout=60))
            return made[-1].status == 200
        # A node that has just started is still looking at what it has.
        until(is_made, 60, lambda: (made[-1], node.lines[-20:]))
        return made[-1].json["ssh_port"]

    def echoes(self, session, text):
        session.stdin.write(text + "\n")
        session.stdin.flush()
        self.assertEqual(session.stdout.readline(), text + "\n")

    def session(self, sshd, port):
        session = sshd.session(port, "cat")

        def end():
            session.kill()
            session.communicate()
        self.addCleanup(end)
        self.echoes(session, "hello")
        return session

    def test_a_machine_is_reached_over_nginx_until_it_is_deleted_and_whatever_becomes_of_the_node(
            self):
        nginx, sshd = self.nginx(), stream.Sshd()
        self.addCleanup(sshd.close)
        nginx.start()
        node = self.start(nginx, sshd)
        mine = self.session(sshd, self.rent(node, "mine", sshd.key))
        # It has written there by what nginx shows that it reads it.
        self.assertTrue((nginx.home / "conf/orien.conf").exists())
        other = self.session(sshd, self.rent(node, "other", sshd.key))
        self.echoes(mine, "the reload has lost nothing")
        self.assertEqual(node.ask("DELETE", "/api/v1/vms/mine", timeout=60).status, 200)
        self.assertEqual(mine.wait(20), 255)
        self.echoes(other, "nothing of mine")
        node.kill()
        self.echoes(other, "still here")

    def test_it_keeps_to_its_page(self):
        tools = self.nginx().tools(self.home / "tools.d")
        done = self.orien("plugin", "check", tools / "nginx-proxy.so", "--role", "proxy/1",
                          ROLES_DIR=str(ROLES))
        self.assertEqual(done.returncode, 0, done)

    def test_setup_says_what_is_missing_and_adds_it_where_nginx_takes_it(self):
        nginx = self.nginx("user root; pid {home}/nginx.pid;\nevents {{ }}\n"
                           "stream {{ server {{ listen 127.0.0.1:1; return a; }} }}\n")
        before = nginx.file.read_text()
        named = {"GOLEM_PROVIDER_NGINX_DIR": str(nginx.home),
                 "GOLEM_PROVIDER_NGINX_CONFIG_DIR": str(nginx.home / "lent")}
        said = self.orien("proxy", "setup", **named)
        self.assertEqual(said.returncode, 1, said)
        self.assertIn(f"include {nginx.home}/lent/*.conf;", said.stdout)
        self.assertIn("load_module /usr/lib/nginx/modules/ngx_stream_module.so;", said.stdout)
        self.assertEqual(nginx.file.read_text(), before)
        written = self.orien("proxy", "setup", "--write", **named)
        self.assertEqual(written.returncode, 0, written)
        self.assertEqual((nginx.home / "nginx.conf.before-orien").read_text(), before)
        # What nginx makes of it, asked of nginx.
        (nginx.home / "lent/probe.conf").write_text("server { listen 127.0.0.1:1; return b; }\n")
        shown = subprocess.run(
            ["/usr/sbin/nginx", "-T", "-q", "-c", nginx.file], capture_output=True, text=True)
        self.assertIn("duplicate", shown.stderr)
        self.assertEqual(self.orien("proxy", "setup", **named).returncode, 0)

    def test_setup_leaves_a_configuration_that_nginx_does_not_take(self):
        nginx = self.nginx("pid {home}/nginx.pid;\nevents {{ }}\nnonsense on;\n")
        before = nginx.file.read_text()
        written = self.orien("proxy", "setup", "--write", NGINX_DIR=str(nginx.home))
        self.assertEqual(written.returncode, 69, written)
        self.assertIn("nonsense", written.stderr)
        self.assertEqual(nginx.file.read_text(), before)

    def test_setup_without_nginx_says_where_it_has_looked(self):
        said = self.orien("proxy", "setup", NGINX_DIR=str(self.home))
        self.assertEqual(said.returncode, 66, said)
        self.assertIn(str(self.home), said.stderr)
