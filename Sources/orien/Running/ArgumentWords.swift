import OrienModel

/// The `name=value` words of `orien run` as the JSON that a tool's schema wants.
///
/// A text stays what it is, also where it looks like a number; other types are read as JSON. A list
/// is `name=["a","b"]`, or the same name once for each element.
struct ArgumentWords {
  private let tool: String
  private let schema: JSON

  /// `schema` is the tool's `inputSchema`.
  init(tool: String, schema: JSON) {
    self.tool = tool
    self.schema = schema
  }

  func json(_ words: some Sequence<String>) throws(Failure) -> JSON {
    var values: [(name: String, values: [String])] = []
    for word in words {
      guard let sign = word.firstIndex(of: "="), sign > word.startIndex else {
        throw Self.failure("'\(word)': expected NAME=VALUE")
      }
      let name = String(word[..<sign])
      let value = String(word[word.index(after: sign)...])
      if let index = values.firstIndex(where: { $0.name == name }) {
        values[index].values.append(value)
      } else {
        values.append((name, [value]))
      }
    }
    var members: [JSON.Member] = []
    for (name, values) in values { members.append(JSON.Member(name, try value(name, values))) }
    return .object(members)
  }

  private func value(_ name: String, _ values: [String]) throws(Failure) -> JSON {
    let properties = schema["properties"]?.members ?? []
    guard let property = properties.first(where: { $0.name == name })?.value else {
      let hint = Nearest.hint(for: name, among: properties.map(\.name))
      let names = properties.map(\.name).joined(separator: ", ")
      throw Self.failure("\(tool) has no argument '\(name)' (it has \(names))\(hint)")
    }
    let type = property["type"]?.string
    if type == "array" { return try list(name, values, of: property["items"]?["type"]?.string) }
    guard values.count == 1 else { throw Self.failure("\(name) is given \(values.count) times") }
    return try single(name, values[0], type)
  }

  private func list(
    _ name: String, _ values: [String], of type: String?
  ) throws(Failure) -> JSON {
    if values.count == 1, values[0].hasPrefix("["),
      let whole = try? JSON(parsing: values[0]), whole.array != nil
    {
      return whole
    }
    var elements: [JSON] = []
    for value in values { elements.append(try single(name, value, type)) }
    return .array(elements)
  }

  private func single(_ name: String, _ value: String, _ type: String?) throws(Failure) -> JSON {
    if type == "string" { return .string(value) }
    guard let json = try? JSON(parsing: value) else {
      // A tool that takes any JSON takes a text too.
      if type == nil { return .string(value) }
      throw Self.failure("\(name)=\(value): expected JSON of type \(type!)")
    }
    return json
  }

  private static func failure(_ message: String) -> Failure {
    Failure(.invalid, ExitCode.usageReason, message)
  }
}
