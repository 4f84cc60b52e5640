import Testing

@testable import OrienModel

@Suite("Limits and usage")
struct LimitsTests {
  @Test("Of each limit the least is granted, and one that a single side sets is that side's")
  func least() {
    for (name, path) in Limits.named {
      for (mine, theirs, expected) in [
        (nil, nil, nil), (1, nil, 1), (nil, 2, 2), (1, 2, 1), (3, 2, 2), (0, 2, 0),
      ] as [(UInt64?, UInt64?, UInt64?)] {
        var a = Limits()
        var b = Limits()
        a[keyPath: path] = mine
        b[keyPath: path] = theirs
        var result = Limits()
        result[keyPath: path] = expected
        #expect(a.least(b) == result, "\(name)")
      }
    }
  }

  @Test("Every limit has a name, and no two have the same")
  func named() {
    #expect(Set(Limits.named.map(\.name)).count == Limits.named.count)
    #expect(Mirror(reflecting: Limits()).children.map { $0.label! } == Limits.named.map(\.name))
  }

  @Test("Usage adds up, a peak is the higher one, and the sum is as good as its worse source")
  func adding() {
    var a = Usage()
    a.wallMicroseconds = 5
    a.cpuUserMicroseconds = 1
    a.cpuSystemMicroseconds = .max
    a.memoryPeakBytes = 10
    a.memoryByteSeconds = 4
    a.units = ["token": 1]
    a.source = .cgroup
    var b = Usage()
    b.wallMicroseconds = 7
    b.cpuUserMicroseconds = 2
    b.cpuSystemMicroseconds = 1
    b.memoryPeakBytes = 9
    b.memoryByteSeconds = 5
    b.units = ["token": 2, "other": 3]
    b.source = .rusage
    a.add(b)
    #expect(a.wallMicroseconds == 5)
    #expect(a.cpuUserMicroseconds == 3)
    #expect(a.cpuSystemMicroseconds == .max)
    #expect(a.memoryPeakBytes == 10)
    #expect(a.memoryByteSeconds == 9)
    #expect(a.units == ["token": 3, "other": 3])
    #expect(a.source == .rusage)
    #expect(a.cpuMicroseconds == .max)
  }

  @Test("Adding what is empty changes nothing, and adding to what is empty makes the same")
  func addingNothing() {
    var usage = Usage()
    usage.cpuUserMicroseconds = 1
    usage.source = .cgroup
    var sum = usage
    sum.add(Usage())
    #expect(sum == usage)
    sum = Usage()
    sum.add(usage)
    #expect(sum == usage)
  }
}
