/// What those are told who watch something, as JSON objects: the last few, each with its number, so that who
/// comes back goes on where it was.
package struct EventLog: Sendable {
  private static let bound = 256 << 10
  package private(set) var bytes = 0
  private var objects: [[UInt8]] = []
  private var forgotten = 0

  /// What an object takes beside its bytes.
  private static let objectBytes = 64

  package init() {}

  package mutating func append(_ object: [UInt8]) {
    objects.append(object)
    bytes += object.count + Self.objectBytes
    while bytes > Self.bound {
      bytes -= objects.removeFirst().count + Self.objectBytes
      forgotten += 1
    }
  }

  /// How many there ever were.
  package var count: Int { forgotten + objects.count }

  /// Those from number `start` on that are still there.
  package func from(_ start: Int) -> ArraySlice<[UInt8]> {
    objects.dropFirst(max(0, start - forgotten))
  }

  /// The number of the first object from `start` on that is still there.
  package func number(of start: Int) -> Int { max(start, forgotten) }
}
