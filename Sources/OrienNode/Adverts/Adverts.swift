package import OrienModel
package import OrienSystem

/// Keeps whoever is looked for machines at hearing what this node has: at once when that changes, and
/// again every so often; nothing while no machine would be made. Nothing else of the node depends on
/// what comes of it. Belongs to the loop.
package final class Adverts {
  /// How it stands.
  package struct Standing: Sendable, Equatable {
    package enum State: String, Sendable {
      /// Nobody is told.
      case off
      /// Nobody has been told yet.
      case waiting
      case published, paused, failing
    }

    package var state = State.off
    /// Who is told.
    package var advertiser: String?
    package var publishedAt: Timestamp?
    package var attemptedAt: Timestamp?
    /// Why it is paused, or what has failed.
    package var trouble: Failure?
  }

  package struct Parts {
    package var loop: Loop
    package var log: Log
    /// What there is to be told, or why nothing is.
    package var offer: () -> Result<Advert, Failure>
    /// Who is to be told now; nil: nobody.
    package var choose: () -> (any Advertiser)?

    package init(
      loop: Loop, log: Log, offer: @escaping () -> Result<Advert, Failure>,
      choose: @escaping () -> (any Advertiser)?
    ) {
      self.loop = loop
      self.log = log
      self.offer = offer
      self.choose = choose
    }
  }

  private let parts: Parts
  private let settings: AdvertSettings
  package private(set) var standing = Standing()
  private var advertiser: (any Advertiser)?
  /// What was taken last.
  private var current: Advert?
  /// Somebody may hear of it: it was sent, whatever was answered.
  private var audible: Advert?
  private var isBusy = false
  private var isEnding = false
  private var attempts = 0
  private var timer: Timer?
  private var due = Instant(nanoseconds: .max)
  /// Nobody is asked anything before.
  private var earliest = Instant(nanoseconds: 0)

  private static let mostWithdrawals = 3
  private static let limitedFor = Duration.seconds(60)
  private static let patienceAtEnd = Duration.seconds(3)

  package init(_ parts: Parts, _ settings: AdvertSettings) {
    self.parts = parts
    self.settings = settings
  }

  /// What is offered may have changed.
  package func look() {
    guard !isBusy, !isEnding else { return }
    switch parts.offer() {
    case .success(let advert) where advert == current: break
    case .failure where audible == nil: act()
    case .success, .failure: wake(at: parts.loop.now + settings.gathering)
    }
  }

  /// Ends with nobody hearing of this node any more, if that can be had soon: else it is forgotten
  /// by itself.
  package func end(within bound: Duration, then body: @escaping () -> Void) {
    isEnding = true
    timer?.cancel()
    guard let audible, let advertiser, bound > .zero else {
      advertiser?.close()
      return body()
    }
    var isOver = false
    let once = { [parts] in
      guard !isOver else { return }
      isOver = true
      advertiser.close()
      parts.loop.soon(body)
    }
    _ = parts.loop.schedule(after: min(bound, Self.patienceAtEnd), once)
    advertiser.withdraw(audible) { _ in once() }
  }

  // MARK: Acting

  private func wake(at moment: Instant) {
    let moment = max(moment, earliest)
    guard moment < due || timer?.isOver ?? true else { return }
    timer?.cancel()
    due = moment
    timer = parts.loop.schedule(at: moment) { [unowned self] in act() }
  }

  private func act() {
    guard !isBusy, !isEnding else { return }
    timer?.cancel()
    choose()
    guard let advertiser else { return standing.state = .off }
    switch parts.offer() {
    case .success(let advert): publish(advert, by: advertiser)
    case .failure(let failure):
      if standing.state != .paused {
        parts.log.info("nobody is told of machines for now", ["because": failure.message])
      }
      standing.state = .paused
      standing.trouble = failure
      current = nil
      if let audible { withdraw(audible, by: advertiser) }
    }
  }

  private func choose() {
    let chosen = parts.choose()
    guard chosen !== advertiser else { return }
    (advertiser, current, attempts) = (chosen, nil, 0)
    standing = Standing(state: .waiting, advertiser: chosen?.name)
  }

  private func publish(_ advert: Advert, by advertiser: any Advertiser) {
    if standing.state == .paused || standing.state == .off { standing.state = .waiting }
    standing.attemptedAt = .now
    isBusy = true
    audible = advert
    advertiser.publish(advert) { [weak self] result in
      guard let self else { return }
      isBusy = false
      switch result {
      case .success: published(advert)
      case .failure(let failure): failed(failure)
      }
      look()
    }
  }

  private func published(_ advert: Advert) {
    if standing.state != .published {
      parts.log.info("machines are advertised", ["by": standing.advertiser ?? ""])
    }
    attempts = 0
    current = advert
    standing.state = .published
    standing.publishedAt = .now
    standing.trouble = nil
    earliest = parts.loop.now + settings.leastGap
    wake(at: parts.loop.now + settings.interval)
  }

  private func failed(_ failure: Failure) {
    current = nil
    if standing.state != .failing || standing.trouble != failure {
      parts.log.warning("machines are not advertised", ["error": failure.message])
    }
    standing.state = .failing
    standing.trouble = failure
    delay(after: failure)
  }

  private func withdraw(_ advert: Advert, by advertiser: any Advertiser) {
    isBusy = true
    advertiser.withdraw(advert) { [weak self] result in
      guard let self else { return }
      isBusy = false
      switch result {
      case .success:
        attempts = 0
        audible = nil
        earliest = parts.loop.now + settings.leastGap
      case .failure(let failure):
        delay(after: failure)
        if attempts >= Self.mostWithdrawals || failure.isFinal {
          parts.log.warning(
            "an advert is not withdrawn, and is forgotten by itself", ["error": failure.message])
          audible = nil
        }
      }
      look()
    }
  }

  /// Waits longer each time, and each node another while, so that those that a server has lost do not
  /// all come back at once.
  private func delay(after failure: Failure) {
    var delay = settings.firstRetry
    for _ in 0..<min(attempts, 16) { delay = min(delay * 2, settings.interval) }
    if failure.code == .limited { delay = max(delay, min(Self.limitedFor, settings.interval)) }
    if failure.isFinal { delay = settings.interval }
    attempts += 1
    earliest = parts.loop.now + delay.shortenedByChance
    wake(at: earliest)
  }
}

extension Failure {
  /// The same will be refused again.
  fileprivate var isFinal: Bool { code == .invalid || code == .denied }
}

extension Duration {
  /// Something between half of it and all of it.
  fileprivate var shortenedByChance: Duration {
    let half = clampedNanoseconds / 2
    let chance = Random.bytes(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return .nanoseconds(Int64(clamping: half + (half == 0 ? 0 : chance % half)))
  }
}
