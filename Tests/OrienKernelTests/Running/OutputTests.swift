import Foundation
import OrienLedger
import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienKernel

@Suite("Kernel: what a call writes")
struct OutputTests {
  private static func limit(_ bytes: UInt64) -> (inout World.Settings) -> Void {
    {
      $0.policy.defaults.outputBytes = bytes
      $0.policy.maxima.outputBytes = bytes
    }
  }

  @Test(
    "Every byte is there afterwards, from memory, from the ledger and from a file",
    arguments: [0, 1, 65_535, 65_536, 65_537, 300_000], [0, 32])
  func sizes(count: Int, recentMebibytes: Int) throws {
    try World.with([], { $0.policy.recentBytes = recentMebibytes << 20 }) { world in
      let id = try world.run("say", #"{"text":"x","number":\#(count)}"#).id
      #expect(try world.output(of: id).count == count)
      let record = try world.end(of: id)
      #expect(record.output.bytes == UInt64(count) && !record.output.isTruncated)
    }
  }

  @Test("Bytes that are no text come out as they went in")
  func binary() throws {
    try World.with { world in
      let bytes = (0..<3000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let id = try world.run("raw", #"{"data":"\#(bytes.base64)"}"#).id
      #expect(try world.output(of: id) == bytes)
    }
  }

  @Test("The two streams have their own bytes and their own bounds")
  func streams() throws {
    try World.with([], Self.limit(10)) { world in
      let id = try world.submit("go", #"{"words":["x"]}"#).id
      let process = try world.process()
      try process.write("0123456789ab")
      try process.write("err", errors: true)
      process.exit(0)
      let record = try world.end(of: id)
      #expect(try world.text(of: id) == "0123456789")
      #expect(try world.text(of: id, .errors) == "err")
      #expect(record.output.isTruncated && !record.errors.isTruncated)
      #expect(record.status == .completed)
    }
  }

  @Test(
    "Beyond its bound a stream is cut where a character ends",
    arguments: [
      ("é", 4, 10, "éé"), ("é", 5, 10, "éé"), ("𝄞", 7, 10, "𝄞"), ("a𝄞", 4, 10, "a"),
      ("é", 4, 2, "éé"), ("x", 3, 3, "xxx"),
    ])
  func cut(text: String, limit: UInt64, count: Int, kept: String) throws {
    try World.with([], Self.limit(limit)) { world in
      let record = try world.run("say", #"{"text":"\#(text)","number":\#(count)}"#)
      #expect(try world.text(of: record.id) == kept)
      #expect(record.output.isTruncated == (text.utf8.count * count > limit))
      #expect(record.status == .completed)
    }
  }

  @Test("A character that comes in two pieces at the bound is kept whole or not at all")
  func straddling() throws {
    for (limit, kept) in [(4 as UInt64, "abc"), (5, "abcé")] {
      try World.with([], Self.limit(limit)) { world in
        let id = try world.submit("go", #"{"words":["x"]}"#).id
        let process = try world.process()
        let bytes = Array("abcédef".utf8)
        for piece in [bytes[..<4], bytes[4...]] {
          try process.write(piece)
          let log = world.kernel.executions[id]!.output
          try world.wait { log.bytes >= 3 && log.isTruncated == (piece.startIndex > 0) }
        }
        process.exit(0)
        _ = try world.end(of: id)
        #expect(try world.text(of: id) == kept)
      }
    }
  }

  @Test("The beginning of a character at the very end is kept, for its rest never came")
  func openEnd() throws {
    try World.with([], Self.limit(4)) { world in
      let bytes: [UInt8] = [97, 98, 99, 0xC3]
      let record = try world.run("raw", #"{"data":"\#(bytes.base64)"}"#)
      #expect(try world.output(of: record.id) == bytes)
      #expect(!record.output.isTruncated)
    }
  }

  @Test("Cut in a file, the file holds what the record says", arguments: [0, 32])
  func cutFile(recentMebibytes: Int) throws {
    try World.with(
      [],
      {
        $0.policy.maxima.outputBytes = 100_001
        $0.policy.recentBytes = recentMebibytes << 20
      }
    ) { world in
      let text = String(repeating: "é", count: 1000)
      let record = try world.run("say", #"{"text":"\#(text)","number":60}"#)
      #expect(record.output.bytes == 100_000 && record.output.isTruncated)
      #expect(try world.text(of: record.id) == String(repeating: "é", count: 50_000))
    }
  }

  @Test("More than the disk takes at once makes the writer wait, and nothing is lost")
  func backPressure() throws {
    try World.with([], Self.limit(32 << 20)) { world in
      let text = String(repeating: "0123456789abcdef", count: 4096)
      let record = try world.run("say", #"{"text":"\#(text)","number":100}"#)
      #expect(record.output.bytes == 100 << 16)
      let output = try world.output(of: record.id)
      #expect(output.count == 100 << 16 && output.suffix(16) == Array("0123456789abcdef".utf8)[...])
    }
  }

  @Test("Who watches is told of all that is written, by whomever")
  func watched() throws {
    try World.with { world in
      let id = try world.submit("go", #"{"words":["x"]}"#).id
      let process = try world.process()
      var told = 0
      let caller = Caller(owner: World.owner, isOperator: false)
      let observation = world.kernel.observe(id, for: caller) { told += 1 }
      for isError in [false, true] {
        told = 0
        try process.write("more", errors: isError)
        try world.wait { told == 1 }
      }
      process.exit(0)
      try world.wait { told == 2 }
      #expect(try world.end(of: id).status == .completed)
      #expect(observation != nil)
    }
  }

  @Test("While it runs, what is there can be read from any place, in memory and in the file")
  func reading() throws {
    try World.with { world in
      let id = try world.submit("go", #"{"words":["x"]}"#).id
      let process = try world.process()
      var written: [UInt8] = []
      for count in [10, 60_000, 60_000, 60_000] {
        let start = written.count
        let piece = (0..<count).map { UInt8(truncatingIfNeeded: (start + $0) * 31) }
        written += piece
        try process.write(piece)
        let report = { try world.report(id) }
        try world.wait { (try? report())?.output.bytes == written.count }
        for offset in [0, 5, 65_530, 65_536, 65_540, written.count - 1] where offset < written.count
        {
          let read = try world.loop.answer {
            world.kernel.readOutput(
              of: try! report(), .output, from: offset, atMost: 64, then: $0)
          }
          #expect(!read.isEmpty && read.elementsEqual(written[offset...].prefix(read.count)))
        }
      }
      process.exit(0)
      _ = try world.end(of: id)
      #expect(try world.output(of: id) == written)
    }
  }

  @Test("What a handler has emitted when it returns is its call's, whoever else is emitting")
  func beside() throws {
    try World.with { world in
      for _ in 0..<400 {
        let id = try world.submit("emit_beside").id
        #expect(try world.end(of: id).status == .completed)
        let output = String(decoding: try world.output(of: id), as: UTF8.self)
        #expect(output.contains("END"))
      }
    }
  }
}

extension [UInt8] {
  fileprivate var base64: String { Data(self).base64EncodedString() }
}
