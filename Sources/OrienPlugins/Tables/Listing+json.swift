import OrienModel

extension Listing: JSONWritable {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("id", id)
      writer.field("version", version)
      writer.field("doc", doc)
      writer.field("flags", flags)
      writer.field("concurrency", concurrency)
      writer.field("needs", needs)
      writer.field("settings", settings)
      writer.field("handlers", handlers)
    }
  }

  /// Reads what `write` wrote, or what somebody made of it: within the bounds of a table.
  init(_ json: JSON) throws(Failure) {
    let members = Members(json)
    id = try members.text("id")
    version = try members.text("version")
    doc = try members.text("doc")
    flags = try members.number("flags")
    concurrency = try members.number("concurrency")
    needs = try members.texts("needs", atMost: Bounds.needs)
    settings = try members.all("settings", atMost: Bounds.settings, Argument.init)
    handlers = try members.all("handlers", atMost: Bounds.handlers, Handler.init)
  }
}

extension Listing.Argument: JSONWritable {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("name", name)
      writer.field("type", type)
      writer.field("flags", flags)
      writer.field("doc", doc)
      writer.field("fallback", fallback)
      writer.field("rules", rules)
    }
  }

  fileprivate init(_ members: Members) throws(Failure) {
    name = try members.text("name")
    type = try members.number("type")
    flags = try members.number("flags")
    doc = try members.text("doc")
    fallback = try members.optionalText("fallback")
    rules = try members.optionalText("rules")
  }
}

extension Listing.Handler: JSONWritable {
  func write(to writer: inout JSONWriter) {
    writer.object { writer in
      writer.field("name", name)
      writer.field("flags", flags)
      writer.field("role", role)
      writer.field("title", title)
      writer.field("doc", doc)
      writer.field("example", example)
      writer.field("resultType", resultType)
      writer.field("units", units)
      writer.field("arguments", arguments)
      writer.field("limits", limits)
    }
  }

  fileprivate init(_ members: Members) throws(Failure) {
    name = try members.text("name")
    flags = try members.number("flags")
    role = try members.optionalText("role")
    title = try members.optionalText("title")
    doc = try members.text("doc")
    example = try members.optionalText("example")
    resultType = try members.optionalText("resultType")
    units = try members.texts("units", atMost: Listing.Bounds.units)
    arguments = try members.all(
      "arguments", atMost: Listing.Bounds.arguments, Listing.Argument.init)
    limits = try members.numbers("limits", atMost: Limits.named.count + 1)
  }
}

/// The members of an object that is to have certain ones.
private struct Members {
  private let json: JSON

  init(_ json: JSON) { self.json = json }

  private func damaged(_ name: String) -> Failure {
    Failure(.invalid, "bad-listing", "\(name): not as a scan writes it")
  }

  func optionalText(_ name: String) throws(Failure) -> String? {
    guard let value = json[name] else { return nil }
    guard let text = value.string, text.utf8.count <= Listing.Bounds.textBytes else {
      throw damaged(name)
    }
    return text
  }

  func text(_ name: String) throws(Failure) -> String {
    guard let text = try optionalText(name) else { throw damaged(name) }
    return text
  }

  func number(_ name: String) throws(Failure) -> UInt32 {
    guard let number = json[name]?.uint64, let number = UInt32(exactly: number) else {
      throw damaged(name)
    }
    return number
  }

  func numbers(_ name: String, atMost count: Int) throws(Failure) -> [UInt64] {
    let values = try elements(name, atMost: count).compactMap(\.uint64)
    guard values.count == json[name]?.array?.count else { throw damaged(name) }
    return values
  }

  func texts(_ name: String, atMost count: Int) throws(Failure) -> [String] {
    var texts: [String] = []
    for element in try elements(name, atMost: count) {
      guard let text = element.string, text.utf8.count <= Listing.Bounds.textBytes else {
        throw damaged(name)
      }
      texts.append(text)
    }
    return texts
  }

  func all<Value>(
    _ name: String, atMost count: Int, _ make: (Members) throws(Failure) -> Value
  ) throws(Failure) -> [Value] {
    var values: [Value] = []
    for element in try elements(name, atMost: count) { values.append(try make(Members(element))) }
    return values
  }

  private func elements(_ name: String, atMost count: Int) throws(Failure) -> [JSON] {
    guard let elements = json[name]?.array, elements.count <= count else { throw damaged(name) }
    return elements
  }
}
