"""Which requests for Node are warm: the others are started cold, and end as they do cold.

What ran cold shows in what Node was started with, as the kernel tells it.
"""

import resource

from test_node import NodeCase

WHERE = "console.log(require('fs').readFileSync('/proc/self/cmdline', 'latin1')" \
        ".startsWith('node\\0script\\0'))"
FILES = {"a.js": WHERE}


class RuleTests(NodeCase):
    def test_a_script_by_its_name_is_warm(self):
        for name in ("a.js", "a", "./a.js", "/workspace/a.js", "."):
            with self.subTest(name):
                self.assertTrue(self.is_warm([name, "-x"], {"a.js": WHERE, "index.js": WHERE}))

    def test_options_are_cold(self):
        for words in (["-e", WHERE], ["--no-warnings", "a.js"], ["--", "a.js"]):
            with self.subTest(words):
                self.assertFalse(self.is_warm(words, FILES))
                if words[0] != "-e":
                    self.same(words, {"a.js": "console.log(process.argv, process.execArgv)"})

    def test_no_script_is_cold(self):
        for words in (["-"], ["-", "x"], []):
            with self.subTest(words):
                self.assertFalse(self.is_warm(words, written=WHERE.encode()))
        self.same(["inspect"])

    def test_more_variables_are_cold(self):
        files = {"a.js": "console.log(process.env, process.execArgv)"}
        for more in ({"A": "b"}, {"NODE_OPTIONS": "--no-warnings"}, {"NODE_PATH": "/x"}):
            with self.subTest(more):
                self.assertFalse(self.is_warm(["a.js"], FILES, variables=more))
                self.same(["a.js"], files, variables=more)
        self.assertTrue(self.is_warm(["a.js"], FILES, variables={"HOME": "/workspace"}))

    def test_another_limit_of_the_stack_is_cold(self):
        self.assertFalse(self.is_warm(["a.js"], FILES, limits={resource.RLIMIT_STACK: 4 << 20}))
        self.assertTrue(self.is_warm(["a.js"], FILES, limits={resource.RLIMIT_NOFILE: 64}))
