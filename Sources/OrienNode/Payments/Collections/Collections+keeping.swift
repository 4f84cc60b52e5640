import OrienLedger
import OrienModel
import OrienSystem

extension Collections {
  /// Writes down what is so, or is about to be, and goes on then. Where that cannot be written nothing
  /// more is done: the ledger has ended the node.
  func keep(
    _ open: OpenCollection, _ change: (inout StreamCollection) -> Void,
    then body: @escaping () -> Void
  ) {
    var record = open.record
    change(&record)
    guard record != open.record else { return parts.loop.soon(body) }
    record.updatedAt = parts.now()
    parts.ledger.update(
      record,
      then: parts.loop.reply { [self] (result: Result<Void, Failure>) in
        guard !isEnding else { return }
        switch result {
        case .success:
          open.record = record
          body()
        case .failure(let failure):
          parts.log.error(
            "what became of a collection is not kept",
            ["stream": record.stream.id, "error": failure.description])
        }
      })
  }

  /// Nothing more can come of it.
  func end(
    _ open: OpenCollection, as state: StreamCollection.State, for failure: Failure? = nil,
    then body: @escaping () -> Void
  ) {
    keep(open) { [parts] record in
      record.state = state
      record.endedAt = parts.now()
      record.trouble = failure.map { StreamCollection.Trouble($0) }
    } then: { [self] in
      let record = open.record
      self.open[record.stream] = nil
      ended[state, default: 0] += 1
      totals[record.stream, default: CollectionTotals()].add(record)
      sinceStart.add(record)
      tell(record)
      body()
    }
  }

  private func tell(_ record: StreamCollection) {
    var fields = ["stream": record.stream.id, "collection": "\(record.number ?? 0)"]
    guard let trouble = record.trouble else {
      (fields["amount"], fields["gas"]) = (record.amount.description, record.cost.description)
      said[record.stream] = nil
      return parts.log.info("a stream was collected", fields)
    }
    fields["error"] = trouble.message
    parts.log.warning("a stream was not collected", fields)
  }

  /// Leaves a stream alone for a while, and says why where that is news.
  func leaveAlone(_ stream: StreamName, for failure: Failure, _ wait: Duration) {
    waits[stream] = parts.now() + wait
    guard said[stream] != failure.reason else { return }
    said[stream] = failure.reason
    let fields = ["stream": stream.id, "error": failure.message]
    switch failure.reason {
    case "nothing-to-collect", "not-worth-it": parts.log.debug("a stream is left alone", fields)
    default: parts.log.warning("a stream cannot be collected", fields)
    }
  }

  /// How long a stream is left alone once it was refused so often.
  func backOff(after refusals: Int) -> Duration {
    Self.doubled(settings.firstRetry, times: refusals - 1, atMost: settings.longestRetry)
  }

  static func doubled(_ first: Duration, times: Int, atMost longest: Duration) -> Duration {
    var wait = first
    for _ in 0..<max(0, min(times, 32)) { wait = min(wait * 2, longest) }
    return wait
  }

  /// Does one after the other, each when the one before has called back.
  func inTurn<Item>(
    _ items: [Item], _ body: @escaping (Item, @escaping () -> Void) -> Void,
    then end: @escaping () -> Void
  ) {
    guard let first = items.first else { return end() }
    body(first) { [self] in
      parts.loop.soon { [self] in
        guard !isEnding else { return }
        inTurn(Array(items.dropFirst()), body, then: end)
      }
    }
  }
}
