import OrienModel
import OrienSystem
import Synchronization

/// Has libraries read in throw-away processes. Blocks; any thread.
struct Scanner: Sendable {
  /// The program `orien-worker`.
  let worker: String
  var patience = Scan.patience[0]
  /// What all libraries have together; nil: there is one alone.
  var together: TimeTogether?

  /// So long from the first question on.
  final class TimeTogether: Sendable {
    private let patience: Duration
    private let end = Mutex<Instant?>(nil)

    init(_ patience: Duration) { self.patience = patience }

    func end(from start: Instant) -> Instant {
      end.withLock { end in
        if end == nil { end = start + patience }
        return end!
      }
    }
  }

  /// What a library is loaded for.
  enum Question {
    case handlers(path: String)
    case function(String, library: String)

    fileprivate var deed: String {
      switch self {
      case .handlers: "list its handlers"
      case .function: "load"
      }
    }

    fileprivate var words: [String] {
      switch self {
      case .handlers(let path): ["--scan", path]
      case .function(let symbol, let library): ["--seek", library, symbol]
      }
    }
  }

  /// Throws where that could not be done, which says nothing about the library.
  func scan(_ question: Question) throws(Failure) -> ScanAnswer {
    let start = Instant.now
    let deadline = together?.end(from: start) ?? Instant(nanoseconds: .max)
    guard start < deadline else {
      throw Failure(
        .unavailable, "late", "was not asked for its handlers: slow ones \(Self.tookAll)")
    }
    let due = min(start + patience, deadline)
    let (said, end) = try output(of: question, until: due)
    if said == .tooMuch { return Self.tooMuch }
    let slow = "did not \(question.deed) within \(due.since(start).milliseconds) ms"
    let late = Self.refused("slow", due < deadline ? slow : "\(slow), and \(Self.tookAll)")
    guard case .all(let bytes) = said else { return late }
    if end != .overdue, bytes.first != Scan.mark { throw failed(end) }
    switch end {
    case .exited(0): return Self.answer(bytes)
    case .exited(let code):
      return Self.refused("crashes", "ended the process with code \(code) when it was loaded")
    case .killed(let signal):
      return Self.refused(
        Self.faults.contains(SignalName.of(signal)) ? "crashes" : "killed",
        "died of signal \(signal) when it was loaded")
    case .overdue: return late
    }
  }

  private static let tookAll = "took all the time that a start has"
  private static let tooMuch = refused(
    "too-large", "said more than \(Scan.mostAnswerBytes) bytes where it was to list its handlers")

  /// Signals by which code ends itself; the others come from outside, for the scan can send none.
  private static let faults = [
    "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGSEGV", "SIGXCPU", "SIGXFSZ", "SIGSYS",
  ]

  private func failed(_ end: ChildProcess.End) -> Failure {
    let how =
      switch end {
      case .exited(let code): "ended with code \(code)"
      case .killed(let signal): "died of signal \(signal)"
      case .overdue: "was too slow"
      }
    return Failure(.unavailable, "scan-failed", "\(worker) \(how) before it read the library")
  }

  private static func answer(_ bytes: [UInt8]) -> ScanAnswer {
    do throws(Failure) {
      return try ScanAnswer(JSON(parsing: bytes))
    } catch {
      return refused("crashes", "ended the process when it was loaded, and said no table")
    }
  }

  private static func refused(_ reason: String, _ message: String) -> ScanAnswer {
    .refused(Failure(.invalid, reason, message))
  }

  private func output(
    of question: Question, until deadline: Instant
  ) throws(Failure) -> (Said, ChildProcess.End) {
    do throws(SystemError) {
      let ends = try Pipe().release()
      let reader = Descriptor(owning: ends.reader)
      let child = try start(question, writer: Descriptor(owning: ends.writer))
      let said = Result { () throws(SystemError) in try Self.read(reader, until: deadline) }
      // Nobody reads what else it would say.
      let isWhole = if case .success(.all) = said { true } else { false }
      let end = try child.finish(by: isWhole ? deadline : .now)
      return (try said.get(), end)
    } catch {
      throw error.failure("scanning by \(worker)")
    }
  }

  /// Only the child keeps the writing end, whose end is the end of what it says.
  private func start(
    _ question: Question, writer: consuming Descriptor
  ) throws(SystemError) -> ChildProcess {
    // Of a crash Swift would tell by a program of its own, which no scan may start.
    try ChildProcess(
      worker, arguments: ["orien-worker"] + question.words,
      environment: ["SWIFT_BACKTRACE=enable=no"],
      descriptors: [(parent: writer.raw, child: 1)])
  }

  /// What a scan said until its output ended.
  private enum Said: Equatable {
    case all([UInt8])
    /// It had not ended in time.
    case tooLate
    case tooMuch
  }

  private static func read(
    _ reader: borrowing Descriptor, until deadline: Instant
  ) throws(SystemError) -> Said {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 64 << 10)
    while try ChildProcess.wait(for: reader.raw, until: deadline) {
      let raw = reader.raw
      var failure: SystemError?
      let count = chunk.withUnsafeMutableBytes { buffer in
        do throws(SystemError) {
          return try Descriptor.read(raw, into: buffer)
        } catch {
          failure = error
          return nil
        }
      }
      if let failure { throw failure }
      guard let count else { continue }
      if count == 0 { return .all(bytes) }
      bytes += chunk.prefix(count)
      if bytes.count > Scan.mostAnswerBytes { return .tooMuch }
    }
    return .tooLate
  }
}
