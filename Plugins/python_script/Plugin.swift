public import OrienKit

/// Runs Python scripts of the session's workspace.
private let plugin = Plugin(
  id: "orien.python_script", version: "1.0.0", "Runs Python scripts of the workspace"
) {
  Tool.script(
    "python_script",
    """
    Runs a Python script that lies in the session's workspace, with the workspace as its current \
    folder. Its standard output is the result, its exit code the outcome. Python holds back what \
    is printed until it has a block of it: give env PYTHONUNBUFFERED=1 to see it as it comes.
    """,
    title: "Run Python Script",
    example: ["script": "main.py", "args": ["--count", "3"]],
    limits: Limits(wallMilliseconds: 120_000, cpuPercent: 75, memoryBytes: 1024 << 20),
    by: "python3")
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
