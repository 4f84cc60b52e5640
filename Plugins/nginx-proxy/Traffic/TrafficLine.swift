/// One session as nginx logs it when it ends, in our own format.
struct TrafficLine: Equatable {
  let serial: String
  let bytesIn: UInt64
  let bytesOut: UInt64

  private static let mark = "orien-1"

  static func format(serial: String) -> String {
    "\(mark) \(serial) $msec $pid $connection $status $bytes_received $bytes_sent"
  }

  /// Nil for a line that is not exactly of that form: torn, somebody else's, or hostile.
  init?(_ line: some Sequence<UInt8>) {
    let words = Array(line).split(separator: 0x20, omittingEmptySubsequences: false)
    guard words.count == 8, words[0].elementsEqual(Self.mark.utf8), words[1].count == 16,
      words[1].allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }),
      words[2...5].allSatisfy({ word in
        !word.isEmpty && word.count <= 20
          && word.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
      }),
      let bytesIn = Self.number(words[6]), let bytesOut = Self.number(words[7])
    else { return nil }
    serial = String(decoding: words[1], as: UTF8.self)
    self.bytesIn = bytesIn
    self.bytesOut = bytesOut
  }

  private static func number(_ word: ArraySlice<UInt8>) -> UInt64? {
    guard !word.isEmpty, word.count <= 19 else { return nil }
    var value: UInt64 = 0
    for digit in word {
      guard (0x30...0x39).contains(digit) else { return nil }
      value = value * 10 + UInt64(digit - 0x30)
    }
    return value
  }
}
