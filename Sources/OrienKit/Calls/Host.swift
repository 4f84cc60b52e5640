internal import COrienABI

/// The node around the plugin. Good from `open` until `close` returned; any thread may use it.
public struct Host: @unchecked Sendable {
  let raw: UnsafePointer<orien_host>

  /// The node's version.
  public var version: String { String(cString: raw.pointee.version) }
  /// The path of the plugin's own folder, private, kept across restarts.
  public var folder: String { String(cString: raw.pointee.folder) }
  /// Durable values of the plugin, shared by its loads.
  public var store: Store { Store(host: self) }

  public enum Level: Int32, Sendable {
    case debug, info, warning, error
  }

  /// Writes to the node's log.
  public func log(_ level: Level, _ message: String) { log(level, message, about: nil) }

  func log(_ level: Level, _ message: String, about call: UnsafePointer<orien_call>?) {
    // A node without a log is no reason for a handler to fail.
    guard let log = try? service(ORIEN_SERVICE_LOG, \orien_log.write) else { return }
    log.pointee.write(raw, call, level.rawValue, message.crossingWhole)
  }

  /// The table of a service that reaches as far as `field`, which an older node's may not.
  func service<Table, Field>(
    _ id: String, _ field: KeyPath<Table, Field>
  ) throws(Failure) -> UnsafePointer<Table> {
    guard let table = raw.pointee.service(raw, id)?.assumingMemoryBound(to: Table.self),
      table.has(field)
    else { throw Failure(.unavailable, "this node (\(version)) does not offer \(id)") }
    return table
  }

  /// A copy of what a service handed out, which is given back.
  func taking(_ bytes: orien_bytes) -> [UInt8] {
    defer { raw.pointee.release(raw, bytes) }
    return Array(
      UnsafeRawBufferPointer(start: bytes.data, count: bytes.data == nil ? 0 : bytes.size))
  }
}
