internal import CQemuMachines
internal import OrienKit

/// The way by which QEMU is asked: QMP, lines of JSON on a Unix socket. It hears one at a time. Each
/// question has its deadline, and whatever is no answer is a failure.
final class Monitor {
  private static let lineBytes = 1 << 20

  private let stream: Int32
  private let cancelled: Int32
  private var pending: [UInt8] = []

  /// Throws `unavailable` where nobody listens, or says nothing until then.
  init(at path: String, until: UInt64, cancelled: Int32?) throws(Failure) {
    stream = machines_connect(path)
    self.cancelled = cancelled ?? -1
    guard stream >= 0 else {
      throw Failure(.unavailable, "QEMU does not listen", reason: "engine-away")
    }
    guard try line(until: until)["QMP"] != nil else { throw Self.garbled }
    _ = try ask("qmp_capabilities", until: until)
  }

  deinit { if stream >= 0 { machines_close(stream) } }

  /// The answer to one question; what QEMU tells meanwhile is passed over.
  func ask(_ name: String, _ arguments: JSON = [:], until: UInt64) throws(Failure) -> JSON {
    let question: JSON = ["execute": .string(name), "arguments": arguments]
    try give(Array(question.text.utf8) + [0x0A], until: until)
    while true {
      let line = try line(until: until)
      if let answer = line["return"] { return answer }
      if let error = line["error"] {
        throw Failure(
          .unavailable, "QEMU says to \(name): \(error["desc"]?.string ?? "no")",
          reason: "engine-refused")
      }
      guard line["event"] != nil else { throw Self.garbled }
    }
  }

  /// Waits until QEMU has closed the way, which is when it ends. False where it has not until then.
  func waitForEnd(until: UInt64) throws(Failure) -> Bool {
    do throws(Failure) {
      while true { _ = try line(until: until) }
    } catch {
      switch error.reason {
      case "engine-broke-off": return true
      case "engine-silent": return false
      default: throw error
      }
    }
  }

  private func give(_ bytes: [UInt8], until: UInt64) throws(Failure) {
    var rest = bytes[...]
    while !rest.isEmpty {
      try wait(writing: true, until: until)
      let gave = rest.withUnsafeBytes { machines_give(stream, $0.baseAddress, $0.count) }
      guard gave > 0 else { throw Self.brokeOff }
      rest = rest.dropFirst(Int(gave))
    }
  }

  private func line(until: UInt64) throws(Failure) -> JSON {
    while true {
      if let end = pending.firstIndex(of: 0x0A) {
        let line = Array(pending[..<end])
        pending.removeFirst(end + 1)
        guard let json = try? JSON(parsing: line), json.object != nil else { throw Self.garbled }
        return json
      }
      guard pending.count < Self.lineBytes else { throw Self.garbled }
      try wait(writing: false, until: until)
      var bytes = [UInt8](repeating: 0, count: 16_384)
      let took = bytes.withUnsafeMutableBytes { machines_take(stream, $0.baseAddress, $0.count) }
      guard took > 0 else { throw Self.brokeOff }
      pending += bytes[..<Int(took)]
    }
  }

  private func wait(writing: Bool, until: UInt64) throws(Failure) {
    switch machines_wait(stream, writing ? 1 : 0, cancelled, until) {
    case 1: break
    case 0: throw Failure(.unavailable, "QEMU does not answer", reason: "engine-silent")
    default: throw Failure(.cancelled, "the call was cancelled")
    }
  }

  private static let garbled = Failure(
    .unavailable, "what answers is not QEMU, or is out of its mind", reason: "engine-garbled")
  private static let brokeOff = Failure(
    .unavailable, "QEMU has ended", reason: "engine-broke-off")
}
