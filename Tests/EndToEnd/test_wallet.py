"""`orien wallet`: the key by which is paid, which is made once, shown never, and read by nobody
else."""

import ctypes
import json
import os
import pathlib
import shutil
import stat
import subprocess
import tempfile
import unittest

from backend import Backend
from chain import Chain
from node import BINARIES
from payers import Payers
from streams_case import LIBRARY


class Wallet(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-wallet-"))
        self.addCleanup(shutil.rmtree, self.home)
        self.file = self.home / "keys" / "provider_key.json"

    def orien(self, *words, status=0, before=(), **variables):
        done = subprocess.run(
            [*before, BINARIES / "orien", "wallet", *map(str, words)], capture_output=True,
            text=True, timeout=60, cwd=self.home, stdin=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": str(self.home), "STATE_DIR": str(self.home)}
            | variables)
        self.assertEqual(done.returncode != 0, status != 0, done)
        return done

    def json(self, *words, **more):
        return json.loads(self.orien(*words, "--json", **more).stdout)

    def test_a_key_is_made_for_this_user_alone_and_never_shown(self):
        self.assertIn("orien wallet new", self.orien("show", status=1).stderr)
        made = self.json("new")
        self.assertEqual(made, {"address": made["address"], "file": str(self.file)})
        modes = [stat.S_IMODE(path.stat().st_mode) for path in (self.file.parent, self.file)]
        self.assertEqual(modes, [0o700, 0o600])
        written = json.loads(self.file.read_text())
        self.assertEqual(written["address"], made["address"])
        shown = self.orien("show")
        self.assertEqual(shown.stdout.split()[0], made["address"])
        for text in (json.dumps(made), shown.stdout, shown.stderr):
            self.assertNotIn(written["private_key"][2:], text)

    def test_none_is_written_over(self):
        self.orien("new")
        before = self.file.read_bytes()
        self.assertIn("is there already", self.orien("new", status=1).stderr)
        self.assertEqual(self.file.read_bytes(), before)

    def test_it_is_sealed_by_a_password_and_opened_by_the_plugin(self):
        password = self.home / "password"
        password.write_text("correct horse\nand a second line\n")
        self.assertIn("others may read", self.orien(
            "new", "--password-file", password, status=1).stderr)
        password.chmod(0o600)
        address = self.json("new", "--password-file", password)["address"]
        self.assertEqual(json.loads(self.file.read_text())["version"], 3)
        self.assertIn("sealed", self.orien("show", status=1).stderr)
        self.assertEqual(
            self.json("show", ETHEREUM_KEY_PASSWORD_FILE=str(password))["address"], address)
        with Chain() as chain:
            config = {"network": "dev", "urls": [chain.url], "key_file": str(self.file),
                      "contract": chain.contracts["StreamPayment"]}
            for other, expected in (({"password_file": str(password)}, address), ({}, None)):
                backend = Backend(LIBRARY, "payments/1", None, config | other)
                self.addCleanup(backend.close)
                self.assertEqual(backend.ask("probe").get("recipient"), expected)

    def test_a_key_that_others_may_read_is_refused(self):
        self.orien("new")
        self.file.chmod(0o644)
        self.assertIn("chmod", self.orien("show", status=1).stderr)
        self.file.chmod(0o600)
        self.file.parent.chmod(0o755)
        self.assertIn("chmod", self.orien("show", status=1).stderr)

    def test_what_it_has_is_asked_of_the_chain(self):
        address = self.json("new")["address"]
        self.assertIn("PAYMENTS_NETWORK", self.orien("show", "--balance", status=1).stderr)
        with Chain() as chain:
            payers = Payers(chain)
            payers.send(payers.sender, address, value=12345)
            there = {"PAYMENTS_NETWORK": "dev", "POLYGON_RPC_URL": chain.url + "/secret"}
            self.assertEqual(self.json("show", "--balance", **there)["balanceWei"], "12345")
            other = self.orien("show", "--balance", status=1, PAYMENTS_CHAIN_ID="5", **there)
            self.assertIn("chain 31337", other.stderr)
        gone = self.orien("show", "--balance", status=1, **there)
        self.assertNotIn("secret", gone.stderr)

    def test_a_library_that_is_not_there_is_named_by_what_wants_it(self):
        password = self.home / "password"
        password.touch(0o600)
        password.write_text("correct horse\n")
        self.assertIn("wallet new", self.orien(
            "--help", before=without("libsecp256k1.so.1", "libcrypto.so.3")).stdout)
        said = self.orien("new", status=1, before=without("libsecp256k1.so.1")).stderr
        self.assertIn("no libsecp256k1.so.1: install libsecp256k1-1", said)
        lacking = without("libcrypto.so.3")
        said = self.orien("new", "--password-file", password, status=1, before=lacking).stderr
        self.assertIn("no libcrypto.so.3: install libssl3", said)
        self.assertFalse(self.file.exists())
        self.json("new", before=lacking)


def without(*libraries):
    """What runs a program where these are no libraries."""
    for library in libraries:
        ctypes.CDLL(library)
    maps = pathlib.Path("/proc/self/maps").read_text().splitlines()
    loaded = {pathlib.Path(line.split()[-1]) for line in maps if ".so" in line}
    files = [str(file) for file in loaded
             if any(file == (file.parent / library).resolve() for library in libraries)]
    script = 'while [ "$1" != -- ]; do mount --bind /dev/null "$1" || exit 9; shift; done; shift; '
    return ["unshare", "--mount", "sh", "-c", script + 'exec "$@"', "sh", *files, "--"]


if __name__ == "__main__":
    unittest.main()
