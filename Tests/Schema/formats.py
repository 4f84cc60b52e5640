#!/usr/bin/env python3
"""Holds the formats of `GET /tools` to the types of those who read them, and ends with
`N passed, M failed`. Run by check.py with the interpreter that has these types.

    formats.py URL
"""

import json
import sys
import unittest
import urllib.request

import anthropic.types
import jsonschema
import mcp.types
import openai.types.chat
import pydantic

import strict

URL = sys.argv.pop(1) if len(sys.argv) > 1 else None


def ask(query, headers={}):
    with urllib.request.urlopen(
            urllib.request.Request(f"{URL}/tools{query}", headers=headers)) as answer:
        return json.load(answer)


def execute(tool, arguments):
    body = json.dumps({"sessionId": "formats", "toolId": tool, "args": arguments}).encode()
    request = urllib.request.Request(
        f"{URL}/execute?wait=20", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def exactly(kind, value):
    """As `kind` has it: nothing of it is ignored, and nothing put in its place."""
    read = pydantic.TypeAdapter(kind).validate_python(value, strict=True)
    assert read == value or isinstance(read, pydantic.BaseModel), (read, value)
    return read


class Formats(unittest.TestCase):
    def setUp(self):
        self.tools = {tool["id"]: tool for tool in ask("")["tools"] if tool["available"]}
        self.assertGreater(len(self.tools), 5)

    def test_functions_are_openais(self):
        for query in "", "&strict=1":
            functions = ask("?format=openai" + query)["tools"]
            for function in functions:
                exactly(openai.types.chat.ChatCompletionFunctionToolParam, function)
                openai.types.chat.ChatCompletionFunctionTool.model_validate(function)
                self.assertLessEqual(function["function"].keys(), {
                    "name", "description", "parameters", "strict"})
            self.assertEqual([one["function"]["name"] for one in functions], list(self.tools))

    def test_a_strict_function_is_within_the_published_rules(self):
        held = 0
        for tool in ask("?format=openai&strict=1")["tools"]:
            function = tool["function"]
            with self.subTest(function["name"]):
                jsonschema.Draft202012Validator.check_schema(function["parameters"])
                faults = strict.faults(function["parameters"])
                # What must be given and may be anything cannot be said there.
                arguments = self.tools[function["name"]]["args"]
                is_open = any(one["type"] == "json" and one["required"] for one in arguments)
                self.assertEqual(function["strict"], not is_open)
                self.assertEqual(bool(faults), is_open, faults)
                held += function["strict"]
        self.assertGreater(held, 5)

    def test_the_checker_sees_what_breaks_the_rules(self):
        good = {"type": "object", "properties": {"a": {"type": ["string", "null"]}},
                "required": ["a"], "additionalProperties": False}
        self.assertEqual(strict.faults(good), [])
        for change in (
                {"required": []}, {"additionalProperties": True}, {"type": "array"},
                {"properties": {"a": {}}}, {"properties": {"a": {"type": "file"}}},
                {"properties": {"a": {"type": "string", "minLength": 1}}},
                {"properties": {"a": {"type": "string", "default": ""}}},
                {"properties": {"a": {"type": "string", "format": "uri"}}},
                {"properties": {"a": {"type": ["string", "null"], "enum": ["x"]}}},
                {"properties": {"a": {"type": "string", "enum": [1]}}},
                {"properties": {"a": {"type": "array"}}},
                {"properties": {"a": {"type": "array", "items": {"type": "string", "maxLength": 1}
                                      }}},
                {"properties": {"a": {"type": "object", "properties": {}, "required": []}}},
                {"$schema": "https://json-schema.org/draft/2020-12/schema"}):
            self.assertNotEqual(strict.faults(good | change), [], change)
        plain = [one["function"]["parameters"] for one in ask("?format=openai")["tools"]]
        self.assertTrue(any(map(strict.faults, plain)))

    def test_what_a_strict_model_says_the_node_takes(self):
        """Null for each argument that may be left out, and nothing left out."""
        arguments = {"types": {"flag": True}, "ruled": {}, "echo": {"message": "hi"}}
        for tool in ask("?format=openai&strict=1")["tools"]:
            function = tool["function"]
            given = arguments.get(function["name"])
            if given is None:
                continue
            properties = function["parameters"]["properties"]
            whole = {name: given.get(name) for name in properties}
            jsonschema.validate(whole, function["parameters"])
            self.assertEqual(execute(function["name"], whole)["status"], "completed")
            arguments.pop(function["name"])
        self.assertEqual(arguments, {})

    def test_tools_are_anthropics(self):
        tools = ask("?format=anthropic")["tools"]
        for tool in tools:
            exactly(anthropic.types.ToolParam, tool)
            self.assertEqual(tool.keys(), {"name", "description", "input_schema"})
            self.assertTrue(tool["description"])
            jsonschema.Draft202012Validator.check_schema(tool["input_schema"])
        self.assertEqual([tool["name"] for tool in tools], list(self.tools))

    def test_the_list_is_mcps(self):
        answer = ask("?format=mcp")
        result = mcp.types.ListToolsResult.model_validate(answer)
        told = result.model_dump(by_alias=True, exclude_unset=True)
        self.assertEqual(told, answer, "a member is not MCP's")
        self.assertEqual([tool.name for tool in result.tools], list(self.tools))

    def test_each_document_is_json_schema_and_takes_the_example(self):
        documents = ask("?format=jsonschema")
        self.assertEqual(list(documents), list(self.tools))
        for name, document in documents.items():
            jsonschema.Draft202012Validator.check_schema(document)
            example = self.tools[name].get("example")
            if example is not None:
                jsonschema.validate(example, document)
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate({"no_such_argument": 1}, document)

    def test_a_tool_that_is_unavailable_is_there_for_who_wants_all(self):
        for tool in self.tools.values():
            self.assertEqual(tool["available"], tool["state"] == "ready")


if __name__ == "__main__":
    done = unittest.TextTestRunner(stream=sys.stdout).run(
        unittest.defaultTestLoader.loadTestsFromTestCase(Formats))
    failed = len({id(test) for test, _ in done.failures + done.errors})
    print(f"{done.testsRun - failed} passed, {failed} failed")
    sys.exit(1 if failed or not done.testsRun else 0)
