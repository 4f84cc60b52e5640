import Testing

@testable import OrienModel

@Suite("Price")
struct PriceTests {
  private func usage(
    cpu: UInt64 = 0, memory: UInt64 = 0, wall: UInt64 = 0, units: [String: UInt64] = [:]
  ) -> Usage {
    var usage = Usage()
    usage.cpuUserMicroseconds = cpu
    usage.memoryPeakBytes = memory
    usage.wallMicroseconds = wall
    usage.units = units
    return usage
  }

  private func price(
    call: UInt64 = 0, cpu: UInt64 = 0, memory: UInt64 = 0, units: [String: UInt64] = [:]
  ) -> Price {
    var price = Price()
    price.perCall = call
    price.perCPUSecond = cpu
    price.perGiBSecond = memory
    price.perUnit = units
    return price
  }

  @Test("A bill is the sum of its lines, each rounded down")
  func lines() {
    let price = price(call: 10, cpu: 3, memory: 5, units: ["token": 2])
    #expect(price.cost(of: Usage()) == 10)
    #expect(price.cost(of: usage(cpu: 999_999)) == 12)
    #expect(price.cost(of: usage(cpu: 1_000_000)) == 13)
    #expect(price.cost(of: usage(memory: 1 << 30, wall: 1_000_000)) == 15)
    #expect(price.cost(of: usage(memory: 1 << 30, wall: 999_999)) == 14)
    #expect(price.cost(of: usage(memory: (1 << 30) - 1, wall: 1_000_000)) == 14)
    #expect(price.cost(of: usage(units: ["token": 4, "other": 9])) == 18)
    // A third and two thirds of a micro-unit are two lines, and make none.
    #expect(
      self.price(cpu: 1, memory: 2).cost(of: usage(cpu: 333_334, memory: 1 << 30, wall: 333_333))
        == 0)
  }

  @Test("System time is billed as user time is")
  func systemTime() {
    var usage = Usage()
    usage.cpuUserMicroseconds = 600_000
    usage.cpuSystemMicroseconds = 400_000
    #expect(price(cpu: 7).cost(of: usage) == 7)
  }

  @Test("Memory is rounded once: a large price loses nothing on the way")
  func roundedOnce() {
    // One byte for a microsecond at the price of 2^50 byte-microseconds and a half.
    let unit: UInt64 = 1_000_000 << 30
    #expect(price(memory: unit).cost(of: usage(memory: 1, wall: 1)) == 1)
    #expect(price(memory: unit * 3 / 2).cost(of: usage(memory: 3, wall: 1)) == 4)
    #expect(price(memory: unit).cost(of: usage(memory: 12_345, wall: 678)) == 12_345 * 678)
  }

  @Test("What is too large to be billed is the largest bill, never a small one")
  func saturation() {
    let most = UInt64.max
    #expect(price(call: most, cpu: 1).cost(of: usage(cpu: 1_000_000)) == most)
    #expect(price(cpu: most).cost(of: usage(cpu: most)) == most)
    #expect(price(memory: most).cost(of: usage(memory: most, wall: most)) == most)
    #expect(price(memory: 1).cost(of: usage(memory: most, wall: most)) == most)
    #expect(price(units: ["a": most]).cost(of: usage(units: ["a": 2])) == most)
    #expect(price(units: ["a": 1, "b": 1]).cost(of: usage(units: ["a": most, "b": most])) == most)
    var both = Usage()
    both.cpuUserMicroseconds = most
    both.cpuSystemMicroseconds = most
    #expect(price(cpu: 1_000_000).cost(of: both) == most)
    #expect(price(cpu: most).cost(of: usage(cpu: 1_000_000)) == most)
    #expect(price(cpu: most).cost(of: usage(cpu: 999_999)) < most)
  }
}
