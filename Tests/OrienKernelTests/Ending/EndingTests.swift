import OrienModel
import Testing

@testable import OrienKernel

@Suite("Endings and what is kept of them")
struct EndingTests {
  @Test(
    "A time limit is told in seconds, as short as it can be",
    arguments: [
      (5000, "5"), (1, "0.001"), (1500, "1.5"), (120_000, "120"), (20, "0.02"), (1050, "1.05"),
    ] as [(UInt64, String)])
  func seconds(milliseconds: UInt64, text: String) {
    let ending = Ending.caused(by: .deadline(milliseconds: milliseconds))
    #expect(ending.message == "Execution exceeded time limit of \(text)s")
  }

  @Test("What takes no longer than its bound is forgotten from the oldest on")
  func recent() {
    var recent = Recent()
    let ids = (0..<3000).map {
      ExecutionID(
        random: (0..<16).map { _ in UInt8.random(in: 0...255) } + [UInt8($0 % 256)].prefix(0))
    }
    for id in ids { recent.add(id, bytes: 2) }
    for id in ids.prefix(2500) { #expect(recent.takeOldest(beyond: 1000) == id) }
    #expect(recent.count == 500 && recent.bytes == 1000)
    #expect(recent.takeOldest(beyond: 1000) == nil)
    #expect(recent.takeOldest(beyond: 999) == ids[2500])
  }

  @Test("Events beyond the bound go, and their numbers with them")
  func events() {
    var log = EventLog()
    let object = Array(#"{"a":"\#(String(repeating: "x", count: 60_000))"}"#.utf8)
    for _ in 0..<10 { log.append(object) }
    #expect(log.count == 10)
    #expect(log.from(0).count == 4)
    #expect(log.number(of: 0) == 6 && log.number(of: 8) == 8)
  }

  @Test("The policy grants the least, and its defaults where nobody has an opinion")
  func policy() {
    var wish = Limits(), manifest = Limits()
    wish.wallMilliseconds = 10
    wish.memoryBytes = 1 << 50
    manifest.wallMilliseconds = 20
    manifest.cpuPercent = 50
    let granted = Policy.standard.grant(wish: wish, manifest: manifest)
    #expect(granted.wallMilliseconds == 10)
    #expect(granted.memoryBytes == Policy.standard.maxima.memoryBytes)
    #expect(granted.cpuPercent == 50)
    #expect(granted.outputBytes == Policy.standard.defaults.outputBytes)
    #expect(granted.ioBytesPerSecond == nil)
  }
}
