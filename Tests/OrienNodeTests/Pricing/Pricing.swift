import Glibc
import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

/// Prices that follow a source on loopback, which answers as it is told to.
final class Pricing {
  let loop: Loop
  let prices: Prices
  let source: Outsider
  private(set) var changes: [CurrentPrices] = []

  private static let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  init(
    _ answer: Outsider.Answer = .json(200, "{}"),
    _ change: (inout MachineSettings) -> Void = { _ in }
  ) throws {
    loop = try Loop()
    source = try Outsider { _ in answer }
    var settings = MachineSettings()
    settings.priceSource.url = source.url
    settings.priceSource.interval = .milliseconds(1)
    settings.priceSource.firstRetry = .milliseconds(1)
    change(&settings)
    prices = Prices(
      settings, on: loop, log: Log(level: .error, format: .text, descriptor: Self.nowhere))
    prices.onChange = { [unowned self] in changes.append(prices.current) }
  }

  deinit { prices.close() }

  static func says(_ price: String, of id: String = "golem") -> Outsider.Answer {
    .json(200, "{\"\(id)\":{\"usd\":\(price)}}")
  }

  func say(_ answer: Outsider.Answer) { source.answer { _ in answer } }

  func wait(until holds: () -> Bool) throws {
    guard loop.drive(until: holds) else {
      throw Failure(.internal, "no-event", "\(prices.current) \(prices.failures)")
    }
  }

  /// Until it was asked so often more, and what it said was heard.
  func wait(forMore count: Int) throws {
    let before = source.requests.count
    // With the next question the answer to the last one is taken.
    try wait { source.requests.count > before + count }
  }
}
