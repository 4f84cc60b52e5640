extension OpenAPI {
  /// What goes into a sandbox and comes out of it.
  static let sandboxSchemas = #"""
    "RunRequest": {"type": "object", "required": ["code"], "properties": {
      "code": {"type": "string"},
      "language": {"type": "string", "default": "python", "description":
        "python, javascript, node, bash, shell, or the operator's; another is shown as it is"},
      "timeout": {"type": ["integer", "null"], "minimum": 1, "maximum": 300},
      "files": {"type": ["object", "null"], "additionalProperties": {"type": "string"},
        "propertyNames": {"pattern": "^[^./\\\\\\u0000-\\u001f][^/\\\\\\u0000-\\u001f]*$"},
        "description": "By name; not the one that the code itself has"},
      "readonly": {"type": "boolean", "default": true},
      "capture_artifacts": {"type": "boolean", "default": true}},
      "examples": [{"code": "print('hello')", "language": "python"}]},
    "RunResult": {"type": "object", "required": ["run_id", "success", "exit_code", "stdout",
      "stderr", "execution_time", "timed_out", "timeout", "artifacts"], "properties": {
      "run_id": {"type": "string"},
      "success": {"type": "boolean"},
      "exit_code": {"type": "integer", "description": "-1 where its time was over"},
      "stdout": {"type": "string"},
      "stderr": {"type": "string"},
      "execution_time": {"type": "number", "minimum": 0},
      "timed_out": {"type": "boolean"},
      "timeout": {"type": "integer"},
      "artifacts": {"type": "object", "additionalProperties": {"type": "string"},
        "description": "Text as it is, other bytes in base64 behind base64:"},
      "artifacts_omitted": {"type": "array", "items": {"type": "string"},
        "description": "What is too long for an answer, or no file"},
      "sandbox": {"type": "string", "description": "What ran it: jail or docker"},
      "execution_id": {"$ref": "#/components/schemas/ExecutionID"},
      "reason": {"type": "string"},
      "truncated": {"type": "boolean"}}},
    "ValidationProblem": {"type": "object", "required": ["detail"], "properties": {
      "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"},
      "error": {"type": "string"}, "message": {"type": "string"}, "code": {"type": "string"},
      "detail": {"type": "array", "items": {"type": "object", "required": ["loc", "msg", "type"],
        "properties": {"loc": {"type": "array", "items": {"type": "string"}},
        "msg": {"type": "string"}, "type": {"type": "string"}}}}}},
    "RPCRequest": {"type": ["object", "array"], "description": "A call, or several as a batch",
      "properties": {"jsonrpc": {"const": "2.0"}, "method": {"type": "string"},
      "params": {"type": ["object", "array"]}, "id": {"type": ["string", "number", "null"]}},
      "examples": [{"jsonrpc": "2.0", "method": "rpc.discover", "id": 1}]},
    "RPCResponse": {"type": ["object", "array"], "properties": {"jsonrpc": {"const": "2.0"},
      "result": {}, "error": {"type": "object", "required": ["code", "message"], "properties": {
      "code": {"type": "integer"}, "message": {"type": "string"}, "data": {"type": "object"}}},
      "id": {"type": ["string", "number", "null"]}}},
    "Built": {"type": "object", "required": ["message"], "properties": {
      "message": {"type": "string"}}},
    """#
}
