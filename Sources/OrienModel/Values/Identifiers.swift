// Names that cross layers. Each is checked once, where it is made, and trusted from there on.

/// A session, as its customer names it: `^[A-Za-z0-9._-]{1,128}$`, neither `.` nor `..`.
///
/// It never becomes a path: folders have names that the node mints.
package struct SessionID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init?(_ text: String) {
    guard (1...128).contains(text.utf8.count), text != ".", text != "..",
      text.utf8.allSatisfy({ $0.isASCIIWord || $0 == UInt8(ascii: ".") })
    else { return nil }
    description = text
  }
}

/// A tool's id: `^[a-zA-Z0-9_-]{1,64}$`.
package struct ToolID: Hashable, Sendable, CustomStringConvertible {
  package let description: String

  package init?(_ text: String) {
    guard (1...64).contains(text.utf8.count), text.utf8.allSatisfy(\.isASCIIWord) else {
      return nil
    }
    description = text
  }
}

/// An execution's id: `exec-` and a version 4 UUID. Unguessable, and no two are alike.
package struct ExecutionID: Hashable, Sendable, CustomStringConvertible {
  /// Its UUID's two halves.
  package private(set) var high: UInt64 = 0
  package private(set) var low: UInt64 = 0

  /// Checks the form alone, not whether the execution exists.
  package init?(_ text: String) {
    guard text.utf8.count == 41, text.utf8.starts(with: Self.prefix) else { return nil }
    for (index, byte) in text.utf8.dropFirst(Self.prefix.count).enumerated() {
      if Self.isDash(index) {
        guard byte == UInt8(ascii: "-") else { return nil }
      } else {
        guard byte.isLowerHexDigit, let value = byte.hexValue else { return nil }
        high = high << 4 | low >> 60
        low = low << 4 | UInt64(value)
      }
    }
  }

  /// Makes an id of 16 random bytes, of which 122 bits stay as they are.
  package init(random bytes: [UInt8]) {
    precondition(bytes.count == 16, "an execution's id is made of 16 bytes")
    self.init(
      random: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
      bytes[8...].reduce(0) { $0 << 8 | UInt64($1) })
  }

  package init(random high: UInt64, _ low: UInt64) {
    self.high = high & ~0xF000 | 0x4000
    self.low = low & ~(3 << 62) | 2 << 62
  }

  package var description: String {
    String(unsafeUninitializedCapacity: Self.textBytes) { spell(into: $0) }
  }

  /// The bytes of its text.
  static let textBytes = 41

  /// Writes its text where there is room for `textBytes`, and answers how many that are.
  func spell(into text: UnsafeMutableBufferPointer<UInt8>) -> Int {
    var end = text.update(fromContentsOf: Self.prefix)
    for index in 0..<16 {
      if index == 4 || index == 6 || index == 8 || index == 10 {
        text[end] = UInt8(ascii: "-")
        end += 1
      }
      let word = index < 8 ? high : low
      let byte = UInt8(truncatingIfNeeded: word >> UInt64(56 - index % 8 * 8))
      (text[end], text[end + 1]) = (byte.highHexDigit, byte.lowHexDigit)
      end += 2
    }
    return end
  }

  /// The 16 bytes of its UUID.
  package var bytes: [UInt8] { withBytes { Array($0) } }

  /// The same where they are only looked at.
  package func withBytes<Value>(_ body: (UnsafeRawBufferPointer) -> Value) -> Value {
    withUnsafeBytes(of: (high.bigEndian, low.bigEndian)) { body($0) }
  }

  private static let prefix = Array("exec-".utf8)

  /// Whether a dash stands at that place behind the prefix.
  private static func isDash(_ index: Int) -> Bool {
    index == 8 || index == 13 || index == 18 || index == 23
  }
}

/// Whose a session or an execution is: the name of the key that made it. Names whose bytes differ
/// are two owners, also where Unicode calls them equivalent.
package struct Owner: Hashable, Sendable, CustomStringConvertible {
  private let name: ExactText

  package init(_ name: String) { self.name = ExactText(name) }

  package var description: String { name.text }

  /// Whoever operates the node; on loopback without a key, the caller is.
  package static let `operator` = Owner("operator")
}
