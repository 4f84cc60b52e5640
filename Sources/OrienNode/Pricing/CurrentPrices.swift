package import OrienModel

/// What machines cost now, in dollars and in tokens, and by whom that is known.
package struct CurrentPrices: Sendable, Equatable {
  package var usd: MonthlyPrices
  package var glm: MonthlyPrices
  package var source: Source
  /// What one token costs, where a price source has said it.
  package var rate: ExchangeRate?
  /// Since when the prices in tokens are these; nil: since the start.
  package var updatedAt: Timestamp?
  /// Prices in tokens are known: else nobody can say what has to be paid in them.
  package var isKnown: Bool

  package enum Source: String, Sendable {
    /// The operator has set all of them.
    case settings
    /// Those in tokens follow those in dollars, by the price of the token.
    case market
  }

  package init(
    usd: MonthlyPrices, glm: MonthlyPrices, source: Source, rate: ExchangeRate?,
    updatedAt: Timestamp?, isKnown: Bool
  ) {
    self.usd = usd
    self.glm = glm
    self.source = source
    self.rate = rate
    self.updatedAt = updatedAt
    self.isKnown = isKnown
  }

  /// As the settings have them, before any price source was heard.
  package init(_ settings: MachineSettings) {
    let isSet =
      settings.followsMarket
      ? !Part.all.contains { settings.follows($0) } : settings.glm != .nothing
    self.init(
      usd: settings.usd, glm: settings.glm, source: .settings, rate: nil, updatedAt: nil,
      // What costs nothing in dollars costs nothing.
      isKnown: isSet || settings.usd == .nothing)
  }

  /// What a stream has to pay each second for such a machine, in wei. Refused while prices in tokens
  /// are not known: whoever paid nothing would pay enough.
  package func ratePerSecond(of size: MachineSize) throws(Failure) -> UInt256 {
    guard isKnown else {
      throw Failure(
        .unavailable, "price-unknown",
        "what a machine costs in GLM is not known here: its operator sets PRICE_GLM_PER_CORE_MONTH"
          + " and its like, or COINGECKO_API_URL")
    }
    return glm.ratePerSecond(of: size)
  }

  /// The same at another price of the token. Nil where a price would be more than an amount can be.
  package func following(
    _ rate: ExchangeRate, _ settings: MachineSettings, since moment: Timestamp
  ) -> CurrentPrices? {
    guard let exchanged = rate.tokens(for: usd) else { return nil }
    var next = self
    (next.rate, next.updatedAt, next.isKnown) = (rate, moment, true)
    for part in Part.all where settings.follows(part) {
      next.glm[keyPath: part] = exchanged[keyPath: part]
      next.source = .market
    }
    return next
  }
}

extension CurrentPrices {
  /// One of the three things that are priced.
  typealias Part = WritableKeyPath<MonthlyPrices, Money>
}

extension WritableKeyPath where Root == MonthlyPrices, Value == Money {
  static var all: [WritableKeyPath<MonthlyPrices, Money>] {
    [\.core, \.memoryGiB, \.diskGiB]
  }
}

extension MachineSettings {
  /// There is a price source, and it is to be followed.
  package var followsMarket: Bool { priceSource.url != nil && priceSource.isFollowing }

  /// A price in tokens that is set stays as it is.
  func follows(_ part: CurrentPrices.Part) -> Bool {
    followsMarket && glm[keyPath: part] == .zero
  }
}

extension JSONWriter {
  /// With the price of the token where one is known.
  package mutating func write(prices: CurrentPrices) {
    write(prices: prices.usd, in: "usd")
    write(prices: prices.glm, in: "glm")
    if let rate = prices.rate { field("usd_per_glm", rate) }
  }
}
