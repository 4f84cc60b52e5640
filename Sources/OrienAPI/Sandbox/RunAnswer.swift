import OrienHTTP
import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

/// What came of code that was run, as its dialect tells it.
struct RunAnswer {
  let report: ExecutionReport
  let record: FinalRecord
  /// What ran it: the execution's receipt has the same.
  let sandbox: String
  let timeoutSeconds: Int64
  var output: [UInt8] = []
  var errors: [UInt8] = []
  var artifacts: [(file: Artifacts.File, bytes: [UInt8])] = []
  /// What is not in the answer, for it would be too long or is no file.
  var omitted: [String] = []

  private static let endsOfPrograms: Set = [
    "exit", "signal", "cpu", "memory", "output", "disk", "limit", "ok", "oom",
  ]

  private static let laters: Set = [
    "queue-deadline", "node-shutdown", "draining", "image-missing", "not-read-only",
  ]

  /// Why nothing ran to its end, for that is no answer of a program's.
  var failure: Failure? {
    if record.status == .timeout || record.exitCode != nil || record.signal != nil { return nil }
    guard !Self.endsOfPrograms.contains(record.reason) else { return nil }
    let why = record.message ?? record.reason
    let isLater = Self.laters.contains(record.reason)
    return isLater
      ? Failure(.unavailable, record.reason, why)
      : Failure(.internal, record.reason, "Execution failed: \(why)")
  }

  /// A signal is what a shell makes of it, and a limit what a container's engine does.
  private var exitCode: Int64 {
    if record.status == .timeout { return -1 }
    if let code = record.exitCode { return Int64(code) }
    return record.signal.map { 128 + Int64($0) } ?? 137
  }

  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("run_id", report.id.description.dropPrefix("exec-"))
      writer.field("success", record.status == .completed && exitCode == 0)
      writer.field("exit_code", exitCode)
      writer.name("stdout")
      writer.write(repairing: output)
      writer.name("stderr")
      writer.write(repairing: errors)
      writer.field("execution_time", Double(record.runningMicroseconds) / 1_000_000)
      writer.field("timed_out", record.status == .timeout)
      writer.field("timeout", timeoutSeconds)
      writer.object("artifacts") { writer in
        for (file, bytes) in artifacts { writer.field(file.path.text, Self.text(of: bytes)) }
      }
      writer.array("artifacts_omitted") { writer in
        for name in omitted { writer.write(name) }
      }
      writer.field("sandbox", sandbox)
      writer.field("execution_id", report.id)
      writer.field("reason", record.reason)
      writer.field("truncated", report.output.isTruncated || report.errors.isTruncated)
    }
  }

  /// What stands before base64; a text that begins so is written in base64 too, so that nobody has to
  /// guess.
  private static let marker = "base64:"

  static func text(of bytes: [UInt8]) -> String {
    if let text = String(validating: bytes, as: UTF8.self), !text.hasPrefix(marker),
      !text.utf8.contains(0)
    {
      return text
    }
    return marker + bytes.base64
  }
}

extension String {
  fileprivate func dropPrefix(_ prefix: String) -> String {
    hasPrefix(prefix) ? String(dropFirst(prefix.count)) : self
  }
}
