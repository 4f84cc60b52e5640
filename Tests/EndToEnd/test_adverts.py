"""A node that has a discovery server told of its machines, whatever that server does."""

import itertools
import json
import subprocess
import unittest
import urllib.parse

from discovery import ADVERTS, ERRORS, Discovery
from machines_case import KEY, MachinesCase
from node import until
from ports import free_port

PROVIDER = "provider-7"
# What a public key of Ed25519 begins with as DER has it.
ED25519 = bytes.fromhex("302a300506032b6570032100")


class Advertised(MachinesCase):
    requestors = itertools.count()

    def discovery(self, **options):
        server = Discovery(**options).start()
        self.addCleanup(server.close)
        return server

    def heard(self, server, query=""):
        """What another requestor each time is told."""
        requestor = f"requestor-{next(self.requestors)}"
        status, said = server.answer("GET", ADVERTS + query, {}, b"", requestor)
        self.assertEqual(status, 200, said)
        return {advert["provider_id"]: advert for advert in said}

    def until_heard(self, server, is_heard=True):
        until(lambda: (PROVIDER in self.heard(server)) == is_heard, 20,
              lambda: f"{self.heard(server)} {self.advert()} {self.node.lines[-5:]}")


class Told(Advertised):
    def test_requestors_hear_what_there_is(self):
        server = self.discovery()
        self.start(DISCOVERY_URL=server.url, PROVIDER_COUNTRY="pl",
                   PRICE_USD_PER_CORE_MONTH="7.5")
        self.until_heard(server)
        advert = self.heard(server)[PROVIDER]
        resources = self.ask("GET", "/summary").json["resources"]["available"]
        self.assertEqual((advert["ip_address"], advert["country"], advert["resources"]),
                         ("127.0.0.1", "PL", resources))
        self.assertEqual(advert["pricing"]["usd_per_core_month"], 7.5)
        for query, found in (("?cpu=1&country=PL", 1), ("?country=SE", 0), ("?memory=99999", 0),
                             (f"?platform={advert['platform']}", 1)):
            self.assertEqual(len(self.heard(server, query)), found, query)
        told = until(lambda: (told := self.advert())["status"] != "waiting" and told, 20,
                     "it is told, and does not know")
        self.assertEqual((told["status"], told["by"], told["reason"]),
                         ("published", server.url, None))
        self.assertEqual(server.asked[0][1], "/health")

    def test_it_is_signed_by_the_nodes_own_key(self):
        """D-B11-1: no word stands where a signature is to be."""
        server = self.discovery()
        self.start(DISCOVERY_URL=server.url)
        self.until_heard(server)
        _, _, headers, body = server.calls("POST")[0]
        self.assertEqual(headers["X-Provider-ID"], PROVIDER)
        public = bytes.fromhex((self.home / "state" / "node.pub").read_text().strip())
        self.assertEqual(bytes.fromhex(headers["X-Provider-Key"]), public)
        (self.home / "key").write_bytes(ED25519 + public)
        (self.home / "signature").write_bytes(bytes.fromhex(headers["X-Provider-Signature"]))
        for content, status in ((body, 0), (body + b" ", 1)):
            (self.home / "body").write_bytes(content)
            done = subprocess.run(
                ["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER",
                 "-inkey", self.home / "key", "-sigfile", self.home / "signature",
                 "-in", self.home / "body"], capture_output=True)
            self.assertEqual(done.returncode, status, done)

    def test_changes_are_told_at_once_and_a_full_node_is_not_heard_of(self):
        server = self.discovery()
        self.start(DISCOVERY_URL=server.url, MAX_VMS="2")
        self.until_heard(server)
        before = self.heard(server)[PROVIDER]["resources"]["cpu"]
        self.rented("one")
        until(lambda: self.heard(server).get(PROVIDER, {}).get("resources", {}).get("cpu")
              == before - 1, 20, lambda: str(self.heard(server)))
        self.rented("two")
        self.until_heard(server, False)
        self.assertEqual(self.advert()["status"], "paused")
        self.assertEqual(self.ask("DELETE", "/vms/one").status, 200)
        self.until_heard(server)

    def test_it_is_renewed_before_it_is_forgotten(self):
        server = self.discovery(expiry=20)
        self.start(DISCOVERY_URL=server.url, GOLEM_PROVIDER_DISCOVERY_ADVERTISEMENT_INTERVAL="10")
        self.until_heard(server)
        until(lambda: len(server.calls("POST")) >= 2, 30, "it is not renewed")
        self.assertIn(PROVIDER, self.heard(server))

    def test_a_node_that_takes_no_new_work_is_not_heard_of(self):
        server = self.discovery()
        self.start(DISCOVERY_URL=server.url)
        self.until_heard(server)
        headers = {"Authorization": f"Bearer {KEY}"}
        self.node.ask("POST", "/drain", headers=headers)
        self.until_heard(server, False)
        self.assertEqual(self.rent("web").status, 503)
        self.node.ask("DELETE", "/drain", headers=headers)
        self.until_heard(server)
        self.rented("web")

    def test_a_node_that_ends_says_so_and_one_that_dies_is_forgotten(self):
        server = self.discovery(expiry=6, sweep=0.1)
        self.start(DISCOVERY_URL=server.url)
        self.until_heard(server)
        self.assertEqual(self.node.stop(), 0)
        self.assertEqual(server.adverts, {})
        self.assertEqual(len(server.calls("DELETE")), 1)
        self.start(DISCOVERY_URL=server.url)
        self.until_heard(server)
        self.node.kill()
        until(lambda: not server.adverts, 20, "it is not forgotten")
        self.assertEqual(len(server.calls("DELETE")), 1)

    def test_nobody_is_told_unless_a_server_is_named(self):
        self.start()
        self.rented("web")
        self.assertEqual(self.advert()["status"], "off")

    def test_golem_base_is_told_of_once(self):
        server = self.discovery()
        self.start(DISCOVERY_URL=server.url, ADVERTISER_TYPE="both",
                   GOLEM_BASE_RPC_URL="http://127.0.0.1:1",
                   GOLEM_PROVIDER_GOLEM_BASE_WS_URL="ws://127.0.0.1:1")
        (line,) = self.node.said("Golem Base")
        for name in ("ADVERTISER_TYPE", "GOLEM_BASE_RPC_URL", "GOLEM_BASE_WS_URL"):
            self.assertIn(name, line)
        self.until_heard(server)

    def test_a_backend_takes_the_place_of_the_server(self):
        server = self.discovery()
        self.install("adverts_backend")
        self.start(DISCOVERY_URL=server.url)
        until(lambda: self.advert()["status"] == "published", 20, lambda: str(self.advert()))
        self.assertEqual(self.advert()["by"], "test.backend.adverts")
        self.assertEqual(server.asked, [])


