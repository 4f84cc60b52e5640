package import OrienLedger
package import OrienModel

/// An execution as its owner sees it at one moment: what every dialect's answer is made of.
package struct ExecutionReport: Sendable {
  package var id: ExecutionID
  package var session: SessionID
  package var owner: Owner
  package var tool: String
  package var status: Status
  package var acceptedAt: Timestamp
  package var runningAt: Timestamp?
  /// While it runs: what it may use, as it is enforced where it runs now.
  package var limits: GrantedLimits
  /// The end; nil until then.
  package var final: FinalRecord?
  package var receipt: ReceiptReference?
  /// How long its streams are now.
  package var output: StreamView
  package var errors: StreamView

  package struct StreamView: Sendable {
    package var bytes: Int
    package var isTruncated: Bool
  }
}

extension ExecutionReport {
  init(_ kept: KeptExecution) {
    self.init(
      id: kept.acceptance.id, session: kept.acceptance.session, owner: kept.acceptance.owner,
      tool: kept.acceptance.tool.description, status: kept.status,
      acceptedAt: kept.acceptance.acceptedAt, runningAt: kept.acceptance.runningAt,
      limits: kept.end?.record.limits ?? .none, final: kept.end?.record, receipt: kept.end?.receipt,
      output: StreamView(kept.end?.record.output ?? StreamSummary()),
      errors: StreamView(kept.end?.record.errors ?? StreamSummary()))
  }
}

extension ExecutionReport.StreamView {
  init(_ summary: StreamSummary) {
    self.init(bytes: Int(clamping: summary.bytes), isTruncated: summary.isTruncated)
  }
}

extension Execution {
  var report: ExecutionReport {
    var report = ExecutionReport(
      id: id, session: acceptance.session, owner: acceptance.owner,
      tool: acceptance.tool.description, status: status, acceptedAt: acceptance.acceptedAt,
      runningAt: runningAt, limits: .none, final: nil, receipt: nil,
      output: ExecutionReport.StreamView(output.summary),
      errors: ExecutionReport.StreamView(errors.summary))
    if case .final(let settled) = phase {
      report.final = settled.record
      report.receipt = settled.receipt
      report.limits = settled.record.limits
    }
    return report
  }
}
