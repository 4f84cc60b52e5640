/// What a call may use. As a tool's wish, nil is no opinion; granted, each that is set is the least
/// of what the plugin, its manifest and the node's policy say.
package struct Limits: Sendable, Equatable {
  /// Calls of one tool at once.
  package var concurrency: UInt64?
  package var wallMilliseconds: UInt64?
  package var cpuMilliseconds: UInt64?
  /// 100 is one core.
  package var cpuPercent: UInt64?
  package var memoryBytes: UInt64?
  package var outputBytes: UInt64?
  package var inputBytes: UInt64?
  package var diskBytes: UInt64?
  package var diskFiles: UInt64?
  package var fileBytes: UInt64?
  package var ioBytesPerSecond: UInt64?
  package var processes: UInt64?
  package var openFiles: UInt64?

  package init() {}

  package typealias Path = any WritableKeyPath<Limits, UInt64?> & Sendable

  /// Every limit with the name it has in JSON, in manifests and in records: the one list of them.
  package static let named: [(name: String, path: Path)] = [
    ("concurrency", \.concurrency), ("wallMilliseconds", \.wallMilliseconds),
    ("cpuMilliseconds", \.cpuMilliseconds), ("cpuPercent", \.cpuPercent),
    ("memoryBytes", \.memoryBytes), ("outputBytes", \.outputBytes),
    ("inputBytes", \.inputBytes), ("diskBytes", \.diskBytes), ("diskFiles", \.diskFiles),
    ("fileBytes", \.fileBytes), ("ioBytesPerSecond", \.ioBytesPerSecond),
    ("processes", \.processes), ("openFiles", \.openFiles),
  ]

  /// For each limit the smaller of the two; one that only one side sets is that side's.
  package func least(_ other: Limits) -> Limits {
    var result = self
    for (_, path) in Self.named {
      guard let theirs = other[keyPath: path] else { continue }
      result[keyPath: path] = min(self[keyPath: path] ?? theirs, theirs)
    }
    return result
  }
}

/// Each limit of a call, as its record tells it: rendered once for all calls that have the same.
package struct GrantedLimits: Sendable, Equatable {
  package let all: [GrantedLimit]
  /// `{"wallMilliseconds":{"requested":5000,"granted":5000,"enforcedBy":"node"},...}`
  package let json: [UInt8]
  /// `{"node":{"wallMilliseconds":5000,...},"none":{...},"requested":{"wallMilliseconds":5000,...}}`,
  /// the same in half the room: what every record carries.
  package let record: [UInt8]

  package init(_ all: [GrantedLimit]) {
    self.all = all
    var json = JSONWriter()
    json.object { json in
      for limit in all {
        json.object(limit.name) { json in
          json.field("requested", limit.requested)
          json.field("granted", limit.granted)
          json.field("enforcedBy", limit.enforcedBy.rawValue)
        }
      }
    }
    self.json = json.bytes
    record = Self.record(of: all)
  }

  private static func record(of all: [GrantedLimit]) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      for means in Enforcement.allCases {
        let held = all.filter { $0.enforcedBy == means }
        guard !held.isEmpty else { continue }
        json.object(means.rawValue) { json in
          for limit in held { json.field(limit.name, limit.granted) }
        }
      }
      json.object("requested") { json in
        for limit in all { json.field(limit.name, limit.requested) }
      }
    }
    return json.bytes
  }

  package static let none = GrantedLimits([])
}

/// One limit of one call.
package struct GrantedLimit: Sendable, Equatable {
  package var name: String
  /// What the tool asked for; nil where it had no opinion.
  package var requested: UInt64?
  package var granted: UInt64
  package var enforcedBy: Enforcement

  package init(
    name: String, requested: UInt64?, granted: UInt64, enforcedBy: Enforcement
  ) {
    self.name = name
    self.requested = requested
    self.granted = granted
    self.enforcedBy = enforcedBy
  }
}

/// By what means a limit holds, from the strongest to none. A workspace's bytes and files hold by
/// its own file system, or are counted.
package enum Enforcement: String, Sendable, CaseIterable {
  case cgroup2, cgroup1, image, rlimit, node, count, plugin, none
}
