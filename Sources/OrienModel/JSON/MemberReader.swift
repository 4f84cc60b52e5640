/// An object of a document that somebody wrote by hand, taken apart member by member: what is left at
/// the end is unknown. Each refusal names the place.
package struct MemberReader {
  private let path: String
  private let reason: String
  private var rest: [JSON.Member]
  private var known: [String] = []

  /// `reason` is that of every refusal, for programs.
  package init(_ json: JSON, _ path: String, reason: String) throws(Failure) {
    guard let members = json.members else {
      throw Failure(.invalid, reason, "\(path): expected an object, found \(json.kindName)")
    }
    self.path = path
    self.reason = reason
    rest = members
  }

  /// Of what has not been taken.
  package var names: [String] { rest.map(\.name) }

  package func place(of name: String) -> String { "\(path).\(name)" }

  package func refusal(_ name: String, _ what: String) -> Failure {
    Failure(.invalid, reason, "\(place(of: name)): \(what)")
  }

  /// The member's value; nil where there is none.
  package mutating func take<Value>(
    _ name: String, as read: (JSON) -> Value?, _ expected: @autoclosure () -> String
  ) throws(Failure) -> Value? {
    known.append(name)
    guard let index = rest.firstIndex(where: { $0.name.hasSameBytes(as: name) }) else { return nil }
    let json = rest.remove(at: index).value
    guard let value = read(json) else {
      throw refusal(name, "expected \(expected()), found \(json.kindName)")
    }
    return value
  }

  /// The same of a member that has to be there.
  package mutating func need<Value>(
    _ name: String, as read: (JSON) -> Value?, _ expected: @autoclosure () -> String
  ) throws(Failure) -> Value {
    guard let value = try take(name, as: read, expected()) else {
      throw refusal(name, "expected \(expected()), found nothing")
    }
    return value
  }

  package mutating func object(_ name: String) throws(Failure) -> MemberReader? {
    guard let json = try take(name, as: { $0 }, "an object") else { return nil }
    return try MemberReader(json, "\(path).\(name)", reason: reason)
  }

  /// An array's elements, each an object and read by `read`; none where there is no member.
  package mutating func objects<Value>(
    _ name: String, _ read: (inout MemberReader) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    var values: [Value] = []
    for (index, json) in (try take(name, as: \.array, "an array") ?? []).enumerated() {
      var object = try MemberReader(json, "\(path).\(name)[\(index)]", reason: reason)
      values.append(try read(&object))
      try object.finish()
    }
    return values
  }

  package mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ name: String, of type: Choice.Type
  ) throws(Failure) -> Choice? {
    var words: String { Choice.allCases.map(\.rawValue).joined(separator: " or ") }
    guard let word = try take(name, as: \.string, words) else { return nil }
    guard let choice = Choice(rawValue: word) else {
      throw refusal(name, "expected \(words), found \(word.quoted)")
    }
    return choice
  }

  /// Refuses what nobody took.
  package func finish() throws(Failure) {
    guard let stranger = rest.first else { return }
    throw Failure(
      .invalid, reason,
      "\(path): unknown key \(stranger.name.quoted)"
        + Nearest.hint(for: stranger.name, among: known))
  }
}
