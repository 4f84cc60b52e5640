// What callers are told of a tool's arguments, in two dialects.

extension JSONWriter {
  /// JSON Schema 2020-12 of the object of arguments. What it accepts the node accepts, but for the
  /// bounds on sizes and for files, which must lie in the workspace.
  ///
  /// `isNamed`: it says of which dialect it is, as one that stands alone does. `preface` writes
  /// members of its own.
  package mutating func writeInputSchema(
    of arguments: [Argument], isNamed: Bool = true, preface: (inout JSONWriter) -> Void = { _ in }
  ) {
    object { writer in
      if isNamed { writer.field("$schema", "https://json-schema.org/draft/2020-12/schema") }
      preface(&writer)
      writer.field("type", "object")
      writer.object("properties") { writer in
        for argument in arguments {
          writer.name(argument.name)
          writer.writeSchema(of: argument)
        }
      }
      let required = arguments.filter(\.isRequired).map(\.name)
      if !required.isEmpty { writer.field("required", required) }
      writer.field("additionalProperties", false)
    }
  }

  private mutating func writeSchema(of argument: Argument) {
    object { writer in
      writer.field("type", argument.kind.schemaType)
      if !argument.doc.isEmpty { writer.field("description", argument.doc) }
      if argument.kind == .bytes { writer.field("contentEncoding", "base64") }
      for member in argument.rules.source {
        switch member.name {
        case "default", "items": break
        case "description" where !argument.doc.isEmpty: break
        default: writer.field(member.name, member.value)
        }
      }
      if argument.kind == .texts { writer.writeItems(of: argument) }
      if argument.isSecret {
        writer.field("writeOnly", true)
      } else {
        writer.field("default", argument.fallback)
      }
    }
  }

  private mutating func writeItems(of argument: Argument) {
    object("items") { writer in
      writer.field("type", "string")
      let declared = argument.rules.source.first { $0.name == "items" }?.value.members ?? []
      for member in declared where member.name != "type" {
        writer.field(member.name, member.value)
      }
    }
  }

  /// The array `args` of a tool as ORIEN's coordinators read it.
  package mutating func writeORIENArguments(_ arguments: [Argument]) {
    array { writer in
      for argument in arguments {
        writer.object { writer in
          writer.field("name", argument.name)
          writer.field("type", argument.kind.orienType)
          writer.field("required", argument.isRequired)
          writer.field("description", argument.doc)
          writer.writeValidation(of: argument)
        }
      }
    }
  }

  private mutating func writeValidation(of argument: Argument) {
    let rules = argument.rules
    let (least, most) = argument.kind == .integer ? rules.integerRange : rules.numberRange
    guard least != nil || most != nil || rules.text.pattern != nil || rules.allowed != nil else {
      return
    }
    object("validation") { writer in
      writer.field("min", least)
      writer.field("max", most)
      writer.field("pattern", rules.text.pattern?.source)
      writer.field("allowedValues", rules.allowed)
    }
  }
}

extension Rules {
  /// The first and the last integer that pass.
  fileprivate var integerRange: (JSONNumber?, JSONNumber?) {
    (
      [minimum?.rounded(.up), exclusiveMinimum?.rounded(.down).advanced(by: 1)]
        .compactMap(\.self).max(),
      [maximum?.rounded(.down), exclusiveMaximum?.rounded(.up).advanced(by: -1)]
        .compactMap(\.self).min()
    )
  }

  /// The ends of the range, each nil where it does not pass itself: this dialect cannot say so.
  fileprivate var numberRange: (JSONNumber?, JSONNumber?) {
    let isOpenBelow = exclusiveMinimum.map { $0 >= minimum ?? $0 } ?? false
    let isOpenAbove = exclusiveMaximum.map { $0 <= maximum ?? $0 } ?? false
    return (isOpenBelow ? nil : minimum, isOpenAbove ? nil : maximum)
  }
}

extension Argument.Kind {
  fileprivate var orienType: String {
    switch self {
    case .bool: "boolean"
    case .integer, .number: "number"
    case .text, .bytes: "string"
    case .file: "file"
    case .json: "json"
    case .texts: "array"
    }
  }
}
