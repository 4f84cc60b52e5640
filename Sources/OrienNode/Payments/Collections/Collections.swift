package import OrienLedger
package import OrienModel
package import OrienSystem

/// Collects what streams have paid. Each collection is in the ledger before it is signed, and each
/// transaction before it is sent, so that whoever finds them after a crash sends the same bytes again
/// and nothing is collected twice. One thing is done after the other, in rounds. Belongs to the loop.
package final class Collections {
  package struct Parts {
    package var loop: Loop
    package var ledger: Ledger
    package var log: Log
    package var host: any PaymentHost
    package var terms: AgreedTerms
    /// What waits waits by it, also across a restart.
    package var now: () -> Timestamp

    package init(
      loop: Loop, ledger: Ledger, log: Log, host: any PaymentHost, terms: AgreedTerms,
      now: @escaping () -> Timestamp = { .now }
    ) {
      self.loop = loop
      self.ledger = ledger
      self.log = log
      self.host = host
      self.terms = terms
      self.now = now
    }
  }

  package struct Settings: Sendable {
    /// Streams are collected without anybody's asking.
    package var isEnabled = false
    /// How long it is waited since the last of the same stream.
    package var interval = Duration.seconds(1800)
    /// Less than this is not collected unless somebody asks.
    package var leastAmount = UInt256.zero
    /// What gas may cost at most, of what is collected.
    package var mostGasPercent: UInt64 = 10
    /// What one of what gas is paid in is worth, in what streams pay in.
    package var gasRate = Money(units: 100_000_000)
    /// How many blocks, its own counted, make a transaction certain, as long as it is not known how
    /// deep the block is that streams are read at: from then on it has to be as deep as that.
    package var confirmations: UInt64 = 13
    /// How often it is looked what has become of transactions.
    package var watchEvery = Duration.seconds(15)
    /// How often the same bytes are sent again.
    package var resendEvery = Duration.seconds(60)
    /// After what time one whose turn it is is replaced by one that offers more, and how often.
    package var stuckAfter = Duration.seconds(300)
    package var mostReplacements = 8
    /// How long what is not worth it, or cannot be now, is left alone.
    package var recheckAfter = Duration.seconds(300)
    /// The first and the longest wait after what the contract has refused, each twice the one before.
    package var firstRetry = Duration.seconds(60)
    package var longestRetry = Duration.seconds(21_600)
    /// The same while the backend is silent.
    package var firstSilence = Duration.seconds(5)
    package var longestSilence = Duration.seconds(300)
    /// At once.
    package var mostUnderWay = 100

    package init() {}
  }

  /// What a stream had to be collected when it was last read.
  struct Noted {
    var claim: StreamClaim
    var withdrawable: UInt256
  }

  /// What is to be begun in this round.
  struct Candidate {
    var stream: StreamName
    var isManual: Bool
    /// Who waits to hear of it.
    var answer: ((Result<StreamCollection, Failure>) -> Void)?
  }

  let parts: Parts
  package let settings: Settings
  var open: [StreamName: OpenCollection] = [:]
  var noted: [StreamName: Noted] = [:]
  var manual: [Candidate] = []
  /// What those come to that are kept, by stream.
  package internal(set) var totals: [StreamName: CollectionTotals] = [:]
  /// How many have ended in this node, by how they did; and what they have brought and cost.
  package internal(set) var ended: [StreamCollection.State: Int] = [:]
  package internal(set) var sinceStart = CollectionTotals()
  /// By which this round collects.
  var terms: PaymentTerms?
  /// How many blocks there are above the one that streams are read at.
  var depth: UInt64?
  /// Streams that the backend was told to keep.
  var kept: Set<StreamName> = []
  /// Until when a stream is left alone, how often in a row it was refused, and what was said of it.
  var waits: [StreamName: Timestamp] = [:]
  var refusals: [StreamName: Int] = [:]
  var said: [StreamName: String] = [:]
  /// Nothing is asked before this, since the backend did not answer; and how many rounds in a row it
  /// has said nothing of the chain. One that fails now and then is no less useful for it.
  var silentUntil: Timestamp?
  var silences = 0
  /// It has said something of the chain in this round.
  var isHeard = false
  /// When a round last ended at a stream: others come first then, for it may be about that one alone.
  var roundEndedAt: [StreamName: Timestamp] = [:]
  /// How many that are none of this chain's or key's were told of.
  var strangersTold = 0
  private(set) var isReady = false
  private var isBusy = false
  private var wantsMore = false
  private(set) var isEnding = false
  private var timer: Timer?

  package init(_ parts: Parts, _ settings: Settings) {
    self.parts = parts
    self.settings = settings
  }

  /// No round is under way, and nobody waits for anything.
  package var isIdle: Bool { isReady && !isBusy && !wantsMore && !isAwaited }

  private var isAwaited: Bool { manual.contains { $0.answer != nil } }

  /// How many blocks make a transaction certain: so what is certain here is what readers see.
  var confirmations: UInt64 { depth.map { $0.saturatingAdd(1) } ?? settings.confirmations }

  /// Those that are not over, oldest first.
  package var underWay: [StreamCollection] {
    open.values.map(\.record).sorted { ($0.number ?? 0) < ($1.number ?? 0) }
  }

  // MARK: Beginning and ending

  /// Goes on with what an earlier node has left.
  package func begin() {
    for record in parts.ledger.recovered.collections {
      open[record.stream] = OpenCollection(record, isFound: true)
    }
    parts.ledger.collectionTotals(
      then: parts.loop.reply { [self] (result: Result<[StreamName: CollectionTotals], Failure>) in
        guard !isEnding else { return }
        switch result {
        case .success(let found): take(found)
        case .failure(let failure):
          parts.log.error(
            "nothing is collected: what was is not known", ["error": failure.description])
        }
      })
  }

  private func take(_ found: [StreamName: CollectionTotals]) {
    for (stream, sum) in found {
      var own = sum
      own.underWay = .zero
      totals[stream] = own
      guard sum.reverts > 0, let last = sum.revertedAt else { continue }
      refusals[stream] = sum.reverts
      waits[stream] = last + backOff(after: sum.reverts)
    }
    let unsigned = open.values.filter { $0.record.attempts.isEmpty }
    inTurn(unsigned) { [self] found, next in
      // Nothing can have come of it.
      let again = Candidate(stream: found.record.stream, isManual: true)
      end(found, as: .abandoned, for: Self.unsigned) { [self] in
        if found.record.isManual { manual.append(again) }
        next()
      }
    } then: { [self] in
      isReady = true
      look()
    }
  }

  private static let unsigned = Failure(
    .cancelled, "not-signed", "the node ended before it was signed")

  /// Nothing is begun any more. What is out goes on without this node, and the next one looks.
  package func end() {
    isEnding = true
    timer?.cancel()
    refuseManual(Failure(.unavailable, "draining", "the node is going down"))
  }

  // MARK: Rounds

  /// Asks what has become of what is out, and begins what is due. While that goes on another one waits.
  package func look() {
    guard isReady, !isEnding else { return }
    guard !isBusy else {
      wantsMore = true
      return
    }
    guard !open.isEmpty || !manual.isEmpty || !due.isEmpty else { return }
    if let until = silentUntil, parts.now() < until, !isAwaited { return again() }
    if let trouble = parts.host.trouble { return fallSilent(trouble) }
    (isBusy, wantsMore) = (true, false)
    parts.terms.learn { [self] result in
      guard !isEnding else { return }
      switch result {
      case .success(let terms):
        self.terms = terms
        watch()
      case .failure(let failure): fallSilent(failure)
      }
    }
  }

  /// The end of a round in which the backend answered.
  func rest() {
    if silentUntil != nil { parts.log.info("streams are collected again") }
    (silentUntil, silences, isHeard) = (nil, 0, false)
    isBusy = false
    let isMore = wantsMore || !manual.isEmpty
    wantsMore = false
    if isMore { look() }
    if !isBusy { again() }
  }

  /// The end of one in which it did not, or not to the end: nobody knows more, so nothing more changes.
  func fallSilent(_ failure: Failure) {
    parts.terms.doubt()
    if isHeard { silences = 0 }
    isHeard = false
    if silentUntil == nil {
      parts.log.warning("no stream can be collected now", ["error": failure.description])
    }
    silentUntil =
      parts.now()
      + Self.doubled(settings.firstSilence, times: silences, atMost: settings.longestSilence)
    silences += 1
    (isBusy, wantsMore) = (false, false)
    refuseManual(failure)
    again()
  }

  /// Tells those who wait; what nobody waits for stays for the next round.
  private func refuseManual(_ failure: Failure) {
    let waiting = manual
    manual = waiting.filter { $0.answer == nil }
    for candidate in waiting { candidate.answer?(.failure(failure)) }
  }

  private func again() {
    timer?.cancel()
    timer = nil
    guard !open.isEmpty || silentUntil != nil else { return }
    timer = parts.loop.schedule(after: settings.watchEvery) { [weak self] in self?.look() }
  }
}
