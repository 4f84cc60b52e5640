/// A place where multipass may be, and how it is started there.
struct Installation: Sendable, Equatable {
  /// What the manifest's grants call it.
  let program: String
  /// Where a person finds it.
  let path: String
  /// What goes before multipass' own words.
  let words: [String]

  /// Where it is a snap, what lies at its path is a link to what starts all snaps: only that can be
  /// granted.
  static let snap = Installation(
    program: "snap", path: "/snap/bin/multipass", words: ["run", "multipass"])

  /// Where it is looked for, in this order.
  static let usual = [
    snap,
    Installation(program: "multipass-local", path: "/usr/local/bin/multipass", words: []),
    Installation(program: "multipass", path: "/usr/bin/multipass", words: []),
  ]

  /// Those that the operator means: the one at `path`, or the usual ones where it is empty.
  static func all(at path: String) -> [Installation] {
    if path.isEmpty { return usual }
    if path == snap.path { return [snap] }
    return [Installation(program: "multipass", path: path, words: [])]
  }
}
