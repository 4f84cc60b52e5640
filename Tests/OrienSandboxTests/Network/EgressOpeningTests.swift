import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Egress: openings")
struct EgressOpeningTests {
  /// What came of all bytes: what was answered, what was asked for, and how many bytes are left.
  struct Reading: Equatable {
    var answered: [UInt8] = []
    var request: EgressRequest?
    var rest: [UInt8] = []
    var refusal: EgressRefusal?

    init(_ bytes: [UInt8], step: Int) {
      var opening = EgressOpening()
      var input: [UInt8] = []
      var end = 0
      do throws(EgressRefusal) {
        while request == nil, end < bytes.count {
          let next = min(end + step, bytes.count)
          input += bytes[end..<next]
          end = next
          try read(&opening, &input)
        }
        rest = request == nil ? [] : input + bytes[end...]
      } catch {
        refusal = error
      }
    }

    private mutating func read(
      _ opening: inout EgressOpening, _ input: inout [UInt8]
    ) throws(EgressRefusal) {
      while true {
        switch try opening.advance(input) {
        case .partial: return
        case .answer(let answer, let used):
          answered += answer
          input.removeFirst(used)
        case .request(let request, let used):
          self.request = request
          input.removeFirst(used)
          return
        }
      }
    }
  }

  static func socks(_ request: [UInt8]) -> [UInt8] { [5, 2, 2, 0] + request }

  static func named(_ host: String, port: [UInt8] = [1, 187]) -> [UInt8] {
    socks([5, 1, 0, 3, UInt8(host.utf8.count)] + host.utf8 + port)
  }

  static let openings: [([UInt8], String)] = [
    (named("Example.org"), "example.org:443"), (named("10.0.0.5"), "10.0.0.5:443"),
    (named("::1"), "[::1]:443"), (named("[::1]"), "[::1]:443"),
    (named("::ffff:127.0.0.1"), "127.0.0.1:443"),
    (socks([5, 1, 0, 1, 10, 0, 0, 5, 0, 80]), "10.0.0.5:80"),
    (socks([5, 1, 0, 4] + [UInt8](repeating: 0, count: 15) + [1, 0, 80]), "[::1]:80"),
    (Array("CONNECT example.org:443 HTTP/1.1\r\n\r\n".utf8), "example.org:443"),
    (Array("GET http://example.org/ HTTP/1.1\r\nA: b\r\n\r\n".utf8), "example.org:80"),
  ]

  @Test(
    "An opening means the same however it is cut, and what follows is kept", arguments: openings)
  func cuts(_ bytes: [UInt8], _ target: String) {
    let whole = Reading(bytes + [1, 2, 3], step: bytes.count + 3)
    #expect(whole.request?.target.description == target)
    #expect(whole.rest == [1, 2, 3])
    #expect(whole.answered == (bytes[0] == 5 ? [5, 0] : []))
    for step in 1...bytes.count {
      #expect(Reading(bytes + [1, 2, 3], step: step) == whole)
    }
  }

  @Test("Part of an opening asks for nothing", arguments: openings)
  func partial(_ bytes: [UInt8], _ target: String) {
    for count in 0..<bytes.count {
      let reading = Reading(Array(bytes[..<count]), step: 1)
      #expect(reading.request == nil && reading.refusal == nil)
    }
  }

  @Test(
    "What is not spoken here is refused as soon as it is known",
    arguments: [
      ([4], EgressRefusal.malformed(""), "400"), ([0], .malformed(""), "400"),
      ([22, 3, 1], .malformed(""), "400"), (Array("\r\n".utf8), .malformed(""), "400"),
      ([5, 0], .noMethod, ""), ([5, 1, 2], .noMethod, ""), (socks([4]), .malformed(""), "1"),
      (socks([5, 2]), .noCommand, "7"), (socks([5, 3, 0, 1]), .noCommand, "7"),
      (socks([5, 1, 9]), .malformed(""), "1"), (socks([5, 1, 0, 2, 0]), .noAddressType, "8"),
      (socks([5, 1, 0, 1, 10, 0, 0, 5, 0, 0]), .malformed(""), "1"),
      (named(""), .malformed(""), "1"), (named("a b"), .malformed(""), "1"),
      (named("127.0.0.1\u{0}"), .malformed(""), "1"), (named("127.1"), .malformed(""), "1"),
      (named("fe80::1%eth0"), .malformed(""), "1"),
    ] as [([UInt8], EgressRefusal, String)])
  func refuses(_ bytes: [UInt8], _ expected: EgressRefusal, _ code: String) throws {
    let refusal = try #require(Reading(bytes, step: 1).refusal)
    if case .malformed = expected {
      guard case .malformed = refusal else {
        Issue.record("\(refusal)")
        return
      }
    } else {
      #expect(refusal == expected)
    }
    switch code {
    case "": #expect(refusal.answer(in: .socksGreeting) == [5, 0xFF])
    case "400":
      let answer = String(decoding: refusal.answer(in: .http), as: UTF8.self)
      #expect(answer.hasPrefix("HTTP/1.1 400 Bad Request\r\n"))
    default: #expect(refusal.answer(in: .socks)[1] == UInt8(code))
    }
  }

  @Test("A head that does not end is refused at its bound, and one within it is not")
  func bounded() {
    let start = "GET http://example.org/ HTTP/1.1\r\nA: "
    for (count, isTaken) in [(EgressOpening.headBytes, true), (EgressOpening.headBytes + 1, false)]
    {
      let filling = String(repeating: "x", count: count - start.utf8.count - 4)
      let bytes = Array((start + filling + "\r\n\r\n").utf8)
      for step in [1, 1000, count] {
        let reading = Reading(bytes, step: step)
        #expect((reading.request != nil) == isTaken)
        #expect(reading.refusal == (isTaken ? nil : .headTooLarge))
      }
    }
    let endless = [UInt8](repeating: UInt8(ascii: "A"), count: 1 << 20)
    #expect(Reading(endless, step: 4096).refusal == .headTooLarge)
  }

  @Test("No bytes trap", arguments: 0..<20)
  func random(_ seed: Int) {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
    for _ in 0..<300 {
      // A good opening with some bytes of it changed, cut or doubled.
      var bytes = Self.openings[Int(next() % UInt64(Self.openings.count))].0
      for _ in 0..<(next() % 6) where !bytes.isEmpty {
        let at = Int(next() % UInt64(bytes.count))
        switch next() % 3 {
        case 0: bytes[at] = UInt8(truncatingIfNeeded: next())
        case 1: bytes.remove(at: at)
        default: bytes.insert(contentsOf: bytes[at...].prefix(9), at: at)
        }
      }
      let whole = Reading(bytes, step: max(1, bytes.count))
      #expect(Reading(bytes, step: 1) == whole, "\(bytes)")
    }
  }
}
