import OrienHTTP
import OrienKernel
import OrienLedger
import OrienModel
import OrienNode
import OrienSystem

extension API {
  /// The node's figures in Prometheus' text format. What it earns is its operator's business alone.
  func metrics(for caller: Caller) -> [UInt8] {
    var text = MetricsText()
    text.gauge(
      "orien_uptime_seconds", "Since the node started",
      Instant.now.since(startedAt).milliseconds / 1000)
    writeExecutions(to: &text)
    writeOperations(to: &text)
    writeLedger(to: &text)
    if caller.isOperator { writeMoney(to: &text) }
    writeServer(to: &text)
    writePrices(to: &text)
    text.gauge(
      "orien_loop_slowest_turn_microseconds", "Longest turn of the event loop since last asked",
      loop.takeSlowestTurn().clampedNanoseconds / 1000)
    return text.bytes
  }

  private func writeExecutions(to text: inout MetricsText) {
    let counters = kernel.counters
    text.gauge("orien_executions_running", "Executions that hold a slot", kernel.running)
    text.gauge("orien_executions_waiting", "Executions that wait for a slot", kernel.waiting)
    text.gauge(
      "orien_executions_stuck", "Calls that were given up and have not returned", kernel.stuck)
    text.counter("orien_executions_accepted_total", "Executions accepted", counters.accepted)
    text.family("orien_executions_ended_total", "counter", "Executions that ended")
    for (ending, count) in counters.ended.sorted(by: { $0.key < $1.key }) {
      text.sample(
        "orien_executions_ended_total",
        [("tool", ending.tool), ("status", ending.status.rawValue)], count)
    }
    text.family("orien_executions_refused_total", "counter", "Submissions refused")
    for (reason, count) in counters.refused.sorted(by: { $0.key < $1.key }) {
      text.sample("orien_executions_refused_total", [("reason", reason)], count)
    }
    text.counter(
      "orien_execution_cpu_microseconds_total", "Processor time of ended executions",
      counters.cpuMicroseconds)
    text.counter(
      "orien_execution_running_microseconds_total", "Running time of ended executions",
      counters.runningMicroseconds)
  }

  private func writeMoney(to text: inout MetricsText) {
    text.family("orien_earned_micro_units_total", "counter", "What ended executions cost")
    for (currency, amount) in kernel.counters.earned.sorted(by: { $0.key < $1.key }) {
      text.sample("orien_earned_micro_units_total", [("currency", currency)], amount)
    }
    if let payments, payments.settings.isOn { payments.write(to: &text) }
    collections?.write(to: &text)
  }

  /// Of what only reads: what changes something is in the ledger.
  private func writeOperations(to text: inout MetricsText) {
    let operations = kernel.operations
    text.family("orien_backend_reads_total", "counter", "Operations of backends that only read")
    for (reading, count) in operations.reads.sorted(by: { $0.key < $1.key }) {
      text.sample(
        "orien_backend_reads_total",
        [
          ("role", reading.role), ("operation", reading.operation), ("outcome", reading.outcome),
        ], count)
    }
    text.gauge(
      "orien_operations_unreconciled",
      "Operations of backends of which nobody knows whether they happened",
      operations.unreconciled.count)
  }

  private func writeLedger(to text: inout MetricsText) {
    let gauges = kernel.ledgerGauges
    text.gauge("orien_ledger_waiting", "Entries that wait for the ledger's writer", gauges.waiting)
    text.counter("orien_ledger_commits_total", "Transactions committed", gauges.commits)
    text.gauge("orien_ledger_batch_entries", "Entries in the last transaction", gauges.batchEntries)
    text.gauge(
      "orien_ledger_lag_microseconds", "Wait of the oldest entry of the last transaction",
      gauges.lagMicroseconds)
    text.gauge("orien_ledger_log_bytes", "Size of the write-ahead log", gauges.logBytes)
    text.gauge("orien_ledger_kept_bytes", "Outputs that are kept", gauges.keptBytes)
    text.gauge(
      "orien_ledger_full", "1 while new work is refused because the ledger cannot be written",
      gauges.shortage == nil ? 0 : 1)
    text.gauge("orien_disk_backlog", "Jobs that wait for a disk thread", kernel.diskBacklog)
  }

  private func writeServer(to text: inout MetricsText) {
    let figures = serverFigures()
    let counts = figures.counts
    text.gauge("orien_http_connections", "Open connections", figures.openConnections)
    text.counter("orien_http_connections_total", "Connections accepted", counts.accepted)
    text.counter("orien_http_turned_away_total", "Connections refused, too many", counts.turnedAway)
    text.counter("orien_http_exhausted_total", "Times without a descriptor left", counts.exhausted)
    text.counter("orien_http_bytes_in_total", "Bytes received", counts.bytesIn)
    text.counter("orien_http_bytes_out_total", "Bytes sent", counts.bytesOut)
    text.gauge(
      "orien_http_streams", "Open streams of events and of outputs that are followed", openStreams)
    text.family("orien_http_answers_total", "counter", "Answers by class of status")
    for digit in 2...5 {
      text.sample("orien_http_answers_total", [("class", "\(digit)xx")], counts.answers(digit))
    }
  }
}

extension Operations.Reading {
  fileprivate static func < (a: Self, b: Self) -> Bool {
    (a.role, a.operation, a.outcome) < (b.role, b.operation, b.outcome)
  }
}

extension Counters.Ending {
  fileprivate static func < (a: Self, b: Self) -> Bool {
    (a.tool, a.status.rawValue) < (b.tool, b.status.rawValue)
  }
}
