internal import OrienKit

/// The images that the operator lets callers name, in multipass' own words.
struct Images: Sendable {
  /// The first is the one of callers who name none.
  let names: [String]

  /// Refuses what would be an option of multipass' or no word, so that a slip in the manifest is told
  /// when it is read.
  init(_ names: [String]) throws(Failure) {
    let names = names.map(Self.spelt)
    for name in names {
      let isWord = name.utf8.allSatisfy { (0x21...0x7E).contains($0) }
      guard isWord, let first = name.utf8.first, first != UInt8(ascii: "-") else {
        throw Failure(.invalid, "images: '\(name)' is no image's name, such as 24.04")
      }
    }
    self.names = names
  }

  func choose(_ wanted: String) throws(Failure) -> String {
    if wanted.isEmpty { return names[0] }
    let name = Self.spelt(wanted)
    guard names.contains(name) else {
      throw Failure(
        .invalid,
        "args.image: '\(wanted)' is not among what the operator allows: "
          + names.joined(separator: ", "), reason: "image-not-allowed")
    }
    return name
  }

  /// As others write it that have more than Ubuntu: multipass has a remote of no such name.
  private static func spelt(_ name: String) -> String {
    let others = "ubuntu:"
    return name.hasPrefix(others) ? String(name.dropFirst(others.count)) : name
  }
}
