import OrienModel
import OrienNode
import OrienSystem

// What a node that runs says of its prices: every number as it was written, for none is to be rounded
// on the way.
extension NodeClient {
  private static let patience = Duration.seconds(5)

  /// And since when, in its words.
  func prices() throws(Failure) -> (CurrentPrices, since: String?) {
    let answer = try exactly("GET", Paths.provider, patience: Self.patience).json
    guard let said = answer["pricing"], let usd = MonthlyPrices(in: said, "usd"),
      let glm = MonthlyPrices(in: said, "glm"),
      let source = said["source"]?.string.flatMap({ CurrentPrices.Source(rawValue: $0) }),
      let isKnown = said["known"]?.bool
    else {
      throw Failure(.unavailable, "no-node", "the node says nothing of its prices: is it older?")
    }
    let prices = CurrentPrices(
      usd: usd, glm: glm, source: source,
      rate: said["usd_per_glm"]?.string.flatMap { ExchangeRate($0) },
      updatedAt: nil, isKnown: isKnown)
    return (prices, said["updated_at"]?.string)
  }

  /// What it has for rent in all; nil where it rents nothing.
  func rentable() throws(Failure) -> MachineSize? {
    let answer: JSON
    do throws(Failure) {
      answer = try json("GET", Paths.summary, patience: Self.patience)
    } catch {
      guard error.code == .unavailable else { throw error }
      return nil
    }
    let total = answer["resources"]?["total"]
    guard let cpu = total?["cpu"]?.int64, let memory = total?["memory"]?.int64,
      let disk = total?["storage"]?.int64, (0...1 << 20).contains(memory),
      (0...1 << 30).contains(disk)
    else { return nil }
    return MachineSize(cpu: cpu, memoryGiB: memory, diskGiB: disk)
  }
}

extension MonthlyPrices {
  fileprivate init?(in json: JSON, _ currency: String) {
    let amount = { (name: String) in json["\(currency)_per_\(name)"]?.string.flatMap { Money($0) } }
    guard let core = amount("core_month"), let memory = amount("gb_ram_month"),
      let disk = amount("gb_storage_month")
    else { return nil }
    self.init(core: core, memoryGiB: memory, diskGiB: disk)
  }
}
