import Testing

@testable import OrienHTTP

@Suite("Parsers over any bytes")
struct HeadParserTests {
  /// What a parser made of bytes: a head, a refusal, or a wish for more.
  private enum Outcome: Equatable {
    case complete(length: Int, path: Range<Int>, fields: [Range<Int>], body: BodyFraming)
    case refused(Refusal)
    case incomplete
  }

  private func parse(_ bytes: [UInt8], cuts: [Int]) -> Outcome {
    var parser = HeadParser(HTTPLimits.Head())
    for end in cuts + [bytes.count] {
      do {
        if try parser.advance(bytes.span.extracting(0..<end)) {
          let head = parser.head
          return .complete(
            length: head.length, path: head.path,
            fields: head.fields.flatMap { [$0.name, $0.value] },
            body: head.body)
        }
      } catch {
        return .refused(error)
      }
    }
    return .incomplete
  }

  /// Requests of the tables with a few bytes changed, removed or doubled.
  private func mutant(_ random: inout SeededRandom) -> [UInt8] {
    var bytes = Transcript.small.randomElement(using: &random)!.input
    let spice: [UInt8] = Array("\r\n\r\n :;,%/.?\t\0\u{7F}0aF".utf8) + [0x80, 0xC0, 0xFF]
    for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
      let index = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[index] = spice.randomElement(using: &random)!
      case 1: bytes.insert(spice.randomElement(using: &random)!, at: index)
      case 2: bytes.remove(at: index)
      default: bytes.insert(contentsOf: bytes[index...].prefix(8), at: index)
      }
    }
    return bytes
  }

  @Test("The same bytes give the same head or refusal, however they are cut")
  func cutsDoNotMatter() {
    var random = SeededRandom(seed: 1)
    for round in 0..<1500 {
      let bytes = mutant(&random)
      guard !bytes.isEmpty else { continue }
      let cuts = (0..<4).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
      #expect(parse(bytes, cuts: cuts) == parse(bytes, cuts: []), "round \(round): \(bytes)")
      #expect(parse(bytes, cuts: Array(0..<bytes.count)) == parse(bytes, cuts: []))
    }
  }

  @Test("A connection that is fed anything answers in whole responses and ends or goes on")
  func connectionsEndure() {
    var random = SeededRandom(seed: 2)
    let handler = SampleHandler()
    for round in 0..<500 {
      let bytes = mutant(&random) + mutant(&random)
      let whole = Wire(handler: handler)
      whole.feed(bytes)
      let cut = Wire(handler: handler)
      for byte in bytes { cut.feed([byte]) }
      #expect(whole.responses.map(\.body) == cut.responses.map(\.body), "round \(round): \(bytes)")
      #expect(whole.responses.allSatisfy { $0.status > 0 }, "round \(round): \(bytes)")
      #expect(whole.isOver == cut.isOver)
      handler.kept.removeAll()
    }
  }

  @Test("Chunks carry their data, however they are cut")
  func chunks() throws {
    var random = SeededRandom(seed: 3)
    for _ in 0..<300 {
      let pieces = (0..<Int.random(in: 0...5, using: &random)).map { _ in
        [UInt8](repeating: 0x78, count: Int.random(in: 1...40, using: &random))
      }
      var bytes: [UInt8] = []
      for piece in pieces {
        bytes += Array("\(String(piece.count, radix: 16));x\r\n".utf8) + piece + [13, 10]
      }
      bytes += Array("0\r\nA: b\r\n\r\nGET".utf8)
      var decoder = ChunkedDecoder()
      var body: [UInt8] = []
      var start = 0
      while start < bytes.count, !decoder.isDone {
        let end = min(bytes.count, start + Int.random(in: 1...20, using: &random))
        start += try decoder.decode(bytes.span.extracting(start..<end), into: &body, atMost: 1000)
      }
      #expect(body == pieces.flatMap { $0 })
      #expect(Array(bytes[start...]) == Array("GET".utf8))
    }
  }
}

/// Random numbers that are the same in each run.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
