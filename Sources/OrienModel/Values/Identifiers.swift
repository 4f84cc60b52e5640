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
  package let description: String

  /// Checks the form alone, not whether the execution exists.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count == 41, bytes.starts(with: "exec-".utf8) else { return nil }
    for (index, byte) in bytes[5...].enumerated() {
      switch index {
      case 8, 13, 18, 23: guard byte == UInt8(ascii: "-") else { return nil }
      default: guard byte.isLowerHexDigit else { return nil }
      }
    }
    description = text
  }

  /// Makes an id of 16 random bytes, of which 122 bits stay as they are.
  package init(random bytes: [UInt8]) {
    precondition(bytes.count == 16, "an execution's id is made of 16 bytes")
    var uuid = bytes
    uuid[6] = uuid[6] & 0x0F | 0x40
    uuid[8] = uuid[8] & 0x3F | 0x80
    var text = "exec-"
    text.reserveCapacity(41)
    for (index, byte) in uuid.enumerated() {
      if index == 4 || index == 6 || index == 8 || index == 10 { text.append("-") }
      text.appendHex(byte)
    }
    description = text
  }

  /// The 16 bytes of its UUID.
  package var bytes: [UInt8] { description.dropFirst(5).hexBytes }
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
