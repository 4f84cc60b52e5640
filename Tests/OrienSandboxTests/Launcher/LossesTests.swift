import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Losses: when they may be told")
struct LossesTests {
  private final class Told {
    var ids: [UInt64] = []
  }

  private func make(
    _ told: Told, loop: Loop, log: Int32 = -1, patience: Duration = Losses.patience
  ) -> Losses {
    Losses(
      loop: loop, log: Log(level: .error, format: .text, descriptor: log), patience: patience
    ) {
      told.ids.append($0)
      loop.stop()
    }
  }

  @Test("With its launcher and those before it, not with one that was lost later")
  func order() throws {
    let told = Told()
    let losses = make(told, loop: try Loop())
    losses.add(11, [1])
    losses.add(12, [])
    losses.add(13, [2, 3])
    losses.clear(10)
    losses.clear(0)
    #expect(told.ids == [])
    losses.clear(12)
    losses.clear(11)
    #expect(told.ids == [1])
    losses.clear(13)
    losses.clear(13)
    #expect(told.ids == [1, 2, 3])
  }

  @Test("A keeper that is gone answers for nothing: the next one's first word does")
  func inherited() throws {
    let told = Told()
    let losses = make(told, loop: try Loop())
    losses.add(11, [1])
    losses.inherit()
    losses.add(11, [2])
    losses.clear(0)
    #expect(told.ids == [1])
    losses.clear(11)
    #expect(told.ids == [1, 2])
  }

  @Test("Of two launchers with one number the first word is of the first")
  func sameNumber() throws {
    let told = Told()
    let losses = make(told, loop: try Loop())
    losses.add(11, [1])
    losses.add(11, [2])
    losses.clear(11)
    #expect(told.ids == [1])
    losses.clear(11)
    #expect(told.ids == [1, 2])
  }

  @Test("Where the keeper says nothing the log does, and nobody waits for ever")
  func bound() throws {
    let told = Told()
    let loop = try Loop()
    let ends = try Pipe().release()
    let reader = Descriptor(owning: ends.reader)
    let writer = Descriptor(owning: ends.writer)
    let losses = make(told, loop: loop, log: writer.raw, patience: .milliseconds(1))
    losses.add(11, [])
    losses.add(12, [1])
    loop.run()
    #expect(told.ids == [1])
    losses.clear(12)
    #expect(told.ids == [1])
    try #require(try ChildProcess.wait(for: reader.raw, until: .now + .seconds(10)))
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = try bytes.withUnsafeMutableBytes { try reader.read(into: $0) }
    let lines = String(decoding: bytes.prefix(count ?? 0), as: UTF8.self).split(separator: "\n")
    #expect(lines.count == 1 && lines[0].contains("may still run"))
  }
}
