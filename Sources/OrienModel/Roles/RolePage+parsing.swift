extension RolePage {
  static let mostBytes = 256 << 10
  static let reason = "bad-role-page"

  /// Reads a page. A key that nobody knows, an argument that could not be checked, or a check that no
  /// backend could pass is refused with its place.
  ///
  /// A pure function of bytes. Failures have the reason `bad-role-page`.
  package init(parsing bytes: [UInt8]) throws(Failure) {
    let json: JSON
    do throws(Failure) {
      json = try JSON(parsing: bytes, within: JSON.Bounds(bytes: Self.mostBytes, nodes: 20_000))
    } catch {
      throw Failure(.invalid, Self.reason, "page: \(error.message)")
    }
    var page = try MemberReader(json, "page", reason: Self.reason)
    let id = try page.need("role", as: \.string, "a role and its number, like vm/1")
    guard Self.isID(id) else {
      throw page.refusal("role", "expected a role and its number, like vm/1, found \(id.quoted)")
    }
    let doc = try page.need("doc", as: \.string, "a text")
    let allowsTools = try page.take("tools", as: \.bool, "true or false") ?? false
    let operations = try page.objects("operations") { object throws(Failure) in
      try RoleOperation(&object)
    }
    guard !operations.isEmpty else { throw page.refusal("operations", "expected at least one") }
    if let twice = operations.map(\.name).firstTwice {
      throw page.refusal("operations", "has \(twice) twice")
    }
    let checks = try page.objects("checks") { object throws(Failure) in
      try RoleCheck(&object, of: operations)
    }
    try page.finish()
    self.init(id: id, doc: doc, operations: operations, allowsTools: allowsTools, checks: checks)
  }
}

extension RoleOperation {
  fileprivate init(_ object: inout MemberReader) throws(Failure) {
    name = try object.need("name", as: \.string, "a name")
    guard ToolID(name) != nil else {
      throw object.refusal("name", "expected ^[a-zA-Z0-9_-]{1,64}$, found \(name.quoted)")
    }
    doc = try object.need("doc", as: \.string, "a text")
    changes = try object.need("changes", as: \.bool, "true or false")
    lane = try object.choice("lane", of: Lane.self) ?? .ordinary
    arguments = try object.arguments("arguments")
    result = try object.arguments("result")
    var limits = Limits()
    guard var wishes = try object.object("limits") else {
      throw object.refusal("limits", "expected wallMilliseconds in it, found nothing")
    }
    limits.wallMilliseconds = try wishes.need(
      "wallMilliseconds", as: { $0.within(1...3_600_000) }, "a whole number from 1 to 3600000")
    limits.outputBytes =
      try wishes.take(
        "outputBytes", as: { $0.within(2...1 << 20) }, "a whole number from 2 to 1048576")
      ?? 64 << 10
    try wishes.finish()
    self.limits = limits
    failures = try object.objects("failures") { object throws(Failure) in
      try RoleFailure(&object)
    }
  }
}

extension RoleFailure {
  fileprivate init(_ object: inout MemberReader) throws(Failure) {
    code = try object.need(
      "code", as: { json in Failure.Code.ofPages.first { $0.name == json.string }?.code },
      "one of \(Failure.Code.ofPages.map(\.name).joined(separator: ", "))")
    reason = try object.take("reason", as: \.string, "a text")
    doc = try object.take("doc", as: \.string, "a text") ?? ""
  }
}

extension RoleCheck {
  fileprivate init(
    _ object: inout MemberReader, of operations: [RoleOperation]
  ) throws(Failure) {
    name = try object.need("name", as: \.string, "a text")
    let named = try object.need("operation", as: \.string, "an operation's name")
    operation = named
    guard let operation = operations.first(where: { $0.name == named }) else {
      throw object.refusal(
        "operation",
        "there is no \(named.quoted)\(Nearest.hint(for: named, among: operations.map(\.name)))")
    }
    arguments = try object.take("arguments", as: { $0 }, "an object") ?? .object([])
    do throws(Failure) {
      _ = try CheckedArguments(checking: arguments, against: operation.arguments)
    } catch {
      throw object.refusal("arguments", error.message)
    }
    let result = try object.take("result", as: \.members, "an object")
    let failure = try object.take("failure", as: { $0 }, "an object")
    switch (result, failure) {
    case (let members?, nil):
      for member in members
      where !operation.result.contains(where: { $0.name == member.name }) {
        throw object.refusal("result", "\(named) answers with no \(member.name.quoted)")
      }
      expected = .result(members)
    case (nil, let json?):
      var reader = try MemberReader(json, "failure", reason: RolePage.reason)
      let failure = try RoleFailure(&reader)
      try reader.finish()
      guard
        operation.failures.contains(where: {
          $0.code == failure.code && ($0.reason == nil || $0.reason == failure.reason)
        })
      else { throw object.refusal("failure", "\(named) does not list \(failure.told)") }
      expected = .failure(failure)
    default: throw object.refusal("result", "expected either a result or a failure")
    }
  }
}

extension MemberReader {
  fileprivate mutating func arguments(_ name: String) throws(Failure) -> [Argument] {
    let arguments = try objects(name) { object throws(Failure) in try Argument(&object) }
    if let twice = arguments.map(\.name).firstTwice { throw refusal(name, "has \(twice) twice") }
    return arguments
  }
}

extension Argument {
  /// An argument, or a member of an answer. There is no workspace, and so there are no files.
  fileprivate init(_ object: inout MemberReader) throws(Failure) {
    let name = try object.need("name", as: \.string, "a name")
    let kind = try object.need(
      "type", as: { json in Self.kinds.first { $0.name == json.string }?.kind },
      "one of \(Self.kinds.map(\.name).joined(separator: ", "))")
    let isRequired = try object.take("required", as: \.bool, "true or false") ?? false
    let isSecret = try object.take("secret", as: \.bool, "true or false") ?? false
    let doc = try object.take("doc", as: \.string, "a text") ?? ""
    let fallback = try object.take("default", as: { $0 }, "a value")
    let rules = try object.take("rules", as: { $0 }, "an object")
    do throws(Failure) {
      try self.init(
        declaring: name, kind: kind, isRequired: isRequired, isSecret: isSecret, doc: doc,
        fallback: fallback?.text, rules: rules?.text)
    } catch {
      throw object.refusal("name", error.message)
    }
  }

  private static let kinds: [(name: String, kind: Kind)] = [
    ("bool", .bool), ("integer", .integer), ("number", .number), ("text", .text),
    ("bytes", .bytes), ("json", .json), ("texts", .texts),
  ]
}

extension JSON {
  fileprivate var text: String { String(decoding: compact, as: UTF8.self) }

  fileprivate func within(_ range: ClosedRange<UInt64>) -> UInt64? {
    uint64.flatMap { range.contains($0) ? $0 : nil }
  }
}

extension [String] {
  fileprivate var firstTwice: String? {
    enumerated().first { index, name in self[..<index].contains(name) }?.element
  }
}
