// What models are told that are held to a schema word by word. They take a part of JSON Schema
// alone: every member is required, so that an optional one is null instead, and no value is without
// a type. What that cannot say of an argument stands in its description.

extension JSONWriter {
  /// The schema in that dialect. What it accepts the node accepts, but for what only descriptions
  /// say. An optional argument that it cannot type is not in it.
  package mutating func writeStrictSchema(of arguments: [Argument]) {
    let offered = arguments.filter { $0.strictType != nil }
    object { writer in
      writer.field("type", "object")
      writer.object("properties") { writer in
        for argument in offered {
          writer.name(argument.name)
          writer.writeStrictSchema(of: argument)
        }
      }
      writer.field("required", offered.map(\.name))
      writer.field("additionalProperties", false)
    }
  }

  private mutating func writeStrictSchema(of argument: Argument) {
    let (said, unsaid) = argument.strictRules
    object { writer in
      if let type = argument.strictType {
        if argument.isRequired {
          writer.field("type", type)
        } else {
          writer.field("type", [type, "null"])
        }
      }
      let description = argument.described(with: unsaid)
      if !description.isEmpty { writer.field("description", description) }
      if let allowed = argument.rules.allowed {
        writer.field("enum", allowed + (argument.isRequired ? [] : [.null]))
      }
      for member in said { writer.field(member.name, member.value) }
      if argument.kind == .texts { writer.writeStrictItems(of: argument) }
    }
  }

  private mutating func writeStrictItems(of argument: Argument) {
    object("items") { writer in
      writer.field("type", "string")
      for member in argument.itemRules.filter(\.isStrictRule) {
        writer.field(member.name, member.value)
      }
    }
  }
}

extension [Argument] {
  /// Whether each that has to be given can be said in the strict dialect.
  package var haveStrictSchema: Bool { allSatisfy { $0.strictType != nil || !$0.isRequired } }
}

extension Argument {
  /// Nil where its values may be of any type, or are objects of names that nobody knows ahead.
  fileprivate var strictType: String? {
    guard kind == .json else { return kind.schemaType }
    return switch rules.type {
    case nil, .object?, .array?: nil
    case let type?: type.rawValue
    }
  }

  /// What its schema says beside the type and the values that are allowed, and what it cannot.
  fileprivate var strictRules: (said: [JSON.Member], unsaid: [JSON.Member]) {
    let rules = self.rules.source.filter { !Self.told.contains($0.name) }
    var unsaid = rules.filter { !$0.isStrictRule }
    unsaid += itemRules.filter { !$0.isStrictRule }
    if let fallback, !isSecret, !isRequired {
      unsaid.append(JSON.Member("null stands for", fallback))
    }
    if kind == .bytes { unsaid.append(JSON.Member("contentEncoding", .string("base64"))) }
    return (rules.filter(\.isStrictRule), unsaid)
  }

  fileprivate var itemRules: [JSON.Member] {
    guard kind == .texts else { return [] }
    let items = rules.source.first { $0.name == "items" }?.value.members ?? []
    return items.filter { $0.name != "type" }
  }

  /// What is written by its meaning, or tells a model nothing.
  private static let told: Set = [
    "type", "description", "default", "enum", "const", "items", "$comment", "deprecated",
  ]

  fileprivate func described(with unsaid: [JSON.Member]) -> String {
    let told = rules.source.first { $0.name == "description" }?.value.string ?? ""
    let rest = unsaid.map { "\($0.name) \(String(decoding: $0.value.compact, as: UTF8.self))" }
    let words = doc.isEmpty ? told : doc
    guard !rest.isEmpty else { return words }
    return (words.isEmpty ? "" : words + " ") + "(\(rest.joined(separator: ", ")))"
  }
}

extension JSON.Member {
  /// The dialect has it, beside types, `enum` and descriptions.
  fileprivate var isStrictRule: Bool {
    switch name {
    case "pattern", "multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
      "minItems", "maxItems", "enum", "const":
      true
    case "format": value.string.map(Self.formats.contains) == true
    default: false
    }
  }

  private static let formats: Set = [
    "date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid",
  ]
}
