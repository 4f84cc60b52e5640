import Glibc
import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

/// Rentals that are told of to a discovery server on loopback.
final class Advertising {
  let node: TestNode
  private let address: PublicAddress
  private(set) var adverts: Adverts!
  var trouble: Failure?

  static let provider = "provider 1"

  init(
    _ url: String, machines: Int = 1000, _ change: (inout AdvertSettings) -> Void = { _ in }
  ) throws {
    var options = TestNode.Options()
    options.mostMachines = machines
    node = try TestNode(Scratch(), MachineEngine(), options)
    var found = PublicAddress.Settings()
    found.host = "192.0.2.7"
    address = PublicAddress(found, on: node.loop)
    var settings = AdvertSettings()
    settings.gathering = .milliseconds(1)
    settings.leastGap = .milliseconds(1)
    settings.firstRetry = .milliseconds(1)
    settings.interval = .milliseconds(20)
    settings.patience = .seconds(10)
    change(&settings)
    let (rentals, ledger) = (node.rentals, node.ledger)
    let discovery = DiscoveryAdvertiser(
      url, patience: settings.patience,
      signing: .init(publicKey: ledger.publicKey, sign: { ledger.sign($0) }), as: address,
      on: node.loop)
    adverts = Adverts(
      Adverts.Parts(
        loop: node.loop, log: Log(level: .error, format: .text, descriptor: Self.nowhere),
        offer: { [unowned self] in
          if let trouble { return .failure(trouble) }
          guard rentals.capacity.isOffered else { return .failure(Self.full) }
          return .success(Self.advert(rentals.capacity.available))
        }, choose: { discovery }),
      settings)
    rentals.onChange = { [unowned self] in adverts.look() }
  }

  deinit { address.close() }

  static let full = Failure(.unavailable, "no-capacity", "nothing is left")
  private static let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  static func advert(_ size: MachineSize) -> Advert {
    Advert(
      provider: provider, name: "Test", host: nil, country: "SE", platform: "x86_64",
      environment: "production", network: "mainnet", size: size,
      usd: MonthlyPrices(
        core: Money("5")!, memoryGiB: Money("2")!, diskGiB: Money("0.1")!),
      glm: MonthlyPrices(core: .zero, memoryGiB: .zero, diskGiB: Money("0.00000001")!))
  }

  func wait(until holds: () -> Bool) throws {
    guard node.loop.drive(until: holds) else {
      throw Failure(.internal, "no-event", "\(adverts.standing)")
    }
  }

  func end(within bound: Duration = .seconds(10)) throws {
    var isOver = false
    adverts.end(within: bound) { isOver = true }
    try wait { isOver }
  }
}

extension Outsider {
  /// A discovery server that takes everything.
  static func discovery() throws -> Outsider {
    try Outsider { _ in .json(200, #"{"status":"ok"}"#) }
  }
}
