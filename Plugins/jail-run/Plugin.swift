public import OrienKit

/// Runs code of the session's workspace in the node's own jail: the backend of sandboxes on a machine
/// that has no other.
private let plugin = Plugin(
  id: "orien.jail_run", version: "1.0.0", "Runs code of the workspace in the node's jail"
) {
  Handler.sandboxed()
}

@c @implementation
public func orien_plugin_v1() -> UnsafePointer<orien_plugin>? { plugin.table }
