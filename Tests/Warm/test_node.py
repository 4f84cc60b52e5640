"""A script of Node's that ran warm is the one that ran cold, byte for byte.

Nothing that a script prints here is the age of the process, its number, its memory or where the
loader's file lies: these may differ.
"""

import resource

import rig
from case import WarmCase

LINES = "one\ntwo\r\nthree\nfoür and more\n".encode()
SAY = "console.log(__filename, process.argv, require.main === module, module.paths)\n"
KINDS = ("pipe", "file", "socket", "null")
PACKAGE = {"node_modules/package/index.js": "exports.found = __filename",
           "node_modules/package/package.json": '{"name": "package"}'}


class NodeCase(WarmCase):
    host, interpreter, folder = "orien-warm-node", "node", "node"


class ScriptTests(NodeCase):
    def test_process(self):
        self.same(["process.js", "a", "b c", "", "ü", "--x", "--require", "-"])

    def test_module(self):
        self.same(["module.js"], PACKAGE | {"beside.js": "exports.x = module.parent.id",
                                            "data.json": "[1]"})

    def test_frames(self):
        self.same(["frames.js"])

    def test_uncaught_error(self):
        self.assertEqual(self.same(["uncaught.js"]).code, 1)

    def test_unhandled_rejection(self):
        self.assertEqual(self.same(["rejection.js"]).code, 1)

    def test_signal_handlers(self):
        self.assertEqual(self.same(["handlers.js"]).code, -15)

    def test_descriptors(self):
        for kind in KINDS:
            with self.subTest(kind):
                self.same(["descriptors.js"], kind=kind)

    def test_limits_that_are_set_late(self):
        late = {resource.RLIMIT_NOFILE: 150, resource.RLIMIT_CPU: 1000}
        self.same(["descriptors.js"], limits=late)

    def test_heap(self):
        self.same(["heap.js"])

    def test_order(self):
        self.same(["order.js"])

    def test_workers(self):
        self.same(["worker.js"], {"worker.mjs": "console.log(import.meta.url, process.argv)"})

    def test_children(self):
        self.same(["children.js"], written=b"given")

    def test_cluster(self):
        self.same(["cluster.js", "x"])

    def test_es_module(self):
        self.assertEqual(self.same(["module.mjs", "x"], PACKAGE | {
            "other.mjs": "export default 1; export const x = import.meta.url",
            "common.cjs": "module.exports = [__filename, module.parent]"}).code, 1)

    def test_network(self):
        self.same(["network.js"])

    def test_threads_of_the_pool(self):
        self.same(["sync.js"])

    def test_warnings_and_text(self):
        self.same(["warned.js", "ü", b"\xff".decode(errors="surrogateescape")])

    def test_inspector_and_contexts(self):
        self.same(["report.js"])


class StreamTests(NodeCase):
    def test_streams(self):
        for kind in (*KINDS, "folder"):
            with self.subTest(kind):
                self.same(["streams.js"], kind=kind, written=LINES)

    def test_reading(self):
        for kind in KINDS:
            for name in ("reading.js", "lines.mjs"):
                with self.subTest(kind, name=name):
                    self.same([name], kind=kind, written=LINES)

    def test_output_that_nobody_takes(self):
        for kind in ("full", "torn"):
            for text in ("console.log(1)", "process.stdout.write('x'.repeat(1e6))",
                         "require('fs').writeSync(1, 'x')"):
                with self.subTest(kind, text=text):
                    self.same(["a.js"], {"a.js": text}, kind=kind)


class EndingTests(NodeCase):
    def ends(self, *statements):
        for statement in statements:
            with self.subTest(statement):
                self.same(["ends.js", statement])

    def test_exit_codes(self):
        self.ends("process.exit(3)", "process.exit()", "process.exitCode = 4", "throw 1",
                  "process.reallyExit(5)", "process.exit(256)", "process.exit(-1)", "throw null",
                  "process.exitCode = 6; throw new Error('x')", "Promise.reject(1)",
                  "process.on('uncaughtException', (e) => console.log(e.message)); throw Error(1)",
                  "process.once('beforeExit', () => setTimeout(() => console.log('more'), 1))",
                  "process.on('exit', () => { process.exitCode = 8 })",
                  "process.on('exit', () => { throw new Error('at the exit') })",
                  "throw {toString() { return 'mine' }}", "(function f() { f() })()",
                  "process._rawDebug('raw')", "new Promise(() => {})")

    def test_exit_by_signal(self):
        self.ends(*(f"process.kill(process.pid, {number}); setTimeout(() => {{}}, 1000)"
                    for number in (1, 2, 3, 6, 9, 12, 14, 15)), "process.abort()")

    def test_broken_streams(self):
        self.ends("fs.closeSync(1)", "process.stdout.destroy()", "process.stdout.end()",
                  "delete process.stdout", "process.stdin.resume()", "fs.closeSync(0)")


class SourceTests(NodeCase):
    def test_sources_that_are_none(self):
        for name in ("a.js", "a.mjs", "a.cjs"):
            for source in ("function {", "let a; let a", "await 1; return", "'", b"\xff\xfe(",
                           "import x from 'absent'", "require('absent')", "export default"):
                with self.subTest(source, name=name):
                    self.same([name], {name: source})

    def test_sources_of_other_kinds(self):
        for source in ("", "#!/usr/bin/env node\nconsole.log(1)", "\ufeffconsole.log('ü')",
                       "'use strict'; console.log(this === module.exports)", b"console.log('\xff')",
                       "console.log(1)\r\n", "console.log(eval('new Error().stack'))",
                       "return console.log(2)", "throw Error('x')\n//# sourceMappingURL=absent"):
            with self.subTest(source):
                self.same(["a.js"], {"a.js": source})

    def test_names(self):
        files = {name: SAY for name in (
            "a.js", "b", "sub/c.js", "with blank.js", "ü.js", ".hidden", "d.txt", "e.cjs",
            "folder/index.js", "main/x.js")}
        files |= {"f.json": "[1]", "g.mjs": "console.log(import.meta.url, process.argv)",
                  "main/package.json": '{"main": "x"}',
                  "typed/package.json": '{"type": "module"}',
                  "typed/h.js": "console.log(import.meta.url)",
                  "typed/i.js": "console.log(__filename)"}
        for name in (*files, "./a.js", "sub/../a.js", "/workspace/a.js", "../workspace/a.js", "a",
                     "sub/c", "folder", "folder/", "main", ".", "./", "/workspace",
                     "with%20blank.js", "a.js?x", "file:///workspace/a.js", "./g.mjs",
                     "inspect.js"):
            with self.subTest(name):
                self.same([name, "x"], files)
        self.same(["typed/h.js"], {"typed/h.js": "await 1; throw 2", "typed/package.json": "{"})

    def test_no_script(self):
        for name in ("absent.js", "sub/absent.mjs", "a.js/b", "/absent", "absent/"):
            with self.subTest(name):
                self.assertEqual(self.same([name], {"a.js": SAY}).code, 1)


class RandomTests(NodeCase):
    def test_two_hosts_share_no_seed(self):
        files = {"a.js": "console.log(Math.random(), require('crypto').randomUUID())"}
        found = {rig.run_warm(self.host, ["node", "a.js"], files).output for _ in range(3)}
        self.assertEqual(len(found), 3)
