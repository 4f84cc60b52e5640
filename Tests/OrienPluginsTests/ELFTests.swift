import OrienModel
import Testing

@testable import OrienPlugins

@Suite("The header of a library")
struct ELFTests {
  @Test(
    "is read as the linker wrote it",
    arguments: [
      [], ["-Wl,--hash-style=sysv"], ["-Wl,--hash-style=gnu"], ["-Wl,--hash-style=both"], ["-s"],
    ])
  func sound(link: [String]) throws {
    let bytes = try Fixture.bytes("services", link: link)
    #expect(try ELFLibrary(reading: bytes).needed == ["libc.so.6"])
  }

  @Test("that is damaged anywhere is read or refused, and neither traps nor runs on")
  func mutations() throws {
    let whole = try Fixture.bytes("named", ["ID=\"a.b\"", "TOOL=\"t\""])
    var seed: UInt64 = 0x9E37_79B9_7F4A_7C15
    func next() -> UInt64 {
      seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return seed >> 16
    }
    // Where what the reader believes is: the headers, and what they lead to.
    let extremes: [UInt8] = [0, 1, 0x7F, 0x80, 0xFF]
    for _ in 0..<20_000 {
      var bytes = whole
      for _ in 0..<(1 + next() % 4) {
        let place = Int(next() % UInt64(next() % 2 == 0 ? 1024 : bytes.count))
        bytes[place] = next() % 2 == 0 ? extremes[Int(next() % 5)] : UInt8(next() & 0xFF)
      }
      _ = try? ELFLibrary(reading: bytes)
    }
  }

  @Test("with any number in place of each of its own is read or refused")
  func numbers() throws {
    let whole = try Fixture.bytes("named", ["ID=\"a.b\"", "TOOL=\"t\""])
    let numbers: [UInt64] = [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, UInt64(whole.count), .max, .max / 2]
    for offset in stride(from: 0, to: 1024, by: 4) {
      for number in numbers {
        var bytes = whole
        withUnsafeBytes(of: number) { bytes.replaceSubrange(offset..<(offset + 8), with: $0) }
        _ = try? ELFLibrary(reading: bytes)
      }
    }
  }
}
