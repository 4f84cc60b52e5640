import OrienModel
import OrienNode

// What machines cost, as everybody may know it.

extension JSONWriter {
  /// With by whom it is known, and since when.
  mutating func write(pricing prices: CurrentPrices) {
    object("pricing") { writer in
      writer.write(prices: prices)
      writer.field("source", prices.source.rawValue)
      writer.field("known", prices.isKnown)
      writer.fieldOrNull("updated_at", prices.updatedAt)
    }
  }
}

extension API {
  func writePrices(to text: inout MetricsText) {
    guard let machines else { return }
    let prices = machines.prices
    text.family("orien_price_month", "gauge", "What a month of a part of a machine costs")
    for (currency, prices) in [("usd", prices.usd), ("glm", prices.glm)] {
      for (part, price) in [
        ("core", prices.core), ("memory_gb", prices.memoryGiB), ("disk_gb", prices.diskGiB),
      ] {
        text.sample(
          "orien_price_month", [("currency", currency), ("part", part)], text: price.description)
      }
    }
    if let rate = prices.rate {
      text.family("orien_price_usd_per_glm", "gauge", "What a GLM costs, as the price source says")
      text.sample("orien_price_usd_per_glm", [], text: rate.description)
    }
    text.counter(
      "orien_price_failures_total", "Times that the price source said nothing that is taken",
      machines.pricing.failures)
  }
}
