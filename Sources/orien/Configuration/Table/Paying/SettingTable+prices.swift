import OrienModel
import OrienNode

// What machines cost. Each is known by its name behind GOLEM_PROVIDER_ too.
extension Setting {
  static let prices: [Setting] = [
    Setting(
      "PRICE_USD_PER_CORE_MONTH", \.machines.usd.core, .money,
      "What a processor costs in a month"),
    Setting(
      "PRICE_USD_PER_GB_RAM_MONTH", \.machines.usd.memoryGiB, .money,
      "What a GB of memory costs in a month"),
    Setting(
      "PRICE_USD_PER_GB_STORAGE_MONTH", \.machines.usd.diskGiB, .money,
      "What a GB of disk costs in a month"),
    Setting(
      "PRICE_GLM_PER_CORE_MONTH", \.machines.glm.core, .money,
      "The same in GLM; 0 follows the price in dollars where COINGECKO_API_URL is asked"),
    Setting(
      "PRICE_GLM_PER_GB_RAM_MONTH", \.machines.glm.memoryGiB, .money, "The same in GLM"),
    Setting(
      "PRICE_GLM_PER_GB_STORAGE_MONTH", \.machines.glm.diskGiB, .money, "The same in GLM"),
    Setting(
      "COINGECKO_API_URL", \.machines.priceSource.url, .optional(.url),
      "Where the price of a GLM is asked for, as https://api.coingecko.com/api/v3; none: nowhere"),
    Setting(
      "COINGECKO_IDS", \.machines.priceSource.ids, .tokenIDs,
      "What it calls a GLM; of several the first that it has a price of"),
    Setting(
      "PRICING_UPDATE_ENABLED", \.machines.priceSource.isFollowing, .flag,
      "Prices in GLM follow what it says"),
    Setting(
      "PRICING_UPDATE_MIN_DELTA_PERCENT", \.machines.priceSource.leastChangePercent, .percent,
      "They do not where the GLM's price has changed by less than so much"),
    Setting(
      "PRICING_UPDATE_INTERVAL_SECONDS", \.machines.priceSource.interval, .within(10...604_800),
      "How often it is asked"),
  ]
}
