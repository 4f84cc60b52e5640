package import OrienKernel
package import OrienModel

/// Lends ports by whatever plugin is the backend of `proxy/1`. What the role's page says holds here
/// already: the kernel lets no other answer through.
package final class RolePortProxy: PortProxy {
  static let role = "proxy/1"

  /// As the backend calls it.
  package let engine: String
  private let kernel: Kernel
  private let host: String

  /// `host` is the address at which ports are opened; empty: every one.
  package init(engine: String, host: String = "", kernel: Kernel) {
    self.engine = engine
    self.host = host
    self.kernel = kernel
  }

  package func open(_ lease: PortLease, then answer: @escaping (Result<Void, Failure>) -> Void) {
    ask("open", .object(lease.members + [.init("host", .string(host))]), answer) { _ in }
  }

  package func close(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    ask("close", .object([.init("name", .string(name))]), answer) { json in
      json["existed"]?.bool
    }
  }

  package func list(then answer: @escaping (Result<[PortLease], Failure>) -> Void) {
    ask("list", .object([]), answer) { json in json["open"]?.array?.compactMap(PortLease.init) }
  }

  package func traffic(then answer: @escaping (Result<[PortTraffic], Failure>) -> Void) {
    ask("stats", .object([]), answer) { json in
      json["traffic"]?.array?.compactMap(PortTraffic.init)
    }
  }

  /// What `read` makes of the answer; where that is nothing, the backend is at fault.
  private func ask<Value>(
    _ operation: String, _ arguments: JSON,
    _ answer: @escaping (Result<Value, Failure>) -> Void, _ read: @escaping (JSON) -> Value?
  ) {
    kernel.perform(operation, of: Self.role, arguments) { result in
      answer(
        result.flatMap { json in
          if let value = read(json) { return .success(value) }
          let what = "the backend of \(Self.role) answered \(operation) with what means nothing"
          return .failure(Failure(.internal, "backend-misbehaved", what))
        })
    }
  }
}

extension PortLease {
  fileprivate var members: [JSON.Member] {
    [
      .init("name", .string(name)), .init("port", .integer(Int64(port))),
      .init("target_host", .string(targetHost)), .init("target_port", .integer(Int64(targetPort))),
    ]
  }

  /// Nil for an entry that no lease has made: its backend's own affair.
  fileprivate init?(_ json: JSON) {
    guard let name = json["name"]?.string, let port = json["port"]?.port,
      let host = json["target_host"]?.string, let targetPort = json["target_port"]?.port
    else { return nil }
    self.init(name: name, port: port, targetHost: host, targetPort: targetPort)
  }
}

extension PortTraffic {
  fileprivate init?(_ json: JSON) {
    guard let name = json["name"]?.string, let connections = json["connections"]?.uint64,
      let bytesIn = json["bytes_in"]?.uint64, let bytesOut = json["bytes_out"]?.uint64
    else { return nil }
    self.init(name: name, connections: connections, bytesIn: bytesIn, bytesOut: bytesOut)
  }
}

extension JSON {
  fileprivate var port: UInt16? { uint64.flatMap { UInt16(exactly: $0) } }
}
