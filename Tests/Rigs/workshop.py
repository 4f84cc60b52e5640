"""A `tools.d` of its own, what is built for it, and what changes there while all is called."""

import json
import pathlib
import random
import shutil
import subprocess
import tempfile
import threading

from node import ROOT

# Says which version it is of, once the session's file `gate` is gone where that is named; or dies.
SOURCE = """
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "orien_plugin.h"

static orien_status run(void *self, orien_call *call, const char *what) {
  (void)self;
  if (!strcmp(what, "crash")) abort();
  if (!strcmp(what, "spin")) for (volatile int i = 0;; i++) {}
  const orien_files *files = call->host->service(call->host, ORIEN_SERVICE_FILES);
  for (int32_t gate; !strcmp(what, "gate") && files->open(call, what, 0, &gate) == ORIEN_OK;) {
    close(gate);
    usleep(1000);
  }
  if (what[0] >= '0' && what[0] <= '9') usleep(atoi(what) * 1000);
  char text[64];
  int size = snprintf(text, sizeof text, "%s %d", NAME, VERSION);
  return call->emit(call, ORIEN_OUTPUT, (orien_bytes){(const uint8_t *)text, (size_t)size});
}

static const orien_arg what = {.size = sizeof what, .type = ORIEN_TEXT, .flags = ORIEN_REQUIRED,
    .name = "what"};
static const orien_arg *const args[] = {&what, NULL};
static const orien_handler handler = {.size = sizeof handler, .name = NAME, .args = args,
    .run = (orien_function)run};
static const orien_handler *const handlers[] = {&handler, NULL};
static const orien_plugin plugin = {.size = sizeof plugin, .id = "test." NAME,
    .version = "1.0.0", .handlers = handlers};
const orien_plugin *orien_plugin_v1(void) { return &plugin; }
"""


class Workshop:
    """A `tools.d` of its own, and what is built for it."""

    def __init__(self):
        self.home = pathlib.Path(tempfile.mkdtemp(prefix="orien-plugins-"))
        self.tools = self.home / "tools.d"
        self.tools.mkdir(mode=0o755)
        (self.home / "tool.c").write_text(SOURCE)

    def close(self):
        shutil.rmtree(self.home)

    def build(self, name, version):
        """The library's path, outside of the node's sight."""
        built = self.home / f"{name}-{version}.built"
        if not built.exists():
            subprocess.run(
                ["cc", "-shared", "-fPIC", "-I", ROOT / "Sources/COrienABI/include",
                 f'-DNAME="{name}"', f"-DVERSION={version}", "-o", built, self.home / "tool.c"],
                check=True)
            built.chmod(0o644)
        return built

    def put(self, name, version):
        """Puts it there whole, by a rename."""
        passing = self.home / "passing"
        shutil.copy(self.build(name, version), passing)
        passing.rename(self.tools / f"{name}.so")

    def manifest(self, name, **members):
        passing = self.home / "passing"
        passing.write_text(json.dumps(members))
        passing.chmod(0o644)
        passing.rename(self.tools / f"{name}.json")

    def remove(self, name):
        (self.tools / f"{name}.so").unlink()


NAMES = [f"tool{number}" for number in range(4)]
# How long a call takes, in milliseconds, from hardly anything to a change's pause and back.
MILLISECONDS = (1, 2, 5, 10, 20, 50, 100, 200)
CHANGES_A_SECOND = 2


class Changing:
    """Adds, replaces and removes plugins at random while all are called. Of no call the answer may
    be lost, nor be another plugin's or another generation's; the last is removed now and then, and
    is then unknown."""

    def __init__(self, shop, node, seed, callers):
        self.shop, self.node = shop, node
        self.random = random.Random(seed)
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.said, self.wrong = {}, []
        self.done = self.changes = 0
        self.threads = [threading.Thread(target=self.call, args=(number,))
                        for number in range(callers)]

    def call(self, number):
        chance = random.Random(number)
        while not self.over.is_set():
            name, milliseconds = chance.choice(NAMES), chance.choice(MILLISECONDS)
            answer = self.node().execute(
                f"s{number}", name, {"what": str(milliseconds)}, wait=20)
            fault = self.fault(name, answer)
            with self.lock:
                self.done += 1
                if fault:
                    self.wrong.append((fault, answer.json))

    def fault(self, name, answer):
        record = answer.json
        if name == NAMES[3] and answer.status == 400 and record["code"] == "unknown-tool":
            return None
        words = record.get("output", "").split()
        if record.get("status") != "completed" or len(words) != 2:
            return "lost"
        if words[0] != name or words[1] not in "123":
            return "another plugin's"
        # A generation is of one library alone.
        with self.lock:
            version = self.said.setdefault((name, record["generation"]), words[1])
        return None if version == words[1] else "another generation's"

    def change(self):
        name = self.random.choice(NAMES)
        if name == NAMES[3] and (self.shop.tools / f"{name}.so").exists() and \
                self.random.random() < 0.5:
            self.shop.remove(name)
        else:
            self.shop.put(name, self.random.choice((1, 2, 3)))
        self.changes += 1

    def run(self, seconds):
        timer = threading.Timer(seconds, self.over.set)
        for thread in [*self.threads, timer]:
            thread.start()
        while not self.over.wait(1 / CHANGES_A_SECOND):
            self.change()
        for thread in self.threads:
            thread.join()


def changing(shop, start, node, seconds, callers=16):
    """What became of it all; two of the plugins run in the node, and two in workers."""
    for name in NAMES:
        for version in (1, 2, 3):
            shop.build(name, version)
        shop.put(name, 1)
        if name in NAMES[:2]:
            shop.manifest(name, isolation="node")
    start()
    changing = Changing(shop, node, seconds, callers)
    changing.run(seconds)
    return changing
