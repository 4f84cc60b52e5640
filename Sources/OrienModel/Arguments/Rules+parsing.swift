extension Rules {
  /// Reads what a plugin declares for an argument of this kind. A keyword that the node does not
  /// know or that says nothing about the kind is refused by name: a rule that nobody enforces is
  /// worse than none.
  package init(parsing json: JSON, for kind: Argument.Kind) throws(Failure) {
    guard let members = json.members else {
      throw .rule("expected an object of JSON Schema keywords, got \(json.kindName)")
    }
    self.init()
    let keywords = Self.keywords(for: kind)
    for member in members {
      guard keywords.contains(member.name) else {
        let hint = Nearest.hint(for: member.name, among: keywords)
        throw .rule("\(member.name.quoted) is no rule for \(kind.name)\(hint)")
      }
      try read(member, for: kind)
    }
    try checkThatSomethingPasses()
  }

  private static let annotations = [
    "title", "description", "examples", "default", "deprecated", "$comment", "format",
  ]
  private static let ofText = ["minLength", "maxLength", "pattern"]

  fileprivate static func keywords(for kind: Argument.Kind) -> [String] {
    let all = annotations + ["type"]
    return switch kind {
    case .bool: all + ["enum", "const"]
    case .json:
      all + ["enum", "const", "minProperties", "maxProperties", "additionalProperties"]
    case .integer:
      all + ["enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
        + ["multipleOf"]
    case .number:
      all + ["enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"]
    case .text, .file: all + ["enum", "const"] + ofText
    case .bytes: all + ["minLength", "maxLength", "contentEncoding", "contentMediaType"]
    case .texts: all + ["minItems", "maxItems", "uniqueItems", "items"]
    }
  }

  private mutating func read(_ member: JSON.Member, for kind: Argument.Kind) throws(Failure) {
    let value = member.value
    switch member.name {
    case "enum", "const": try Self.allow(member, of: kind, in: &allowed)
    case "minimum": minimum = try member.limit()
    case "maximum": maximum = try member.limit()
    case "exclusiveMinimum": exclusiveMinimum = try member.limit()
    case "exclusiveMaximum": exclusiveMaximum = try member.limit()
    case "multipleOf":
      guard case .whole(let factor)? = value.number, factor > 0 else {
        throw .rule("multipleOf: expected an integer above 0, got \(value.shown)")
      }
      multipleOf = factor
    case "minLength", "maxLength", "pattern": try text.read(member)
    case "minItems": minItems = try member.count()
    case "maxItems": maxItems = try member.count()
    case "uniqueItems":
      guard let isUnique = value.bool else {
        throw .rule("uniqueItems: expected a boolean, got \(value.kindName)")
      }
      hasUniqueItems = isUnique
    case "items": try items.readEach(member)
    case "minProperties": minProperties = try member.count()
    case "maxProperties": maxProperties = try member.count()
    case "additionalProperties": try readProperties(member)
    case "type" where kind == .json: try readType(value)
    case "type":
      guard value.string == kind.schemaType else {
        throw .rule("type \(value.shown) is not what \(kind.name) is in JSON")
      }
      return
    case "contentEncoding":
      guard value.string == "base64" else {
        throw .rule("contentEncoding \(value.shown): only base64 is known")
      }
      return
    default: break
    }
    source.append(member)
  }

  private mutating func readType(_ json: JSON) throws(Failure) {
    guard let type = json.string.flatMap(JSONType.init) else {
      let known = JSONType.allCases.map(\.rawValue).joined(separator: ", ")
      throw .rule("type \(json.shown): expected one of \(known)")
    }
    self.type = type
  }

  private mutating func readProperties(_ member: JSON.Member) throws(Failure) {
    guard member.value["type"] != nil || member.value.members == nil else {
      throw .rule(#"additionalProperties: expected "type":"string" in it"#)
    }
    var rules = TextRules()
    try rules.readEach(member)
    properties = rules
  }

  /// Both keywords together allow what both allow.
  fileprivate static func allow(
    _ member: JSON.Member, of kind: Argument.Kind, in allowed: inout [JSON]?
  ) throws(Failure) {
    let values = member.name == "const" ? [member.value] : member.value.array ?? []
    guard !values.isEmpty else {
      throw .rule("enum: expected an array of at least one value, got \(member.value.shown)")
    }
    for value in values where !kind.admits(value) {
      throw .rule("\(member.name): \(value.shown) is not \(kind.name)")
    }
    allowed = allowed?.filter(values.contains) ?? values
  }

  private func checkThatSomethingPasses() throws(Failure) {
    let lower = [minimum, exclusiveMinimum].compactMap(\.self).max()
    let upper = [maximum, exclusiveMaximum].compactMap(\.self).min()
    if let lower, let upper, lower > upper { throw .rule("no number passes its bounds") }
    try text.checkThatSomethingPasses()
    try items.checkThatSomethingPasses()
    if let minItems, let maxItems, minItems > maxItems {
      throw .rule("minItems \(minItems) is above maxItems \(maxItems)")
    }
    if let minProperties, let maxProperties, minProperties > maxProperties {
      throw .rule("minProperties \(minProperties) is above maxProperties \(maxProperties)")
    }
    try properties?.checkThatSomethingPasses()
    if let type, type != .object, minProperties != nil || maxProperties != nil || properties != nil
    {
      throw .rule("rules for properties say nothing of \(type.name)")
    }
    if let type, let allowed, !allowed.contains(where: type.admits) {
      throw .rule("nothing that enum and const allow is \(type.name)")
    }
    if allowed?.isEmpty == true { throw .rule("enum and const allow nothing together") }
  }
}

extension TextRules {
  /// Reads what `items` or `additionalProperties` says of each of a value's parts: strings alone
  /// are known.
  fileprivate mutating func readEach(_ member: JSON.Member) throws(Failure) {
    guard let members = member.value.members else {
      throw .rule("\(member.name): expected an object, got \(member.value.kindName)")
    }
    let keywords = Rules.keywords(for: .text)
    for keyword in members {
      guard keywords.contains(keyword.name) else {
        let hint = Nearest.hint(for: keyword.name, among: keywords)
        throw .rule("\(member.name): \(keyword.name.quoted) is no rule for a string\(hint)")
      }
      switch keyword.name {
      case "enum", "const": try Rules.allow(keyword, of: .text, in: &allowed)
      case "minLength", "maxLength", "pattern": try read(keyword)
      case "type":
        guard keyword.value.string == "string" else {
          throw .rule("\(member.name): type \(keyword.value.shown), only \"string\" is known")
        }
      default: break
      }
    }
  }

  fileprivate mutating func read(_ member: JSON.Member) throws(Failure) {
    switch member.name {
    case "minLength": minLength = try member.count()
    case "maxLength": maxLength = try member.count()
    default:
      guard let source = member.value.string else {
        throw .rule("pattern: expected a string, got \(member.value.kindName)")
      }
      pattern = try Pattern.compiled(source)
    }
  }

  fileprivate func checkThatSomethingPasses() throws(Failure) {
    if let minLength, let maxLength, minLength > maxLength {
      throw .rule("minLength \(minLength) is above maxLength \(maxLength)")
    }
    if allowed?.isEmpty == true { throw .rule("enum and const allow nothing together") }
  }
}

extension JSON.Member {
  fileprivate func limit() throws(Failure) -> JSONNumber {
    guard let number = value.number else {
      throw .rule("\(name): expected a number, got \(value.kindName)")
    }
    return number
  }

  fileprivate func count() throws(Failure) -> Int {
    guard let number = value.number, let count = Int(exactly: number), count >= 0 else {
      throw .rule("\(name): expected an integer from 0 up, got \(value.shown)")
    }
    return count
  }
}

extension Failure {
  fileprivate static func rule(_ message: String) -> Failure {
    Failure(.invalid, "argument-rule", "rules: " + message)
  }
}
