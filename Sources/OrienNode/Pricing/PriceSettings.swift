package import OrienModel

/// What the operator has decided about prices in tokens that follow a market.
package struct PriceSettings: Sendable {
  /// Of a price source; nil: none is asked, and prices are those that are set.
  package var url: String?
  /// As that source names the token; the first that it knows a price of counts.
  package var ids = ["golem", "golem-network-tokens"]
  package var isFollowing = true
  /// A smaller change than so many percent changes nothing.
  package var leastChangePercent = Money(units: 100_000_000)
  package var interval = Duration.seconds(900)
  /// For each request.
  package var patience = Duration.seconds(10)
  /// It is asked again so soon where no price is known yet; later each time.
  package var firstRetry = Duration.seconds(5)

  package init() {}
}
