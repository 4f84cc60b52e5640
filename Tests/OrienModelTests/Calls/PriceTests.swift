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

  @Test("The most that a call may cost is what its limits allow, and what none bounds is not in it")
  func ceiling() {
    var limits = Limits()
    #expect(price(units: ["token": 0]).ceiling(under: limits) == 0)
    #expect(price(call: 10).ceiling(under: limits) == 10)
    #expect(price(units: ["token": 2]).ceiling(under: limits) == 1)
    #expect(price(cpu: 3, memory: 5).ceiling(under: limits) == 1)
    limits.cpuMilliseconds = 4000
    #expect(price(call: 10, cpu: 3).ceiling(under: limits) == 22)
    limits.wallMilliseconds = 2000
    limits.cpuPercent = 150
    #expect(price(call: 10, cpu: 3).ceiling(under: limits) == 19)
    limits.cpuMilliseconds = nil
    #expect(price(call: 10, cpu: 3).ceiling(under: limits) == 19)
    limits.memoryBytes = 3 << 30
    #expect(price(call: 10, cpu: 3, memory: 5).ceiling(under: limits) == 49)
    limits.memoryBytes = .max
    #expect(price(memory: .max).ceiling(under: limits) == UInt64(Int64.max))
  }

  @Test("A call that stays within its limits never costs more than that")
  func ceilingHolds() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      func upTo(_ bound: UInt64) -> UInt64 { .random(in: 0...bound, using: &generator) }
      let price = price(call: upTo(100), cpu: upTo(1 << 20), memory: upTo(1 << 20))
      var limits = Limits()
      limits.cpuMilliseconds = 1 + upTo(100_000)
      limits.wallMilliseconds = 1 + upTo(100_000)
      limits.memoryBytes = 1 + upTo(8 << 30)
      let used = usage(
        cpu: upTo(limits.cpuMilliseconds! * 1000), memory: upTo(limits.memoryBytes!),
        wall: upTo(limits.wallMilliseconds! * 1000))
      #expect(price.cost(of: used) <= price.ceiling(under: limits), "\(price), \(limits)")
    }
  }
}
