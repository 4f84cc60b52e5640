internal import OrienKit

/// The images that the operator lets callers name: by name, or by digest.
struct AllowedImages: Sendable {
  /// The first is the one of calls that name none.
  let names: [String]

  /// Refuses what is no image's name, so that a slip in the manifest is told when it is read.
  init(_ names: [String]) throws(Failure) {
    for name in names where !Self.isName(name) {
      throw Failure(.invalid, "images: '\(name)' is no image's name, such as python:3.11-slim")
    }
    self.names = names
  }

  /// The image that a caller wants. A name that is allowed may be pinned to a digest.
  func choose(_ wanted: String) throws(Failure) -> String {
    if wanted.isEmpty { return names[0] }
    guard Self.isName(wanted) else {
      throw Failure(.invalid, "args.image: '\(wanted)' is no image's name", reason: "bad-image")
    }
    let name = wanted.split(separator: "@", maxSplits: 1)[0]
    guard names.contains(wanted) || names.contains(String(name)) else {
      throw Failure(
        .denied,
        "args.image: '\(wanted)' is not among what the operator allows: "
          + names.joined(separator: ", "), reason: "image-not-allowed")
    }
    return wanted
  }

  /// `[HOST[:PORT]/]NAME[/NAME]...[:TAG][@sha256:HEX]`, or `sha256:HEX` alone.
  static func isName(_ text: String) -> Bool {
    guard text.utf8.count <= 255 else { return false }
    if text.hasPrefix("sha256:") { return isDigest(text) }
    let halves = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
    if halves.count == 2, !isDigest(String(halves[1])) { return false }
    var parts = halves[0].split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard let last = parts.popLast() else { return false }
    if let first = parts.first, parts.count > 0, isHost(first) { parts.removeFirst() }
    let tagged = last.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    if tagged.count == 2, !isTag(tagged[1]) { return false }
    return (parts + [String(tagged[0])]).allSatisfy(isPart)
  }

  private static func isDigest(_ text: String) -> Bool {
    let digits = text.utf8.dropFirst("sha256:".utf8.count)
    return text.hasPrefix("sha256:") && digits.count == 64
      && digits.allSatisfy { isDigit($0) || (0x61...0x66).contains($0) }
  }

  /// What stands before a name's first slash is a host where a name could not be so.
  private static func isHost(_ text: String) -> Bool {
    let isMarked = text == "localhost" || text.utf8.contains { $0 == 0x2E || $0 == 0x3A }
    return isMarked && text.utf8.allSatisfy { isLetter($0) || [0x2D, 0x2E, 0x3A].contains($0) }
  }

  private static func isPart(_ text: String) -> Bool {
    let isLower = { (byte: UInt8) in isDigit(byte) || (0x61...0x7A).contains(byte) }
    guard let first = text.utf8.first, let last = text.utf8.last, isLower(first), isLower(last)
    else { return false }
    // A point or a stroke alone between what it separates: nothing of it is a way upward.
    return !zip(text.utf8, text.utf8.dropFirst()).contains { $0 == 0x2E && $1 == 0x2E }
      && text.utf8.allSatisfy { isLower($0) || [0x2D, 0x2E, 0x5F].contains($0) }
  }

  private static func isTag(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, isLetter(first) || first == 0x5F else { return false }
    return text.utf8.count <= 128
      && text.utf8.allSatisfy { isLetter($0) || [0x2D, 0x2E, 0x5F].contains($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private static func isLetter(_ byte: UInt8) -> Bool {
    isDigit(byte) || (0x61...0x7A).contains(byte | 0x20)
  }
}
