import OrienTestKit
import Testing

@testable import OrienModel

@Suite("JSON, at random")
struct JSONPropertyTests {
  @Test("What is written is read as the same value", arguments: Seed.some())
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<200 {
      let value = JSON.random(depth: 6, using: &random)
      let bytes = value.compact
      #expect(try JSON(parsing: bytes) == value, "seed \(seed)")
      #expect(try JSON(parsing: bytes).compact == bytes, "seed \(seed)")
    }
  }

  @Test("A document cut off after any byte is refused", arguments: Seed.some())
  func cutOff(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for _ in 0..<8 {
      let bytes = JSON.array([JSON.random(depth: 5, using: &random)]).compact
      for count in 0..<bytes.count {
        #expect(failure { try JSON(parsing: Array(bytes[..<count])) } != nil, "seed \(seed)")
      }
    }
  }

  @Test(
    "The scan for the message finds a fault exactly where simdjson does", arguments: Seed.some())
  func scanAgrees(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var refusals = 0
    for _ in 0..<1000 {
      var bytes = JSON.random(depth: 4, using: &random).compact
      for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&bytes, using: &random) }
      let fromScan = failure { try JSONScan.check(bytes.span) }
      guard let refusal = failure({ try JSON(parsing: bytes) }) else {
        #expect(fromScan == nil, "seed \(seed): \(bytes)")
        continue
      }
      if ["json-duplicate", "json-nul"].contains(refusal.reason) { continue }
      #expect(fromScan == refusal, "seed \(seed): \(bytes)")
      refusals += 1
    }
    #expect(refusals > 100)
  }

  private func mutate(_ bytes: inout [UInt8], using random: inout SeededGenerator) {
    let letters = Array("{}[]:,\"\\ 0123456789-+.eEtrufalsn".utf8) + [0, 9, 0x7F, 0x80, 0xC3, 0xFF]
    guard let place = bytes.indices.randomElement(using: &random) else { return }
    switch Int.random(in: 0..<3, using: &random) {
    case 0: bytes.remove(at: place)
    case 1: bytes.insert(letters.randomElement(using: &random)!, at: place)
    default: bytes[place] = letters.randomElement(using: &random)!
    }
  }
}

extension JSON {
  static func random(depth: Int, using random: inout SeededGenerator) -> JSON {
    switch Int.random(in: 0..<(depth > 0 ? 9 : 6), using: &random) {
    case 0: return .null
    case 1: return .bool(.random(using: &random))
    case 2:
      return .integer(Int64(bitPattern: random.next() >> UInt64.random(in: 0..<64, using: &random)))
    case 3: return .unsigned(random.next() | 1 << 63)
    case 4:
      let double = Double(bitPattern: random.next())
      return .number(double.isFinite ? double : 0.5)
    case 5: return .string(text(using: &random))
    case 6:
      return .array(
        (0..<Int.random(in: 0..<6, using: &random)).map { _ in
          JSON.random(depth: depth - 1, using: &random)
        })
    default:
      var names = Set<ExactText>()
      for _ in 0..<Int.random(in: 0..<24, using: &random) {
        names.insert(ExactText(text(using: &random)))
      }
      return .object(names.map { Member($0.text, JSON.random(depth: depth - 3, using: &random)) })
    }
  }

  private static func text(using random: inout SeededGenerator) -> String {
    var text = ""
    for _ in 0..<Int.random(in: 0..<40, using: &random) {
      let bound = [0x80, 0x800, 0xD800, 0x110000].randomElement(using: &random)!
      guard let scalar = Unicode.Scalar(UInt32.random(in: 1..<UInt32(bound), using: &random)) else {
        continue
      }
      text.unicodeScalars.append(scalar)
    }
    return text
  }
}