class Troubled(Advertised):
    """DEP-01: executions and rentals go on whatever becomes of adverts."""

    def hold(self, url):
        """The advert fails, all else goes on, and so does the end."""
        self.start(DISCOVERY_URL=url)
        until(lambda: self.advert()["status"] == "failing", 40, lambda: str(self.advert()))
        reason = self.advert()["reason"]
        self.assertIn(urllib.parse.urlsplit(url).hostname, reason)
        self.rented("web")
        self.executes()
        self.assertEqual(self.ask("DELETE", "/vms/web").status, 200)
        self.assertEqual(self.node.stop(), 0)
        return reason

    def script(self, answer):
        server = self.discovery()
        server.script = answer
        return server

    def test_down(self):
        self.hold(f"http://127.0.0.1:{free_port()}")

    def test_500(self):
        server = self.script(lambda one: one.say(500, b'{"error":{"code":"ADV_001"}}'))
        self.assertIn("500", self.hold(server.url))
        self.assertLess(len(server.asked), 30, "it is asked again and again without a pause")

    def test_redirects(self):
        elsewhere = self.discovery()
        server = self.script(
            lambda one: one.say(307, b"", Location=elsewhere.url + one.path))
        self.assertIn("307", self.hold(server.url))
        self.assertEqual(elsewhere.asked, [])

    def test_hostile_json(self):
        self.hold(self.script(lambda one: one.say(503, b'{"error":' * 100_000)).url)

    def test_slow(self):
        """It is waited for by nobody; the end does not wait for it either."""
        server = self.discovery()
        server.script = lambda one: server._ended.wait(60)
        self.start(DISCOVERY_URL=server.url)
        until(lambda: server.asked, 20, "it is not asked")
        self.rented("web")
        self.executes()
        self.assertEqual(self.advert()["status"], "waiting")
        self.assertEqual(self.node.stop(), 0)

    def test_a_name_that_nobody_knows(self):
        # No system asks anybody for so long a label.
        self.hold(f"http://{'x' * 64}.example")

    def test_tls_that_proves_nothing(self):
        """Its certificate is its own word, and has expired."""
        certificate, key = self.home / "tls.pem", self.home / "tls.key"
        (self.home / "ca.conf").write_text(
            "[ca]\ndefault_ca=c\n[c]\ndatabase=index\nserial=serial\nnew_certs_dir=.\n"
            "default_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n")
        (self.home / "index").touch()
        (self.home / "serial").write_text("01")
        subprocess.run(["openssl", "req", "-newkey", "rsa:2048", "-nodes", "-subj",
                        "/CN=127.0.0.1", "-keyout", key, "-out", "request"],
                       cwd=self.home, check=True, capture_output=True)
        subprocess.run(["openssl", "ca", "-batch", "-config", "ca.conf", "-selfsign", "-keyfile",
                        key, "-in", "request", "-out", certificate, "-startdate",
                        "20200101000000Z", "-enddate", "20200102000000Z"],
                       cwd=self.home, check=True, capture_output=True)
        server = self.discovery(certificate=(certificate, key))
        self.hold(server.url)
        self.assertEqual(server.asked, [])


