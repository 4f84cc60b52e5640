package import OrienKernel
package import OrienModel
import OrienSystem

/// Tells whatever plugin is the backend of `advertise/1`, which knows where adverts go.
package final class RoleAdvertiser: Advertiser {
  package static let role = "advertise/1"
  package let name: String
  private let kernel: Kernel
  private let validFor: Duration

  /// `validFor` is how long an advert is to be heard of that is not renewed.
  package init(_ backend: String, validFor: Duration, kernel: Kernel) {
    name = backend
    self.kernel = kernel
    self.validFor = validFor
  }

  package func publish(_ advert: Advert, then answer: @escaping (Result<Void, Failure>) -> Void) {
    let text = { (name: String, value: String) in JSON.Member(name, .string(value)) }
    let whole = { (name: String, value: Int64) in JSON.Member(name, .integer(value)) }
    let members =
      [
        text("provider_id", advert.provider), text("provider_name", advert.name),
        text("ip_address", advert.host ?? ""), text("country", advert.country),
        text("platform", advert.platform), text("environment", advert.environment),
        text("network", advert.network), whole("cpu", advert.size.cpu),
        whole("memory_gb", advert.size.memoryGiB), whole("storage_gb", advert.size.diskGiB),
        whole("valid_seconds", Int64(validFor.milliseconds / 1000)),
      ] + Self.prices(advert.usd, "usd") + Self.prices(advert.glm, "glm")
    kernel.perform("publish", of: Self.role, .object(members)) { answer($0.map { _ in }) }
  }

  /// As texts: no amount is to be rounded on the way.
  private static func prices(_ prices: MonthlyPrices, _ currency: String) -> [JSON.Member] {
    [
      .init("\(currency)_per_core_month", .string(prices.core.description)),
      .init("\(currency)_per_gb_ram_month", .string(prices.memoryGiB.description)),
      .init("\(currency)_per_gb_storage_month", .string(prices.diskGiB.description)),
    ]
  }

  package func withdraw(_ advert: Advert, then answer: @escaping (Result<Void, Failure>) -> Void) {
    let provider = JSON.Member("provider_id", .string(advert.provider))
    kernel.perform("withdraw", of: Self.role, .object([provider])) { answer($0.map { _ in }) }
  }

  package func close() {}
}
