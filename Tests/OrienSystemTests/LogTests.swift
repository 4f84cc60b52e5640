import OrienModel
import OrienSystem
import Synchronization
import Testing

@Suite("Log")
struct LogTests {
  func lines(
    _ format: Log.Format, level: Log.Level = .info, _ body: (Log) -> Void
  ) throws -> [String] {
    let ends = try Pipe().release()
    let reader = Descriptor(owning: ends.reader)
    do {
      let writer = Descriptor(owning: ends.writer)
      let log = Log(level: level, format: format, descriptor: writer.raw)
      body(log)
      log.close()
    }
    var text: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 65536, alignment: 1) { buffer in
      while let count = try? reader.read(into: buffer), count > 0 { text += buffer.prefix(count) }
    }
    return String(decoding: text, as: UTF8.self).split(separator: "\n").map(String.init)
  }

  @Test("A line is one JSON object with what was given")
  func json() throws {
    let lines = try lines(.json) { $0.info("started", ["plugin": "echo"]) }
    let line = try JSON(parsing: try #require(lines.first))
    #expect(line["level"]?.string == "info")
    #expect(line["message"]?.string == "started")
    #expect(line["plugin"]?.string == "echo")
    #expect(line["time"]?.string?.hasSuffix("Z") == true)
  }

  @Test(
    "No value makes a second line or reaches a terminal as a command",
    arguments: [Log.Format.json, .text])
  func escaping(format: Log.Format) throws {
    let lines = try lines(format) {
      $0.warning("bad\nname", ["value": "x\u{1B}[31m\r\n{\"level\":\"error\"}\u{202E}"])
    }
    #expect(lines.count == 1)
    #expect(lines[0].utf8.allSatisfy { $0 >= 0x20 })
    if format == .text { #expect(!lines[0].contains("\u{202E}")) }
  }

  private static func read(_ reader: borrowing Descriptor) -> Int {
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: 1) { buffer in
      ((try? reader.read(into: buffer)) ?? nil) ?? 0
    }
  }

  @Test("What the loop says is written before its turn is over, which may be its last")
  func prompt() throws {
    let ends = try Pipe().release()
    let reader = Descriptor(owning: ends.reader)
    let writer = Descriptor(owning: ends.writer)
    try reader.makeNonBlocking()
    let log = Log(level: .info, format: .text, descriptor: writer.raw)
    let loop = try Loop()
    var said = 0
    loop.soon {
      let end = Instant.now + .seconds(10)
      // From the second line on its thread sleeps.
      for _ in 0..<20 {
        log.error("it ends here")
        var bytes = 0
        while bytes == 0, Instant.now < end {
          bytes = Self.read(reader)
          Thread.yield()
        }
        if bytes > 0 { said += 1 }
      }
      loop.stop()
    }
    loop.run()
    log.close()
    #expect(said == 20)
  }

  @Test("What is below the level is not written")
  func levels() throws {
    let lines = try lines(.text, level: .warning) {
      $0.info("no")
      $0.error("yes")
    }
    #expect(lines.count == 1 && lines[0].contains(" error yes"))
  }

  @Test("Nobody waits for a reader that does not read: lines are dropped and counted")
  func dropping() throws {
    let ends = try Pipe().release()
    let reader = Descriptor(owning: ends.reader)
    let writer = Descriptor(owning: ends.writer)
    let log = Log(level: .info, format: .text, descriptor: writer.raw)
    let long = String(repeating: "x", count: 1000)
    for _ in 0..<20_000 { log.info(long) }
    // All of them were taken at once, although the pipe holds 64 KiB.
    let bytes = ending(log, reader).count
    #expect(bytes > 1 << 16 && bytes < 20_000_000)
  }

  @Test("Nothing is lost to one who shares the stream and made it one that does not wait")
  func sharing() throws {
    let ends = try Pipe().release()
    let reader = Descriptor(owning: ends.reader)
    let writer = Descriptor(owning: ends.writer)
    try writer.makeNonBlocking()
    let log = Log(level: .info, format: .text, descriptor: writer.raw)
    let long = String(repeating: "x", count: 1000)
    for _ in 0..<1000 { log.info(long) }
    #expect(ending(log, reader).count { $0 == UInt8(ascii: "\n") } == 1000)
  }

  /// What is read from the pipe until the log is closed.
  private func ending(_ log: Log, _ reader: borrowing Descriptor) -> [UInt8] {
    let isClosed = Atomic(false)
    let closer = Thread("closer") {
      log.close()
      isClosed.store(true, ordering: .releasing)
    }
    var bytes: [UInt8] = []
    withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 1) { buffer in
      while true {
        let wasClosed = isClosed.load(ordering: .acquiring)
        if let count = try? reader.read(into: buffer), count > 0 {
          bytes += buffer.prefix(count)
        } else if wasClosed {
          break
        }
      }
    }
    closer.join()
    return bytes
  }
}
