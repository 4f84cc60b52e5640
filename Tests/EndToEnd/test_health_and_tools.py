"""What a stranger asks first: is it well, and what can it do."""

from case import NodeCase


class HealthAndTools(NodeCase):
    def test_health_has_the_five_fields(self):
        body = self.get("/health").json
        self.assertEqual(body["status"], "ok")
        self.assertIsInstance(body["uptime"], float)
        self.assertEqual(body["activeExecutions"], 0)
        self.assertGreaterEqual(body["totalExecutions"], 1)
        self.assertRegex(body["version"], r"^\d+\.\d+\.\d+")

    def test_the_root_names_the_node(self):
        body = self.get("/").json
        self.assertIn("name", body)
        self.assertIn("version", body)

    def test_the_three_tools_are_listed_with_their_arguments(self):
        tools = {tool["id"]: tool for tool in self.get("/tools").json["tools"]}
        self.assertLessEqual({"echo", "python_script", "node_script"}, tools.keys())
        echo = tools["echo"]
        self.assertEqual(echo["name"], "Echo")
        self.assertEqual(echo["maxDurationSeconds"], 5)
        message = {argument["name"]: argument for argument in echo["args"]}["message"]
        self.assertEqual((message["type"], message["required"]), ("string", True))
        python = tools["python_script"]
        self.assertEqual(python["maxDurationSeconds"], 120)
        self.assertEqual(python["resourceLimits"]["maxCpu"], 75)
        self.assertEqual(python["resourceLimits"]["maxMemory"], 1024)
        script = {argument["name"]: argument for argument in python["args"]}["script"]
        self.assertEqual((script["type"], script["required"]), ("file", True))
        node = tools["node_script"]
        self.assertEqual(node["maxDurationSeconds"], 60)
        self.assertEqual(node["resourceLimits"]["maxCpu"], 50)
        self.assertEqual(node["resourceLimits"]["maxMemory"], 512)

    def test_a_tool_says_what_it_wants_and_what_it_costs(self):
        for tool in self.get("/tools").json["tools"]:
            self.assertNotIn("command", tool)
            for member in ("version", "plugin", "hash", "generation", "isolation", "state",
                           "available", "use", "price", "inputSchema", "example"):
                self.assertIn(member, tool, tool["id"])
            self.assertEqual(tool["inputSchema"]["type"], "object")
            # The list is rendered once a second, and others call the tool meanwhile.
            alone = self.get(f"/tools/{tool['id']}").json
            self.assertEqual(alone | {"use": tool["use"]}, tool)

    def test_a_tool_that_is_not_there_is_404(self):
        self.refused(self.get("/tools/no-such-tool"), 404)

    def test_plugins_are_listed_with_their_files(self):
        plugins = {plugin["file"]: plugin for plugin in self.get("/plugins").json["plugins"]}
        for name in ("echo", "python_script", "node_script"):
            plugin = plugins[f"{name}.so"]
            self.assertEqual((plugin["state"], plugin["tools"]), ("ready", [name]))

    def test_metrics_are_prometheus_text(self):
        answer = self.get("/metrics")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers.get_content_type(), "text/plain")
        for line in answer.body.decode().splitlines():
            self.assertRegex(line, r"^(# (HELP|TYPE) \w+ .*|\w+(\{[^}]*\})? [-+\d.eE]+|)$")

    def test_the_document_describes_each_route(self):
        document = self.get("/openapi.json").json
        self.assertTrue(document["openapi"].startswith("3.1"))
        for path in ("/health", "/tools", "/execute", "/executions/{executionId}", "/plugins"):
            self.assertIn(path, document["paths"])

    def test_a_route_that_is_not_there_is_404_and_a_wrong_method_405(self):
        self.refused(self.get("/no/such/route"), 404)
        answer = self.ask("DELETE", "/tools")
        self.refused(answer, 405)
        self.assertIn("GET", answer.headers["Allow"])

    def test_head_answers_as_get_without_a_body(self):
        answer = self.ask("HEAD", "/health")
        self.assertEqual((answer.status, answer.body), (200, b""))