class TheRig(unittest.TestCase):
    """The discovery server of these tests, in the words of the real one."""

    OWN = {"X-Provider-ID": "p", "X-Provider-Signature": "s"}
    ADVERT = json.dumps({"ip_address": "192.0.2.1", "country": "SE", "platform": "x86_64",
                         "resources": {"cpu": 2, "memory": 4, "storage": 50},
                         "pricing": {}}).encode()

    def test_codes(self):
        good = json.dumps(json.loads(self.ADVERT) | {"pricing": {"usd_per_core_month": 5}})
        server = Discovery(per_minute=9)
        self.addCleanup(server._server.server_close)

        def ask(method, path="", headers=self.OWN, body=b""):
            status, said = server.answer(method, ADVERTS + path, headers, body, "x")
            return said["error"]["code"] if status >= 400 else status
        self.assertEqual(ask("POST", headers={}), "AUTH_003")
        self.assertEqual(ask("POST", body=self.ADVERT), "ADV_001")
        self.assertEqual(ask("POST", body=good.encode()), 200)
        self.assertEqual(ask("GET", "?cpu=0"), "ADV_002")
        self.assertEqual(ask("GET", "/p"), 200)
        self.assertEqual(ask("GET", "/q"), "ADV_004")
        self.assertEqual(
            ask("DELETE", "/p", self.OWN | {"X-Provider-ID": "q"}), "AUTH_004")
        self.assertEqual(ask("DELETE", "/p"), 200)
        self.assertEqual(ask("DELETE", "/p"), "ADV_004")
        self.assertEqual(ask("GET"), "RATE_001")
        self.assertEqual(ERRORS["RATE_001"][0], 429)


if __name__ == "__main__":
    unittest.main()
