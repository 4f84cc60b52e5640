import OrienModel
package import OrienSystem

/// Keeps what machines cost in tokens at what they cost in dollars, as a price source says; where there
/// is none they stay as they are set. What it says is somebody else's word: a failure changes nothing,
/// and what cannot be true is refused. Belongs to the loop.
package final class Prices {
  package private(set) var current: CurrentPrices
  /// How often the source was asked in vain, or said what was refused.
  package private(set) var failures: UInt64 = 0
  /// Calls it after prices have changed.
  var onChange: () -> Void = {}

  private let settings: MachineSettings
  private let loop: Loop
  private let log: Log
  private var source: PriceSource?
  private var timer: Timer?
  private var trouble: Failure?
  /// In vain, one after the other.
  private var attempts = 0

  /// More than so many times what it was is no price but a fault of the source's.
  private static let mostTimes: UInt64 = 1000

  package init(_ settings: MachineSettings, on loop: Loop, log: Log) {
    self.settings = settings
    self.loop = loop
    self.log = log
    current = CurrentPrices(settings)
  }

  /// Asks for the first time, and from then on; nothing more where that was done.
  func begin() {
    guard source == nil, let url = settings.priceSource.url,
      CurrentPrices.Part.all.contains(where: { settings.follows($0) })
    else { return }
    source = PriceSource(url, settings.priceSource, on: loop)
    ask()
  }

  func close() {
    timer?.cancel()
    source?.close()
  }

  private func ask() {
    source?.ask { [weak self] result in
      guard let self else { return }
      do throws(Failure) {
        try take(try result.get())
        if trouble != nil { log.info("the price source answers again", ["by": source?.name ?? ""]) }
        (trouble, attempts) = (nil, 0)
      } catch {
        note(error)
      }
      again()
    }
  }

  private func take(_ rate: ExchangeRate) throws(Failure) {
    if let known = current.rate {
      guard !rate.isBeyond(Self.mostTimes, times: known) else {
        throw Self.refusal(
          "\(rate) is more than \(Self.mostTimes) times away from \(known); a start takes it anyway"
        )
      }
      guard rate.differs(from: known, byAtLeast: settings.priceSource.leastChangePercent) else {
        return
      }
    }
    guard let next = current.following(rate, settings, since: .now) else {
      throw Self.refusal("at \(rate) a price in GLM is more than an amount can be")
    }
    guard next.glm != current.glm || next.rate != current.rate else { return }
    log.info(
      "prices in GLM have changed",
      [
        "usdPerGLM": rate.description, "core": next.glm.core.description,
        "memoryGB": next.glm.memoryGiB.description, "diskGB": next.glm.diskGiB.description,
      ])
    current = next
    onChange()
  }

  private static func refusal(_ what: String) -> Failure {
    Failure(.unavailable, "price-absurd", "refused as the price of a GLM: \(what)")
  }

  private func note(_ failure: Failure) {
    guard failure.code != .cancelled else { return }
    failures += 1
    attempts += 1
    if failure != trouble {
      log.warning("prices in GLM stay as they are", ["error": failure.message])
    }
    trouble = failure
  }

  private func again() {
    var delay = settings.priceSource.interval
    if attempts > 0, !current.isKnown {
      let early = (1..<min(attempts, 16)).reduce(settings.priceSource.firstRetry) { delay, _ in
        delay * 2
      }
      delay = min(early, delay)
    }
    timer = loop.schedule(after: delay) { [unowned self] in ask() }
  }
}
