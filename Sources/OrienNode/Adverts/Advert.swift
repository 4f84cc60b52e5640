package import OrienModel

/// What this machine offers, as those hear it who look for machines.
package struct Advert: Sendable, Equatable {
  package var provider: String
  package var name: String
  /// By which it is reached; nil: that is to be found out by whoever publishes.
  package var host: String?
  package var country: String
  package var platform: String
  package var environment: String
  package var network: String
  /// What is left.
  package var size: MachineSize
  package var usd: MonthlyPrices
  package var glm: MonthlyPrices
}

extension JSONWriter {
  /// In whole GB, as everybody of the dialect has it.
  package mutating func write(resources size: MachineSize, as name: String = "resources") {
    object(name) { writer in
      writer.field("cpu", size.cpu)
      writer.field("memory", size.memoryGiB)
      writer.field("storage", size.diskGiB)
    }
  }

  package mutating func write(prices: MonthlyPrices, in currency: String) {
    field("\(currency)_per_core_month", prices.core)
    field("\(currency)_per_gb_ram_month", prices.memoryGiB)
    field("\(currency)_per_gb_storage_month", prices.diskGiB)
  }
}
