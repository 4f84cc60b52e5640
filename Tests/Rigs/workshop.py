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


def changing(shop, start, node, seconds):
    """Adds, replaces and removes plugins at random while all are called; which calls went wrong."""
    chance = random.Random(seconds)
    names = [f"tool{number}" for number in range(4)]
    for name in names:
        for version in (1, 2, 3):
            shop.build(name, version)
        shop.put(name, 1)
        if name in names[:2]:
            shop.manifest(name, isolation="node")
    start()
    wrong, done = [], []
    over = threading.Event()
    # Of these no call may be lost; the last is removed now and then, and then unknown.
    def caller(number):
        session = f"s{number}"
        while not over.is_set():
            name = names[(number + len(done)) % 4]
            answer = node().execute(session, name, {"what": str(number % 20 + 1)}, wait=20)
            record = answer.json
            gone = name == names[3] and answer.status == 400 and record["code"] == "unknown-tool"
            fine = record.get("output", "").startswith(name + " ") and \
                record.get("status") == "completed"
            (done if fine or gone else wrong).append(record)

    callers = [threading.Thread(target=caller, args=(number,)) for number in range(16)]
    for thread in callers:
        thread.start()
    timer = threading.Timer(seconds, over.set)
    timer.start()
    changes = 0
    while not over.wait(0.5):
        name = chance.choice(names)
        if name == names[3] and (shop.tools / f"{name}.so").exists() and chance.random() < 0.5:
            shop.remove(name)
        else:
            shop.put(name, chance.choice((1, 2, 3)))
        changes += 1
    for thread in callers:
        thread.join()
    assert changes and len(done) > 10 * seconds, (changes, len(done))
    return wrong
