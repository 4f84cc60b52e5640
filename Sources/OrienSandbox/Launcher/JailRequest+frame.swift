import COrienJail
import OrienModel
import OrienSystem

extension JailRequest {
  /// The whole frame. Failures: what breaks a bound of the launcher's.
  func frame(id: UInt64) throws(Failure) -> [UInt8] {
    guard let program = arguments.first, !program.isEmpty else {
      throw Failure(.invalid, "arguments", "expected the name of a program to run")
    }
    guard max(arguments.count, environment.count) <= Int(ORIEN_JAIL_STRINGS) else {
      throw Failure(
        .tooLarge, "arguments",
        "expected at most \(ORIEN_JAIL_STRINGS) arguments and as many variables")
    }
    var strings: [UInt8] = []
    for text in arguments { try Self.append(text, to: &strings) }
    for text in environment {
      guard Self.isVariable(text) else {
        throw Failure(.invalid, "environment", "expected NAME=value, with a name of A-Z a-z 0-9 _")
      }
      try Self.append(text, to: &strings)
    }
    for place in places { try Self.append(place.frameText, to: &strings) }
    let servers = network.nameServers
    for server in servers { try Self.append(server.hostText, to: &strings) }
    let start = orien_jail_start(
      limits: orien_jail_limits(limits),
      profile: profile,
      network: network.frameValue, devices: devices.reduce(0) { $0 | 1 << UInt32($1) },
      arguments: UInt32(arguments.count),
      variables: UInt32(environment.count), places: UInt32(places.count),
      resolvers: UInt32(servers.count), string_bytes: UInt32(strings.count))
    let body = Frame.bytes(of: start) + strings
    guard body.count <= Int(ORIEN_JAIL_BODY_BYTES) else {
      throw Failure(
        .tooLarge, "arguments",
        "arguments and environment are \(strings.count) bytes; at most 256 KiB are taken together")
    }
    return Frame.header(ORIEN_JAIL_START, id: id, size: body.count) + body
  }

  private var profile: UInt32 {
    (needsWalls ? ORIEN_JAIL_WALLED.rawValue : 0) | (readsOnly ? ORIEN_JAIL_READS_ONLY.rawValue : 0)
  }

  private static func append(_ text: String, to strings: inout [UInt8]) throws(Failure) {
    let bytes = text.utf8
    guard bytes.count < Int(ORIEN_JAIL_STRING_BYTES) else {
      throw Failure(.tooLarge, "arguments", "an argument or variable takes less than 128 KiB")
    }
    guard !bytes.contains(0) else {
      throw Failure(.invalid, "arguments", "an argument or variable has no NUL in it")
    }
    strings += bytes
    strings.append(0)
  }

  private static func isVariable(_ text: String) -> Bool {
    let name = text.utf8.prefix { $0 != UInt8(ascii: "=") }
    guard let first = name.first, name.count < text.utf8.count else { return false }
    return !first.isASCIIDigit && name.allSatisfy { $0.isASCIIWord && $0 != UInt8(ascii: "-") }
  }
}

extension JailRequest.Place {
  fileprivate var frameText: String {
    let kind =
      switch kind {
      case .read: ORIEN_JAIL_PLACE_READ
      case .write: ORIEN_JAIL_PLACE_WRITE
      case .socket: ORIEN_JAIL_PLACE_SOCKET
      }
    return String(UnicodeScalar(UInt8(kind.rawValue))) + path
  }
}

extension JailRequest.Network {
  fileprivate var frameValue: UInt32 {
    switch self {
    case .none: ORIEN_JAIL_OFFLINE.rawValue
    case .loopback: ORIEN_JAIL_LOOPBACK.rawValue
    case .door: ORIEN_JAIL_DOOR.rawValue
    case .public: ORIEN_JAIL_PUBLIC.rawValue
    }
  }

  fileprivate var nameServers: [NetworkAddress] {
    if case .public(let servers) = self { servers } else { [] }
  }
}

extension orien_jail_limits {
  /// Beyond what the kernel's own files take a limit is none.
  fileprivate init(_ limits: Limits) {
    func number(_ limit: UInt64?, atMost most: UInt64) -> UInt64 {
      guard let limit, limit <= most else { return 0 }
      return max(limit, 1)
    }
    self.init(
      memory_bytes: number(limits.memoryBytes, atMost: UInt64(Int64.max)),
      cpu_percent: number(limits.cpuPercent, atMost: 1_000_000),
      cpu_milliseconds: number(limits.cpuMilliseconds, atMost: UInt64(Int64.max) / 1000),
      processes: number(limits.processes, atMost: UInt64(Int32.max)),
      file_bytes: number(limits.fileBytes, atMost: UInt64(Int64.max)),
      open_files: number(limits.openFiles, atMost: UInt64(Int32.max)),
      io_bytes_per_second: number(limits.ioBytesPerSecond, atMost: UInt64(Int64.max)))
  }
}
