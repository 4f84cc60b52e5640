import OrienModel

/// An object of a manifest, taken apart member by member: what is left at the end is unknown.
struct ManifestObject {
  private let path: String
  private var rest: [JSON.Member]
  private var known: [String] = []

  init(_ json: JSON, _ path: String) throws(Failure) {
    guard let members = json.members else {
      throw Failure(
        .invalid, "bad-manifest", "\(path): expected an object, found \(json.kindName)")
    }
    self.path = path
    rest = members
  }

  /// Of what has not been taken.
  var names: [String] { rest.map(\.name) }

  func place(of name: String) -> String { "\(path).\(name)" }

  func refusal(_ name: String, _ what: String) -> Failure {
    Failure(.invalid, "bad-manifest", "\(place(of: name)): \(what)")
  }

  /// The member's value; nil where there is none.
  mutating func take<Value>(
    _ name: String, as read: (JSON) -> Value?, _ expected: String
  ) throws(Failure) -> Value? {
    known.append(name)
    guard let index = rest.firstIndex(where: { $0.name.hasSameBytes(as: name) }) else { return nil }
    let json = rest.remove(at: index).value
    guard let value = read(json) else {
      throw refusal(name, "expected \(expected), found \(json.kindName)")
    }
    return value
  }

  mutating func object(_ name: String) throws(Failure) -> ManifestObject? {
    guard let json = try take(name, as: { $0 }, "an object") else { return nil }
    return try ManifestObject(json, "\(path).\(name)")
  }

  mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Choice.Type
  ) throws(Failure) -> Choice? {
    let words = Choice.allCases.map(\.rawValue).joined(separator: " or ")
    guard let word = try take(name, as: \.string, words) else { return nil }
    guard let choice = Choice(rawValue: word) else {
      throw refusal(name, "expected \(words), found \(word.quoted)")
    }
    return choice
  }

  /// Refuses what nobody took.
  func finish() throws(Failure) {
    guard let stranger = rest.first else { return }
    throw Failure(
      .invalid, "bad-manifest",
      "\(path): unknown key \(stranger.name.quoted)"
        + Nearest.hint(for: stranger.name, among: known))
  }
}
