import OrienKernel
package import OrienLedger
package import OrienModel
package import OrienSystem

/// Streams that pay for sessions, as they were last read: what a session may cost is what has vested of
/// its stream by then, for nobody can take that back. Belongs to the loop.
///
/// Readings come from whoever watches all streams, by `note`, and where the last is too old from the
/// host itself, of all that wait at once.
package final class SessionStreams: SessionFunds {
  package struct Settings: Sendable {
    /// What a micro unit of prices is in wei.
    package var microUnitWei: UInt256
    /// A reading is good for so long without another.
    package var freshFor: Duration = .seconds(15)
    /// For so long after the last reading calls are let in by it, where nobody can say more.
    package var grace: Duration = .seconds(600)

    package init(microUnitWei: UInt256) { self.microUnitWei = microUnitWei }
  }

  /// The kernel that asks this may be what the host asks: who has made both keeps it.
  private unowned let host: any PaymentHost
  private let terms: AgreedTerms
  private let proofs: StreamProofs
  private let ledger: Ledger
  private let loop: Loop
  package var settings: Settings
  private var streamOf: [SessionKey: StreamName] = [:]
  private var seen: [StreamName: SeenStream] = [:]
  private var waiting: [Wait] = []
  private var isAsking = false
  /// The ledger has kept a claim, and the stream is to be watched.
  package var onKept: (StreamClaim) -> Void = { _ in }
  /// Its session is over, and nothing more is had for it.
  package var onEnded: (StreamName) -> Void = { _ in }

  private struct Wait {
    let stream: NamedStream
    let session: SessionKey
    let answer: (Result<StreamFunds, Failure>) -> Void
  }

  /// `claims` are those that the ledger has; of machines and of what is over nothing is taken.
  package init(
    host: any PaymentHost, terms: AgreedTerms, proofs: StreamProofs, ledger: Ledger, loop: Loop,
    claims: [StreamClaim], _ settings: Settings
  ) {
    self.host = host
    self.terms = terms
    self.proofs = proofs
    self.ledger = ledger
    self.loop = loop
    self.settings = settings
    for claim in claims where claim.phase == .active { take(claim) }
  }

  @discardableResult
  private func take(_ claim: StreamClaim) -> Bool {
    guard case .session(let owner, let session) = claim.holder else { return false }
    let key = SessionKey(session, of: owner)
    guard streamOf[key] == nil else { return false }
    streamOf[key] = claim.stream
    if seen[claim.stream] == nil { seen[claim.stream] = SeenStream() }
    return true
  }

  // MARK: What the kernel asks

  package func pays(for session: SessionKey) -> Bool { streamOf[session] != nil }

  package func funds(
    of stream: NamedStream?, for session: SessionKey,
    then answer: @escaping (Result<StreamFunds, Failure>) -> Void
  ) {
    let own = streamOf[session]
    guard let stream = stream ?? own.map({ NamedStream($0.id) }) else {
      preconditionFailure("a session is asked for whose stream nobody named")
    }
    if let own {
      guard own.id.hasSameBytes(as: stream.id) else {
        return answer(
          .failure(
            Failure(
              .conflict, "paid-otherwise",
              "stream \(own) pays for the session, for as long as it lasts: name the same, or"
                + " another session")))
      }
      if let last = seen[own]?.last, loop.now.since(last.at) < settings.freshFor {
        return answer(judge(last.reading, own, session))
      }
    }
    waiting.append(Wait(stream: stream, session: session, answer: answer))
    ask()
  }

  package func noteKept(_ claim: StreamClaim) {
    guard take(claim) else { return }
    ledger.claim(
      of: claim.stream,
      then: loop.reply { [weak self] (result: Result<StreamClaim?, Failure>) in
        // Where it cannot be read now, a start finds it.
        if case .success(let kept?) = result { self?.onKept(kept) }
      })
  }

  /// The session is over: its stream pays for nothing more.
  package func end(_ session: SessionKey) {
    guard let name = streamOf.removeValue(forKey: session) else { return }
    seen[name] = nil
    onEnded(name)
  }

  // MARK: Readings

  /// Takes over what somebody has read, of whichever of its streams pay for sessions.
  package func note(_ readings: StreamReadings, of claims: [StreamClaim]) {
    let names = Dictionary(
      claims.map { ($0.stream.id, $0.stream) }, uniquingKeysWith: { first, _ in first })
    for reading in readings.streams { note(reading, of: names[reading.id]) }
  }

  private func note(_ reading: StreamReading, of name: StreamName?) {
    if let name, let known = seen[name] { known.note(reading, at: loop.now) }
  }

  /// One question at a time, for whoever waits by then.
  private func ask() {
    guard !isAsking, !waiting.isEmpty else { return }
    isAsking = true
    terms.learn { [weak self] result in
      guard let self else { return }
      switch result {
      case .success(let terms): ask(by: terms)
      case .failure(let failure):
        isAsking = false
        let all = waiting
        waiting = []
        fail(all, failure)
      }
    }
  }

  private func ask(by terms: PaymentTerms) {
    let asking = Array(waiting.prefix(Self.mostAtOnce))
    waiting.removeFirst(asking.count)
    var streams: [String] = []
    for wait in asking where !streams.contains(wait.stream.id) { streams.append(wait.stream.id) }
    host.inspect(streams, at: nil) { [weak self] result in
      self?.heard(result, of: asking, terms)
    }
  }

  private static let mostAtOnce = 256

  private func heard(
    _ result: Result<StreamReadings, Failure>, of asking: [Wait], _ terms: PaymentTerms
  ) {
    isAsking = false
    switch result {
    case .failure(let failure):
      // Another backend may answer next, and have other terms.
      self.terms.doubt()
      fail(asking, failure)
    case .success(let readings):
      for reading in readings.streams { note(reading, of: terms.name(of: reading.id)) }
      for wait in asking {
        let reading = readings.streams.first { $0.id.hasSameBytes(as: wait.stream.id) }
        let name = terms.name(of: wait.stream.id)
        let own = streamOf[wait.session]
        guard let reading, own == nil || own == name else {
          wait.answer(.failure(Self.unknown(wait.stream.id, "it is on another chain")))
          continue
        }
        prove(judge(reading, name, wait.session), wait, terms)
      }
    }
    ask()
  }

  /// Before a stream pays for its first session its sender has to want that.
  private func prove(
    _ result: Result<StreamFunds, Failure>, _ wait: Wait, _ terms: PaymentTerms
  ) {
    guard case .success(var funds) = result, let sender = funds.claim?.sender else {
      return wait.answer(result)
    }
    proofs.check(wait.stream, for: .session(wait.session.id), sender: sender, terms) { result in
      wait.answer(
        result.map { moment in
          funds.claim?.provenAt = moment
          return funds
        })
    }
  }

  /// Nobody can say anything: what was read last is good for a while.
  private func fail(_ waits: [Wait], _ failure: Failure) {
    for wait in waits {
      if let own = streamOf[wait.session], let last = seen[own]?.last,
        loop.now.since(last.at) < settings.grace
      {
        wait.answer(judge(last.reading, own, wait.session))
      } else {
        wait.answer(.failure(Self.unknown(wait.stream.id, failure.message)))
      }
    }
  }

  private static func unknown(_ stream: String, _ why: String) -> Failure {
    Failure(
      .unavailable, "stream-unknown", "nobody can say now what stream \(stream) has: \(why)")
  }

  // MARK: Judging

  private func judge(
    _ reading: StreamReading, _ name: StreamName, _ session: SessionKey
  ) -> Result<StreamFunds, Failure> {
    let pays = streamOf[session] == name
    let vested: UInt256
    switch reading.fault {
    case nil: vested = reading.vested
    // What has vested stays so, whatever the stream has come to.
    case .ended, .halted, .notStarted, .noDeposit:
      guard pays else { return .failure(Self.refusal(reading)) }
      vested = reading.vested
    // By its numbers alone it would go on; what it had paid was seen before.
    case .terminated:
      guard pays else { return .failure(Self.refusal(reading)) }
      vested = seen[name]?.vested ?? .zero
    case .unknown, .wrongRecipient, .wrongToken, .inconsistent:
      return .failure(Self.refusal(reading))
    }
    var claim: StreamClaim?
    if !pays, let stream = reading.stream {
      claim = StreamClaim(
        stream: name, holder: .session(session.owner, session.id), sender: stream.sender,
        rate: .zero, claimedAt: .now)
    }
    return .success(
      StreamFunds(
        name: name, vested: vested, collected: reading.stream?.withdrawn ?? .zero,
        microUnitWei: settings.microUnitWei, claim: claim))
  }

  private static func refusal(_ reading: StreamReading) -> Failure {
    let fault = reading.fault ?? .inconsistent
    return Failure(
      .unpaid, fault.rawValue, "stream \(reading.id) does not pay: \(fault.message)")
  }
}

/// What was seen of one stream.
private final class SeenStream {
  private(set) var last: (reading: StreamReading, at: Instant)?
  /// The last that had vested while it was not ended by its sender.
  private(set) var vested: UInt256?

  func note(_ reading: StreamReading, at moment: Instant) {
    last = (reading, moment)
    if reading.fault != .terminated, reading.stream != nil { vested = reading.vested }
  }
}
