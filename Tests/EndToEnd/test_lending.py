"""nginx as what lends ports: as a node sees it from a worker, and as an operator sets it up."""

import json
import pathlib
import shutil
import subprocess
import tempfile
import unittest

import stream
from node import BINARIES, ROOT, Node, until

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

    def roles(self):
        """The page of proxy/1 alone."""
        folder = self.home / "roles"
        folder.mkdir(exist_ok=True)
        shutil.copy(ROLES / "proxy.1.json", folder)
        return str(folder)

    def backend(self, node):
        rows = node.get("/tools").json["backends"]
        return next(row for row in rows if row["role"] == "proxy/1")

    def test_a_worker_with_what_the_manifest_grants_finds_nginx_and_says_when_it_is_gone(self):
        nginx = self.nginx()
        nginx.start()
        node = Node(tools=nginx.tools(self.home / "tools.d"),
                    environment={"ROLES_DIR": self.roles()})
        self.addCleanup(node.close)
        node.start()
        until(lambda: self.backend(node)["available"], 60, lambda: self.backend(node))
        # It has written there what nginx shows that it reads.
        self.assertTrue((nginx.home / "conf/orien.conf").exists())
        nginx.stop()
        until(lambda: not self.backend(node)["available"], 60, "it is not missed")
        self.assertIn("nginx does not run", json.dumps(self.backend(node)))
        nginx.start()
        until(lambda: self.backend(node)["available"], 60, lambda: self.backend(node))

    def test_it_keeps_to_its_page(self):
        tools = self.nginx().tools(self.home / "tools.d")
        done = self.orien("plugin", "check", tools / "nginx-proxy.so", "--role", "proxy/1",
                          ROLES_DIR=self.roles())
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
