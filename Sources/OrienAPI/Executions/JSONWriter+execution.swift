import OrienKernel
import OrienLedger
import OrienModel

/// What an execution wrote, as much of it as goes into JSON.
struct StreamTexts {
  var output: [UInt8]
  var errors: [UInt8]
}

extension JSONWriter {
  /// The answer to a submission, as ORIEN's callers know it: it is kept, and its work pending.
  mutating func writeAcceptance(_ report: ExecutionReport) {
    object { writer in
      writer.field("executionId", report.id)
      writer.field("status", Status.pending.rawValue)
      writer.field("startedAt", report.acceptedAt)
    }
  }

  /// An execution; in lists without what it wrote.
  mutating func writeExecution(_ report: ExecutionReport, _ texts: StreamTexts? = nil) {
    object { writer in
      writer.field("executionId", report.id)
      writer.field("sessionId", report.session)
      writer.field("toolId", report.tool)
      writer.field("status", report.status.rawValue)
      writer.field("acceptedAt", report.acceptedAt)
      writer.field("startedAt", report.acceptedAt)
      writer.field("runningAt", report.runningAt)
      if let texts { writer.writeTexts(texts, of: report) }
      writer.field("outputBytes", report.output.bytes)
      writer.field("errorBytes", report.errors.bytes)
      writer.field("truncated", report.output.isTruncated || report.errors.isTruncated)
      writer.name("limits")
      writer.write(raw: report.limits.json)
      if let record = report.final { writer.writeEnd(record) }
      if let receipt = report.receipt {
        writer.object("receipt") { writer in
          writer.field("id", String(receipt.position))
          writer.field("hash", String(hex: receipt.hash))
        }
      }
    }
  }

  private mutating func writeTexts(_ texts: StreamTexts, of report: ExecutionReport) {
    name("output")
    write(repairing: texts.output)
    // A time limit is told although there is a standard error; else that says more.
    let message = report.final?.message
    if report.status == .timeout, let message {
      field("error", message)
    } else if !texts.errors.isEmpty {
      name("error")
      write(repairing: texts.errors)
    } else {
      field("error", message)
    }
    field(
      "outputComplete",
      texts.output.count == report.output.bytes && texts.errors.count == report.errors.bytes)
  }

  private mutating func writeEnd(_ record: FinalRecord) {
    field("completedAt", record.completedAt)
    field("effectiveDurationMs", record.runningMicroseconds / 1000)
    field("reason", record.reason)
    field("message", record.message)
    field("exitCode", record.exitCode)
    field("signal", record.signal.map(SignalName.of))
    field("plugin", record.plugin)
    field("generation", record.generation)
    field("isolation", record.isolation)
    object("usage") { writer in
      let usage = record.usage
      writer.field("wallMicroseconds", usage.wallMicroseconds)
      writer.field("cpuUserMicroseconds", usage.cpuUserMicroseconds)
      writer.field("cpuSystemMicroseconds", usage.cpuSystemMicroseconds)
      writer.field("memoryPeakBytes", usage.memoryPeakBytes)
      writer.field("readBytes", usage.readBytes)
      writer.field("writtenBytes", usage.writtenBytes)
      writer.field("memoryByteSeconds", usage.memoryByteSeconds)
      if !usage.units.isEmpty {
        writer.object("units") { writer in
          for (unit, amount) in usage.units.sorted(by: { $0.key < $1.key }) {
            writer.field(unit, amount)
          }
        }
      }
      writer.field("source", usage.source.rawValue)
    }
    object("cost") { writer in
      writer.field("currency", record.currency)
      writer.field("microUnits", record.costMicroUnits)
    }
    field("payment", record.payment)
    if let facts = record.facts {
      name("facts")
      write(raw: facts)
    }
    if let artifacts = record.artifacts {
      name("artifacts")
      write(raw: artifacts)
    }
  }
}
