import Glibc
package import OrienModel

/// A path beneath a `Folder`: components of 1 to 255 bytes joined by `/`, 4095 bytes in all, none
/// of them `.` or `..`, without NUL.
///
/// It is bytes, not text: nothing is normalised, folded or repaired, so names that differ in any
/// byte stay different files, and what was checked is what the kernel gets.
package struct FolderPath: Hashable, Sendable {
  package static let maximumBytes = 4095
  package static let maximumNameBytes = 255

  /// Ended by NUL.
  let cString: [CChar]

  /// Reads a path as somebody gave it. Failures: `path-escape` where it would lead out (absolute,
  /// or with `..`), `path-too-long`, else `path-invalid`.
  package init(_ bytes: some Collection<UInt8>) throws(Failure) {
    guard bytes.count <= Self.maximumBytes else {
      throw Failure(
        .invalid, "path-too-long",
        "a path has at most \(Self.maximumBytes) bytes; this one has \(bytes.count)")
    }
    guard bytes.first != UInt8(ascii: "/") else {
      throw Failure(.invalid, "path-escape", "expected a path relative to the folder, not /...")
    }
    for name in bytes.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
      try Self.check(name)
    }
    cString = bytes.map { CChar(bitPattern: $0) } + [0]
  }

  package init(_ text: String) throws(Failure) { try self.init(text.utf8) }

  /// A name as the kernel read it from a folder.
  init(entry name: UnsafePointer<CChar>) {
    cString = Array(UnsafeBufferPointer(start: name, count: strlen(name) + 1))
  }

  /// A name that nobody else has.
  static func random() -> FolderPath {
    FolderPath(unchecked: ".orien-\(String(hex: Random.bytes(16)))".utf8CString.map { $0 })
  }

  private init(unchecked cString: [CChar]) { self.cString = cString }

  private static func check(_ name: some Collection<UInt8>) throws(Failure) {
    guard !name.isEmpty, !name.elementsEqual(".".utf8), !name.contains(0) else {
      throw Failure(
        .invalid, "path-invalid", "a path has no empty component, no . and no NUL in it")
    }
    guard name.count <= maximumNameBytes else {
      throw Failure(
        .invalid, "path-too-long",
        "a name has at most \(maximumNameBytes) bytes; this one has \(name.count)")
    }
    // A backslash is a character like any other here, but not where a file may end up later.
    let parts = name.split(separator: UInt8(ascii: "\\"), omittingEmptySubsequences: false)
    guard !parts.contains(where: { $0.elementsEqual("..".utf8) }) else {
      throw Failure(.invalid, "path-escape", "a path does not lead upward: .. is refused")
    }
  }
}

extension FolderPath {
  package var bytes: [UInt8] { cString.dropLast().map { UInt8(bitPattern: $0) } }

  /// For people: what is no UTF-8 shows as U+FFFD.
  package var text: String { String(decoding: bytes, as: UTF8.self) }

  /// For programs: the path as it stands in a URL, whatever its bytes.
  package var percentEncoded: String {
    var result = ""
    for byte in bytes {
      if byte.isASCIIWord || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "~")
        || byte == UInt8(ascii: "/")
      {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result.append("%")
        result.appendHex(byte)
      }
    }
    return result
  }

  /// How many names it is made of.
  package var depth: Int { cString.count { $0 == Self.slash } + 1 }

  /// The folders on the way, one name each, and the name at the end.
  var split: (folders: [FolderPath], name: FolderPath) {
    var names = cString.dropLast().split(separator: Self.slash).map {
      FolderPath(unchecked: Array($0) + [0])
    }
    let name = names.removeLast()
    return (names, name)
  }

  /// The path of `name` in the folder that this one names; nil where it would be too long.
  package func appending(_ name: FolderPath) -> FolderPath? {
    guard cString.count + name.cString.count - 1 <= Self.maximumBytes else { return nil }
    var longer = cString
    longer[longer.count - 1] = Self.slash
    longer += name.cString
    return FolderPath(unchecked: longer)
  }

  /// The folder itself.
  static let here = FolderPath(unchecked: [CChar(bitPattern: UInt8(ascii: ".")), 0])

  /// `.` or `..`, as every folder has them.
  var isDots: Bool {
    let dot = CChar(bitPattern: UInt8(ascii: "."))
    return cString == [dot, 0] || cString == [dot, dot, 0]
  }

  private static var slash: CChar { CChar(bitPattern: UInt8(ascii: "/")) }
}

/// In the order of their bytes.
extension FolderPath: Comparable {
  package static func < (a: Self, b: Self) -> Bool { strcmp(a.cString, b.cString) < 0 }
}

extension FolderPath: CustomStringConvertible {
  package var description: String { text }
}

/// For names that the node itself gives. Traps where the literal is no path.
extension FolderPath: ExpressibleByStringLiteral {
  package init(stringLiteral text: String) {
    do { try self.init(text) } catch { preconditionFailure("\(text): \(error)") }
  }
}
