internal import OrienHTTPClient
internal import OrienKit
internal import Synchronization

/// What the plugin has open: multipass, what may be launched, and which launches run here.
final class Machines: Sendable {
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

  // MARK: Asking

  /// All instances that there are, ours and others'.
  func instances(_ call: borrowing Call) throws(Failure) -> [Instance] {
    let answer = try multipass.ask(["list", "--format", "json"], by: call)
    guard answer.ending == .done else { throw answer.failure }
    return try Instance.list(answer.output)
  }

  /// The instance of that name; nil where multipass says in so many words that there is none.
  func instance(_ name: String, _ call: borrowing Call) throws(Failure) -> Instance? {
    let answer = try multipass.ask(["info", name, "--format", "json"], by: call)
    if answer.isAbsent(name) { return nil }
    guard answer.ending == .done else { throw answer.failure }
    return try Instance.info(answer.output, of: name)
  }

  /// The record of a machine of ours and its instance. Throws `not-found` where none of that name is
  /// ours, or where its instance is gone.
  func machine(
    _ name: String, _ call: borrowing Call
  ) throws(Failure) -> (record: Record, instance: Instance) {
    let records = Records(store: call.host.store)
    guard let record = try records[name] else { throw Self.absent(name) }
    guard let instance = try instance(name, call) else {
      // Somebody else has removed it. One whose launch is late may still come.
      if !record.isAwaited, !isLaunching(name) { try records.remove(name) }
      throw Self.absent(name)
    }
    try settle(record, records)
    return (record, instance)
  }

  /// One that was awaited is there now: from here on, when it is gone, it is gone for good.
  func settle(_ record: Record, _ records: Records) throws(Failure) {
    guard record.phase == .late || record.phase == .launching, !isLaunching(record.name) else {
      return
    }
    try records.change(record.name, to: .made)
  }

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
