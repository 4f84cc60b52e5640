/// What a machine costs in a month, by what it has.
package struct MonthlyPrices: Sendable, Equatable {
  package var core: Money
  package var memoryGiB: Money
  package var diskGiB: Money

  package static let nothing = MonthlyPrices(core: .zero, memoryGiB: .zero, diskGiB: .zero)

  package init(core: Money, memoryGiB: Money, diskGiB: Money) {
    self.core = core
    self.memoryGiB = memoryGiB
    self.diskGiB = diskGiB
  }
}

// MARK: Counting

extension MonthlyPrices {
  /// A month has 730 hours, as everybody of the dialect counts.
  private static let secondsAMonth: UInt256 = 2_628_000
  private static let weiAUnit: UInt256 = 10_000_000_000

  /// To be shown: what is more than an amount can be is the greatest that there is.
  package func month(of size: MachineSize) -> Money { Money(exactly: units(of: size)) ?? .most }

  /// What a second of a machine costs in the token's smallest unit, of prices in tokens, rounded down:
  /// a stream that pays as much pays for it.
  package func ratePerSecond(of size: MachineSize) -> UInt256 {
    guard let wei = units(of: size).times(Self.weiAUnit),
      let rate = wei.divided(by: Self.secondsAMonth)
    else { return .max }
    return rate.quotient
  }

  /// What pays for so many hours by such a stream; nil where that is more than a chain can count.
  package func deposit(for size: MachineSize, hours: UInt64) -> UInt256? {
    UInt256(hours).times(3600).flatMap { ratePerSecond(of: size).times($0) }
  }

  /// Exact, for no sum of three products of 64 bits comes near to 256.
  private func units(of size: MachineSize) -> UInt256 {
    [(core, size.cpu), (memoryGiB, size.memoryGiB), (diskGiB, size.diskGiB)]
      .reduce(.zero) { sum, part in
        let (price, count) = part
        return price.wide.times(UInt256(UInt64(clamping: count))).flatMap { sum.plus($0) } ?? .max
      }
  }
}
