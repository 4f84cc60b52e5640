internal import OrienHTTPClient
internal import OrienKit
internal import OrienMachineBackend
internal import Synchronization

typealias Records = MachineRecords<Record>

/// What the plugin has open: multipass, what may be launched, and which launches run here.
final class Machines: MachineBackend {
  let multipass: Multipass
  let images: Images
  let seeds: SeedWay
  private let launching = Mutex<Set<String>>([])
  /// Since when those were not there that nobody wants any more and that may yet come.
  private let absences = Mutex<[String: UInt64]>([:])

  init(_ multipass: Multipass, images: Images, seeds: SeedWay) {
    self.multipass = multipass
    self.images = images
    self.seeds = seeds
  }

  /// Runs `body` as the launch of that machine, so that nobody else ends what it has begun.
  func launching<Value>(
    _ name: String, _ body: () throws(Failure) -> Value
  ) throws(Failure) -> Value {
    launching.withLock { _ = $0.insert(name) }
    defer { launching.withLock { _ = $0.remove(name) } }
    return try body()
  }

  func isLaunching(_ name: String) -> Bool { launching.withLock { $0.contains(name) } }

  /// True where it has not come for so long that it never will.
  func isGivenUp(_ record: Record) -> Bool {
    guard record.phase == .unwanted else { return false }
    return absences.withLock { absences in
      let since = absences[record.name] ?? Pause.now
      let isOver = Pause.now - since > Self.hopeMilliseconds
      absences[record.name] = isOver ? nil : since
      return isOver
    }
  }

  private static let hopeMilliseconds: UInt64 = 2 * 3_600_000

  static func absent(_ name: String) -> Failure {
    Failure(.notFound, "there is no machine \(name)", reason: "no-machine")
  }
}

/// How much is left of a span of time, for what has several steps.
struct Remaining {
  private let end: UInt64

  init(milliseconds: Int) { end = Pause.now + UInt64(max(0, milliseconds)) }

  var milliseconds: Int { Int(clamping: end - min(end, Pause.now)) }
  var isOver: Bool { Pause.now >= end }
}
