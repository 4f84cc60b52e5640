import OrienLedger
package import OrienModel
import OrienPlugins
import OrienSystem

extension Operations {
  /// Has the intent on the disk before the backend is called.
  func begin(_ order: Order, _ backend: Backend) {
    order.backend = backend
    order.use = uses.use(backend.plugin)
    guard order.operation.changes else { return start(order, backend) }
    parts.ledger.begin(
      order.intent(backend), mustBeKept: order.operation.lane == .closing,
      then: parts.loop.reply { [self] (result: Result<Void, Failure>) in
        switch result {
        case .success: start(order, backend)
        case .failure(let failure):
          leave(order, backend.plugin)
          tell(order, .failure(failure))
        }
      })
  }

  private func start(_ order: Order, _ backend: Backend) {
    order.timer?.cancel()
    do throws(Failure) {
      guard Instant.now < order.due else {
        throw Failure(.unavailable, "backend-busy", "its turn did not come in time")
      }
      let (handler, arguments) = try backend.call(order.operation, order.checked)
      let call = PluginCall(
        handler: handler, arguments: arguments, id: order.id, limits: order.operation.limits,
        deadline: order.due)
      let units = Set(backend.plugin.declaration.handlers[handler].units)
      order.run = OperationRun(call, of: backend.plugin, units: units, in: parts) {
        [self] in hear($0, of: order, backend)
      }
    } catch {
      leave(order, backend.plugin)
      end(order, OperationEnd(error))
    }
  }

  private func hear(_ news: OperationRun.News, of order: Order, _ backend: Backend) {
    switch news {
    case .returned(let result, let output, let usage):
      leave(order, backend.plugin)
      var end = backend.judge(order.operation, result, output: output)
      if case .failure(let failure) = end.result, failure.reason == "backend-misbehaved" {
        parts.log.error("a backend misbehaved", ["operation": order.id, "reason": failure.message])
      }
      end.usage = usage
      self.end(order, end)
    case .givenUp(let isStuck, let usage):
      let late = Failure(
        .unavailable, "backend-late",
        "plugin \(backend.plugin.id) has not returned from \(order.operation.name) in time")
      if isStuck {
        parts.log.error(
          "a backend has not returned: its place is lost until it does",
          ["plugin": backend.plugin.name, "operation": order.id])
      } else {
        leave(order, backend.plugin)
      }
      var end = OperationEnd(late)
      end.isUnknown = true
      end.usage = usage
      self.end(order, end)
    case .returnedLate: leave(order, backend.plugin)
    }
  }

  /// Keeps the outcome, and answers when it is kept.
  private func end(_ order: Order, _ end: OperationEnd) {
    guard order.operation.changes else {
      reads[Reading(order, end), default: 0] += 1
      return tell(order, end.result)
    }
    if end.isUnknown, let backend = order.backend {
      unreconciled.append(order.intent(backend))
      parts.log.error(
        "nobody knows whether an operation happened",
        ["operation": order.id, "role": order.role, "name": order.operation.name])
      return tell(order, end.result)
    }
    let kind: OperationOutcome.Kind = if case .success = end.result { .done } else { .failed }
    parts.ledger.end(
      order.id,
      OperationOutcome(kind, detail: end.stored, usage: end.usage.json, endedAt: .now),
      then: parts.loop.reply { [self] (result: Result<Void, Failure>) in
        if case .failure(let failure) = result {
          parts.log.error(
            "an outcome could not be written",
            ["operation": order.id, "error": failure.description])
        }
        tell(order, end.result)
      })
  }

  private func tell(_ order: Order, _ result: Result<JSON, Failure>) {
    order.timer?.cancel()
    // It has a descriptor where its handler wanted one.
    order.run = nil
    inFlight[ObjectIdentifier(order)] = nil
    order.answer(result)
    if isIdle { onIdle() }
  }

  /// Closes an operation whose outcome nobody knew: a service has looked at what is there, and `detail`
  /// says what it found.
  package func reconcile(
    _ id: String, _ detail: JSON, then answer: @escaping (Result<Void, Failure>) -> Void
  ) {
    let outcome = OperationOutcome(.reconciled, detail: detail.compact, endedAt: .now)
    parts.ledger.end(
      id, outcome,
      then: parts.loop.reply { [self] (result: Result<Void, Failure>) in
        if case .success = result { unreconciled.removeAll { $0.id == id } }
        answer(result)
      })
  }
}

extension Operations.Reading {
  fileprivate init(_ order: Order, _ end: OperationEnd) {
    let outcome: String =
      switch end.result {
      case .success: "done"
      case .failure(let failure): failure.reason
      }
    self.init(role: order.role, operation: order.operation.name, outcome: outcome)
  }
}

extension Usage {
  fileprivate var json: [UInt8] {
    var writer = JSONWriter()
    writer.object { writer in
      writer.field("wallMicroseconds", wallMicroseconds)
      writer.field("cpuMicroseconds", cpuMicroseconds)
      if !units.isEmpty {
        writer.object("units") { writer in
          for (unit, amount) in units.sorted(by: { $0.key < $1.key }) { writer.field(unit, amount) }
        }
      }
    }
    return writer.bytes
  }
}
