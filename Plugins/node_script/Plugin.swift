public import OrienKit

/// Runs JavaScript of the session's workspace by Node.js.
private let plugin = Plugin(
  id: "orien.node_script", version: "1.0.0", "Runs Node.js scripts of the workspace"
) {
  Tool.script(
    "node_script",
    """
    Runs a JavaScript file that lies in the session's workspace by Node.js, with the workspace as \
    its current folder. Its standard output is the result, its exit code the outcome.
    """,
    title: "Run Node.js Script",
    example: ["script": "main.js", "args": ["--count", "3"]],
    limits: Limits(wallMilliseconds: 60_000, cpuPercent: 50, memoryBytes: 512 << 20),
    by: "node")
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
