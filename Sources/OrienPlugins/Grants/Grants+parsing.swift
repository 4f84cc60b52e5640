import OrienModel

extension ManifestObject {
  private static let most = 64

  mutating func grants() throws(Failure) -> Grants {
    var grants = Grants()
    guard var members = try object("grants") else { return grants }
    grants.programs = try members.bounded("programs") { member throws(Failure) in
      try Grants.Program(&member)
    }
    grants.folders = try members.bounded("folders") { member throws(Failure) in
      try Grants.Share(&member)
    }
    grants.sockets = try members.take("sockets", as: \.texts, "an array of paths") ?? []
    for socket in grants.sockets where !Grants.isPlain(socket) {
      throw members.refusal(
        "sockets", "expected a path like /run/engine.sock, found \(socket.quoted)")
    }
    guard grants.sockets.count + grants.folders.count <= Grants.mostPlaces else {
      throw members.refusal(
        "sockets", "expected at most \(Grants.mostPlaces) folders and sockets together")
    }
    try members.finish()
    try grants.checkPlaces(members)
    return grants
  }

  private static var tooMany: String { "expected at most \(most)" }

  fileprivate mutating func bounded<Value>(
    _ name: String, _ read: (inout MemberReader) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    let values = try objects(name, read)
    guard values.count <= Self.most else { throw refusal(name, Self.tooMany) }
    return values
  }
}

extension Grants {
  /// Absolute, and the one way to write it: `..` leads elsewhere, and so may what is written twice.
  static func isPlain(_ path: String) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    return path.hasPrefix("/") && path.utf8.count < 256 && parts.count > 1
      && !path.utf8.contains { $0 < 0x20 || $0 == 0x7F }
      && !parts.dropFirst().contains { ["", ".", ".."].contains($0) }
  }

  /// Below what a jail has of such folders, and none in another: which of the two would count is
  /// anybody's guess.
  fileprivate func checkPlaces(_ members: MemberReader) throws(Failure) {
    let places = folders.map { ("folders", $0.place) } + sockets.map { ("sockets", $0) }
    for (index, (member, place)) in places.enumerated() {
      let top = place.dropFirst().prefix { $0 != "/" }
      guard Self.tops.contains(String(top)), place != "/\(top)" else {
        let tops = Self.tops.map { "/\($0)" }.joined(separator: ", ")
        throw members.refusal(member, "\(place) is not below one of \(tops)")
      }
      for (_, other) in places[..<index]
      where place == other || place.hasPrefix(other + "/") || other.hasPrefix(place + "/") {
        throw members.refusal(member, "\(place) and \(other) are in one another's place")
      }
    }
  }

  /// Folders at the top of a jail in which something may be put.
  static let tops = ["run", "var", "srv", "mnt", "opt", "home", "data"]
}

extension Grants.Share {
  fileprivate init(_ members: inout MemberReader) throws(Failure) {
    let expected = "an absolute path without . or .."
    path = try members.need("path", as: \.string, expected)
    place = try members.take("at", as: \.string, expected) ?? path
    isWritable = try members.take("writable", as: \.bool, "true or false") ?? false
    for (name, path) in [("path", path), ("at", place)] where !Grants.isPlain(path) {
      throw members.refusal(name, "expected \(expected), found \(path.quoted)")
    }
  }
}

extension Grants.Program {
  private static let most = 64

  fileprivate init(_ members: inout MemberReader) throws(Failure) {
    name = try members.need("program", as: \.string, "the name of a program")
    path = try members.need("path", as: \.string, "an absolute path")
    guard !name.isEmpty, !name.contains("/"), Grants.isPlain("/" + name) else {
      throw members.refusal("program", "expected a plain name, found \(name.quoted)")
    }
    guard Grants.isPlain(path) else {
      throw members.refusal(
        "path", "expected an absolute path without . or .., found \(path.quoted)")
    }
    environment = try members.take("environment", as: \.texts, "an array of names") ?? []
    network = try members.choice("network", of: Network.self) ?? .host
    forms = []
    let expected = "an array of command lines, each an array of patterns"
    for form in try members.take("arguments", as: \.array, expected) ?? [] {
      guard let sources = form.texts, sources.count <= Self.most, forms.count < Self.most else {
        throw members.refusal(
          "arguments", "expected \(expected), at most \(Self.most) of \(Self.most)")
      }
      do throws(Failure) {
        forms.append(try sources.map { source throws(Failure) in try ArgumentPattern(source) })
      } catch {
        throw members.refusal("arguments", error.message)
      }
    }
  }
}
