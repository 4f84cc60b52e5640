internal import OrienKit

/// What has been counted so far, and how far each log was read: one value, so that a crash between the
/// two counts nothing twice.
struct Traffic {
  /// By the lease's name.
  private(set) var counts: [String: Count] = [:]
  /// How far a log was read, by its first line: a file that was moved is the same file, and so is a
  /// copy of it.
  var offsets: [String: Int] = [:]

  struct Count {
    var serial: String
    var connections: UInt64 = 0
    var bytesIn: UInt64 = 0
    var bytesOut: UInt64 = 0
  }

  /// As many names as are kept that are open no more.
  private static let closedAtMost = 1000

  /// Begins to count for the leases that are open, and forgets of others what is too much.
  mutating func know(_ open: [Lease]) {
    for lease in open where counts[lease.name]?.serial != lease.serial {
      counts[lease.name] = Count(serial: lease.serial)
    }
    let closed = Set(counts.keys).subtracting(open.map(\.name)).sorted()
    for name in closed.dropLast(Self.closedAtMost) { counts[name] = nil }
  }

  mutating func add(_ line: TrafficLine, by names: [String: String]) {
    guard let name = names[line.serial], var count = counts[name] else { return }
    count.connections += 1
    count.bytesIn = count.bytesIn.addingSaturated(line.bytesIn)
    count.bytesOut = count.bytesOut.addingSaturated(line.bytesOut)
    counts[name] = count
  }

  var namesBySerial: [String: String] {
    Dictionary(counts.map { ($1.serial, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// As `stats` tells it.
  var told: JSON {
    .array(
      counts.sorted { $0.key < $1.key }.map { name, count in
        [
          "name": .string(name), "connections": .integer(Int(clamping: count.connections)),
          "bytes_in": .integer(Int(clamping: count.bytesIn)),
          "bytes_out": .integer(Int(clamping: count.bytesOut)),
        ]
      })
  }
}

extension Traffic {
  var json: JSON {
    [
      "offsets": .object(offsets.mapValues { .integer($0) }),
      "counts": .object(
        counts.mapValues { count in
          [
            "serial": .string(count.serial),
            "connections": .integer(Int(clamping: count.connections)),
            "bytesIn": .integer(Int(clamping: count.bytesIn)),
            "bytesOut": .integer(Int(clamping: count.bytesOut)),
          ]
        }),
    ]
  }

  init(_ json: JSON) {
    offsets = (json["offsets"]?.object ?? [:]).compactMapValues(\.integer)
    for (name, count) in json["counts"]?.object ?? [:] {
      guard let serial = count["serial"]?.string else { continue }
      func number(_ member: String) -> UInt64 {
        UInt64(clamping: count[member]?.integer ?? 0)
      }
      counts[name] = Count(
        serial: serial, connections: number("connections"), bytesIn: number("bytesIn"),
        bytesOut: number("bytesOut"))
    }
  }
}

extension UInt64 {
  fileprivate func addingSaturated(_ other: UInt64) -> UInt64 {
    let (sum, isOver) = addingReportingOverflow(other)
    return isOver ? .max : sum
  }
}
