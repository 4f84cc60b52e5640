internal import OrienKit

/// One instance as multipass tells of it now: what it is doing and where it is reached.
///
/// Its sizes are not read. Of one that is stopped multipass tells none, and of one that runs what the
/// instance itself says when it is asked: less memory and disk than it was given, or whatever its
/// tenant likes.
struct Instance: Sendable, Equatable {
  let name: String
  let state: InstanceState
  var address: String?

  /// All that `list --format json` has. Throws where any of it has no meaning: whatever is missed
  /// here would be taken for gone.
  static func list(_ output: [UInt8]) throws(Failure) -> [Instance] {
    let rows = try answer(output, to: "list")["list"]?.array
    guard let rows else { throw senseless("list", "it has no \"list\"") }
    var names: Set<String> = []
    return try rows.map { row throws(Failure) in
      guard let name = row["name"]?.string, !name.isEmpty else {
        throw senseless("list", "a row has no name")
      }
      guard names.insert(name).inserted else { throw senseless("list", "\(name) is there twice") }
      return try Instance(name, row, of: "list")
    }
  }

  /// The one that `info NAME --format json` is about.
  static func info(_ output: [UInt8], of name: String) throws(Failure) -> Instance {
    guard let row = try answer(output, to: "info")["info"]?[name] else {
      throw senseless("info", "it does not tell of \(name)")
    }
    return try Instance(name, row, of: "info")
  }

  private init(_ name: String, _ row: JSON, of question: String) throws(Failure) {
    guard let state = row["state"]?.string else {
      throw Self.senseless(question, "it does not say what \(name) is doing")
    }
    self.name = name
    self.state = InstanceState(state)
    // The first is the network's word; what comes after it the instance says of itself.
    address = row["ipv4"]?.array?.first?.string.flatMap { Self.isAddress($0) ? $0 : nil }
  }

  /// Its own versions: of the program, and of the daemon where that answers.
  static func versions(_ output: [UInt8]) throws(Failure) -> (program: String, daemon: String?) {
    let answer = try answer(output, to: "version")
    guard let program = answer["multipass"]?.string else {
      throw senseless("version", "it has no \"multipass\"")
    }
    return (program, answer["multipassd"]?.string)
  }

  // MARK: What it is made of

  private static func answer(
    _ output: [UInt8], to question: String
  ) throws(Failure) -> JSON {
    let json: JSON
    do throws(Failure) {
      json = try JSON(parsing: Terminal.plain(output))
    } catch {
      throw senseless(question, error.message)
    }
    guard json.object != nil else { throw senseless(question, "it is no object") }
    return json
  }

  private static func senseless(_ question: String, _ why: String) -> Failure {
    Failure(
      .unavailable, "multipass answered `\(question)` with what is no answer: \(why)",
      reason: "engine-senseless")
  }

  private static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4
      && parts.allSatisfy { part in
        (1...3).contains(part.utf8.count) && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
          && UInt8(part) != nil
      }
  }
}
