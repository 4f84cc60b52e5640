import COrienABI
import OrienModel

/// `orien.state/1`: the plugin's durable values, under its id.
enum StateService {
  private static let mostKeyBytes = 255
  private static let mostValueBytes = 1 << 20
  static let mostListBytes = 64 << 10

  static var table: orien_state {
    orien_state(
      size: ServiceTables.bytes(of: orien_state.self),
      put: { host, key, value, revision in
        StateService.with(host) { plugin throws(Failure) in
          guard let key = StateService.key(key), let revision, let value = value.buffer else {
            return .invalid
          }
          guard value.count <= StateService.mostValueBytes else { return .limited }
          switch try plugin.node.putState(
            key, Array(value), over: StateService.expected(revision.pointee), plugin: plugin.id)
          {
          case .written(let now):
            revision.pointee = now
            return .ok
          case .conflict(let now):
            revision.pointee = now
            return .conflict
          }
        }
      },
      get: { host, key, value, revision in
        value?.pointee = orien_bytes(data: nil, size: 0)
        revision?.pointee = 0
        return StateService.with(host) { plugin throws(Failure) in
          guard let key = StateService.key(key), let value else { return .invalid }
          guard let found = try plugin.node.state(key, plugin: plugin.id) else { return .notFound }
          value.pointee = plugin.lend(found.value)
          revision?.pointee = found.revision
          return .ok
        }
      },
      remove: { host, key, revision in
        StateService.with(host) { plugin throws(Failure) in
          guard let key = StateService.key(key) else { return .invalid }
          let answer = try plugin.node.removeState(
            key, over: StateService.expected(revision), plugin: plugin.id)
          guard case .written = answer else { return .conflict }
          return .ok
        }
      },
      list: { host, prefix, after, keys in
        keys?.pointee = orien_bytes(data: nil, size: 0)
        return StateService.with(host) { plugin throws(Failure) in
          guard let keys, let prefix = StateService.text(prefix),
            let after = StateService.text(after)
          else {
            return .invalid
          }
          let found = try plugin.node.stateKeys(
            prefix: prefix ?? "", after: after, bytes: StateService.mostListBytes, plugin: plugin.id
          )
          keys.pointee = plugin.lend(found.flatMap { Array($0.utf8) + [0] })
          return .ok
        }
      })
  }

  private static func with(
    _ host: UnsafePointer<orien_host>?,
    _ body: (PluginContext) throws(Failure) -> CallStatus
  ) -> orien_status {
    guard let plugin = LiveHosts.find(host) else { return CallStatus.invalid.rawValue }
    do {
      return try body(plugin).rawValue
    } catch {
      if error.code != .notFound { plugin.log(.warning, "state: \(error.message)") }
      return CallStatus(error.code).rawValue
    }
  }

  /// A key and a value as a plugin may give them.
  static func checked(_ key: String) throws(Failure) -> String {
    guard !key.isEmpty, key.utf8.count <= mostKeyBytes, !key.utf8.contains(0) else {
      throw Failure(.invalid, "bad-key", "a key has 1 to \(mostKeyBytes) bytes")
    }
    return key
  }
  static func checked(_ value: [UInt8]) throws(Failure) -> [UInt8] {
    guard value.count <= mostValueBytes else {
      throw Failure(.limited, "too-large", "a value has at most \(mostValueBytes) bytes")
    }
    return value
  }

  private static func expected(_ revision: UInt64) -> UInt64? {
    revision == UInt64.max ? nil : revision
  }

  private static func key(_ pointer: UnsafePointer<CChar>?) -> String? {
    guard let key = try? PluginText.copy(pointer, atMost: mostKeyBytes), !key.isEmpty else {
      return nil
    }
    return key
  }

  /// A copy of the text, or of nothing; nil where there is one that is no key's.
  private static func text(_ pointer: UnsafePointer<CChar>?) -> String?? {
    do { return .some(try PluginText.copy(pointer, atMost: mostKeyBytes)) } catch { return nil }
  }
}
