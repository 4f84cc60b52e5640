import OrienModel
import Testing

@Suite("What machines cost")
struct MonthlyPricesTests {
  private let most = MonthlyPrices(core: .most, memoryGiB: .most, diskGiB: .most)

  @Test(
    "Prices in dollars are prices in tokens, to eight digits and half up",
    arguments: PricedMachine.all)
  func exchanges(_ machine: PricedMachine) {
    #expect(machine.rate.tokens(for: machine.dollars) == machine.tokens)
  }

  @Test("A month is the sum of what a machine has", arguments: PricedMachine.all)
  func month(_ machine: PricedMachine) {
    #expect(machine.dollars.month(of: machine.size) == machine.month)
    #expect(machine.tokens.month(of: machine.size) == machine.monthInTokens)
    #expect(machine.rate.dollars(for: machine.monthInTokens) == machine.monthBack)
  }

  @Test("An hour is a 730th of a month", arguments: PricedMachine.all)
  func hour(_ machine: PricedMachine) {
    #expect(machine.month.anHour == machine.hour)
    #expect(machine.month.anHour.short == machine.hourShown)
  }

  @Test("A second costs a month's share in whole wei, rounded down", arguments: PricedMachine.all)
  func second(_ machine: PricedMachine) {
    #expect(machine.tokens.ratePerSecond(of: machine.size).description == machine.ratePerSecond)
    #expect(
      machine.tokens.deposit(for: machine.size, hours: machine.hours)?.description
        == machine.deposit)
  }

  @Test("No machine and no price is so great that it costs less")
  func overflows() throws {
    let size = MachineSize(cpu: .max, memoryBytes: .max, diskBytes: .max)
    #expect(most.month(of: size) == .most)
    let rate = most.ratePerSecond(of: size)
    #expect(rate > most.ratePerSecond(of: MachineSize(cpu: .max, memoryGiB: 1, diskGiB: 1)))
    #expect(most.deposit(for: size, hours: .max) != nil)
  }

  @Test("Where a machine has less than nothing it costs nothing")
  func negative() {
    let size = MachineSize(cpu: -1, memoryGiB: 0, diskGiB: 0)
    #expect(most.ratePerSecond(of: size) == .zero)
    #expect(most.month(of: size) == .zero)
  }
}
