import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

/// One life of a node that rents machines to whoever pays by a stream. Its clock is the chain's.
final class PaidNode {
  let loop: Loop
  let ledger: Ledger
  let front: EngineFront
  let backend: SimulatedPayments
  let rentals: Rentals
  let payments: PaymentService
  let collections: Collections
  /// By whom streams are verified that are to pay.
  let verifier: PaymentService
  private let blank: Ledger?
  private let scratch: Scratch

  static let log = Log(level: .error, format: .text)
  /// What one core costs a second.
  static let pricePerCore = UInt256(1_000_000)
  static let collectionInterval = Duration.seconds(300)

  static func price(_ size: MachineSize) -> UInt256 {
    pricePerCore.times(UInt256(UInt64(size.cpu))) ?? .max
  }

  init(_ scratch: Scratch, _ world: PaymentWorld) throws {
    self.scratch = scratch
    loop = try Loop()
    ledger = try Ledger.open(in: StateFolder(at: scratch / "state"), onBroken: { _ in })
    front = EngineFront(world.machines, loop)
    front.unheard = Set(world.machines.launches.keys)
    backend = SimulatedPayments(world.payments, loop)
    let host = BentPayments(backend, world.hole)
    host.mayCollect = { [unowned world] in world.mayCollect($0) }
    let watched = WatchedMachines(front, world.hole) { [unowned world] in
      world.book.refusedAt[$0] = world.chain.clock
    }
    rentals = Rentals(
      Rentals.Parts(
        loop: loop, ledger: ledger, log: Self.log, host: watched, proxy: ProxyFront(front)),
      TestNode.Options.quick,
      capacity: Capacity(
        total: MachineSize(cpu: 64, memoryGiB: 64, diskGiB: 1000), mostMachines: 1000,
        least: MachineSize(cpu: 1, memoryGiB: 1, diskGiB: 10)),
      ports: PortRange(50800..<50900))
    let now = { [chain = world.chain] in
      Timestamp(microseconds: Int64(chain.clock) * 1_000_000)
    }
    let terms = AgreedTerms(of: host, on: loop)
    var parts = PaymentService.Parts(
      loop: loop, ledger: ledger, log: Self.log, host: host, terms: terms,
      price: { [hole = world.hole] size throws(Failure) in
        hole == .noPrice ? .zero : Self.price(size)
      })
    parts.clock = PaymentClock(now: now)
    payments = PaymentService(parts, world.settings)
    if world.hole == .sharedStream {
      // It has never heard of a claim.
      let blank = try Ledger.open(in: StateFolder(at: scratch / "blank"), onBroken: { _ in })
      parts.ledger = blank
      self.blank = blank
      verifier = PaymentService(parts, world.settings)
    } else {
      blank = nil
      verifier = payments
    }
    var collecting = Collections.Settings()
    collecting.isEnabled = true
    collecting.interval = Self.collectionInterval
    collecting.watchEvery = .seconds(3600)
    collecting.confirmations = UInt64(world.payments.confirmations)
    collecting.recheckAfter = .seconds(60)
    collecting.firstRetry = .seconds(30)
    collecting.longestRetry = .seconds(120)
    collecting.longestSilence = .seconds(60)
    collecting.stuckAfter = .seconds(120)
    collections = Collections(
      Collections.Parts(
        loop: loop, ledger: ledger, log: Self.log, host: host, terms: terms, now: now),
      collecting)
    payments.onReadings = { [collections, unowned world] readings, claims in
      world.check(readings)
      collections.note(readings, of: claims)
    }
    payments.onOver = { [collections] in collections.leave($0) }
  }

  func begin() {
    rentals.begin()
    payments.attach(rentals)
    collections.begin()
  }

  var isDead: Bool { front.engine.isDead || backend.engine.isDead }

  /// Nothing is under way.
  var isQuiet: Bool {
    rentals.hasMatched && rentals.machines.values.allSatisfy { !$0.isBusy }
      && !payments.isLooking && !payments.wantsLook && collections.isIdle
  }

  /// What is not on the disk by now never will be, and nobody answers. The folder that it leaves is the
  /// next one's.
  func die() throws -> Scratch {
    (front.isGone, backend.isGone) = (true, true)
    payments.end()
    collections.end()
    rentals.shutDown(within: .zero) {}
    ledger.close()
    blank?.close()
    return try Scratch(copying: scratch)
  }

  func close() {
    _ = try? die()
  }
}
