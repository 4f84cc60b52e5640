/// What a machine costs in a month, by what it has.
package struct MonthlyPrices: Sendable, Equatable {
  package var core: Money
  package var memoryGiB: Money
  package var diskGiB: Money

  package init(core: Money, memoryGiB: Money, diskGiB: Money) {
    self.core = core
    self.memoryGiB = memoryGiB
    self.diskGiB = diskGiB
  }
}
