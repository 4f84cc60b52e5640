import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

/// The rentals of one node on its loop, in a folder that may be the next one's.
final class TestNode {
  let loop: Loop
  let ledger: Ledger
  let front: EngineFront
  let rentals: Rentals
  private var isOpen = true
  private let scratch: Scratch

  struct Options {
    var total = MachineSize(cpu: 64, memoryGiB: 64, diskGiB: 1000)
    var mostMachines = 1000
    var ports = 50800..<50900
    var settings = Options.quick

    static var quick: Rentals.Settings {
      var settings = Rentals.Settings()
      settings.lateDelay = .milliseconds(1)
      settings.lateLooks = 3
      settings.firstRetry = .milliseconds(1)
      settings.longestRetry = .milliseconds(5)
      settings.matchEvery = .seconds(3600)
      return settings
    }
  }

  init(_ scratch: Scratch, _ engine: MachineEngine, _ options: Options = Options()) throws {
    self.scratch = scratch
    loop = try Loop()
    ledger = try Ledger.open(in: StateFolder(at: scratch / "state"), onBroken: { _ in })
    front = EngineFront(engine, loop)
    rentals = Rentals(
      Rentals.Parts(
        loop: loop, ledger: ledger, log: Log(level: .error, format: .text), host: front,
        proxy: ProxyFront(front)),
      options.settings,
      capacity: Capacity(
        total: options.total, mostMachines: options.mostMachines,
        least: MachineSize(cpu: 1, memoryGiB: 1, diskGiB: 10)),
      ports: PortRange(options.ports))
    front.unheard = Set(engine.launches.keys)
  }

  deinit { if isOpen { ledger.close() } }

  /// What is not on the disk by now never will be, and nobody answers. The folder that it leaves is the
  /// next one's.
  func die() throws -> Scratch {
    isOpen = false
    front.isGone = true
    ledger.close()
    return try Scratch(copying: scratch)
  }

  static func order(_ name: String, owner: String = "alice", cpu: Int64 = 1) -> RentalOrder {
    RentalOrder(
      name: name, owner: Owner(owner), size: MachineSize(cpu: cpu, memoryGiB: 1, diskGiB: 10),
      image: "", access: Rental.Access(publicKey: "ssh-ed25519 AAAA test"))
  }

  func rent(_ name: String) throws(Failure) -> Rental {
    try loop.answer { answer in
      rentals.rent(Self.order(name)) { [rentals] result in
        switch result {
        case .success(let rental): rentals.whenMade(rental.id, answer)
        case .failure: answer(result)
        }
      }
    }
  }

  func delete(_ name: String) throws(Failure) -> Rental {
    try loop.answer { rentals.delete(name, then: $0) }
  }

  /// Runs until nothing is under way.
  func settle() -> Bool {
    loop.drive(within: .seconds(10)) { [self] in
      rentals.hasMatched && rentals.machines.values.allSatisfy { !$0.isBusy }
    }
  }
}
