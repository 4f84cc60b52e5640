/// What JSON Schema says of one argument beyond its type, parsed once and refused at load where the
/// node could not enforce it.
package struct Rules: Sendable {
  /// `enum` and `const`; nil: anything.
  var allowed: [JSON]?
  var minimum: JSONNumber?
  var maximum: JSONNumber?
  var exclusiveMinimum: JSONNumber?
  var exclusiveMaximum: JSONNumber?
  var multipleOf: Int128?
  /// Of the text itself; of base64 as it is written, as JSON Schema counts.
  var text = TextRules()
  var minItems: Int?
  var maxItems: Int?
  var hasUniqueItems = false
  /// Of each entry of a list.
  var items = TextRules()
  /// What a JSON value must be; nil: anything.
  var type: JSONType?
  var minProperties: Int?
  var maxProperties: Int?
  /// Of each member of an object, which must be a string; nil: anything.
  var properties: TextRules?
  /// As declared, but for what the node writes into a schema itself.
  var source: [JSON.Member] = []

  package init() {}
}

/// What holds for one text.
struct TextRules: Sendable {
  var allowed: [JSON]?
  /// In code points.
  var minLength: Int?
  var maxLength: Int?
  var pattern: Pattern?
}

// A breach is told as the end of a sentence that begins with the argument's name. `shown` is the
// value as a message may show it.

extension Rules {
  func breaches(of value: JSON, shown: @autoclosure () -> String) -> [String] {
    var breaches: [String] = []
    if let allowed, !allowed.contains(value) { breaches.append(refusal(shown(), allowed)) }
    if let number = value.number { breaches += self.breaches(of: number, shown: shown()) }
    if let type, !type.admits(value) {
      breaches.append("expected \(type.name), got \(value.kindName)")
    }
    if let members = value.members { breaches += self.breaches(ofMemberCount: members.count) }
    return breaches
  }

  private func breaches(ofMemberCount count: Int) -> [String] {
    var breaches: [String] = []
    if let minProperties, count < minProperties {
      breaches.append("\(count) members are fewer than minProperties \(minProperties)")
    }
    if let maxProperties, count > maxProperties {
      breaches.append("\(count) members are more than maxProperties \(maxProperties)")
    }
    return breaches
  }

  private func breaches(of number: JSONNumber, shown: @autoclosure () -> String) -> [String] {
    var breaches: [String] = []
    if let minimum, number < minimum {
      breaches.append("\(shown()) is below the minimum \(minimum)")
    }
    if let maximum, number > maximum {
      breaches.append("\(shown()) is above the maximum \(maximum)")
    }
    if let exclusiveMinimum, number <= exclusiveMinimum {
      breaches.append("\(shown()) is not above \(exclusiveMinimum)")
    }
    if let exclusiveMaximum, number >= exclusiveMaximum {
      breaches.append("\(shown()) is not below \(exclusiveMaximum)")
    }
    if let multipleOf, case .whole(let whole) = number, whole % multipleOf != 0 {
      breaches.append("\(shown()) is no multiple of \(multipleOf)")
    }
    return breaches
  }

  func breaches(ofCount count: Int) -> [String] {
    var breaches: [String] = []
    if let minItems, count < minItems {
      breaches.append("\(count) entries are fewer than minItems \(minItems)")
    }
    if let maxItems, count > maxItems {
      breaches.append("\(count) entries are more than maxItems \(maxItems)")
    }
    return breaches
  }
}

extension TextRules {
  func breaches(of text: String, shown: @autoclosure () -> String) -> [String] {
    var breaches: [String] = []
    if let allowed, !allowed.contains(.string(text)) { breaches.append(refusal(shown(), allowed)) }
    if minLength != nil || maxLength != nil {
      let length = text.unicodeScalars.count
      if let minLength, length < minLength {
        breaches.append("\(shown()) is shorter than minLength \(minLength)")
      }
      if let maxLength, length > maxLength {
        breaches.append("\(shown()) is longer than maxLength \(maxLength)")
      }
    }
    if let pattern {
      if text.utf8.count > Pattern.textBytes {
        breaches.append("\(shown()) is longer than a pattern searches (\(Pattern.textBytes) bytes)")
      } else if !pattern.isFound(in: text) {
        breaches.append("\(shown()) does not match \(pattern.source.prefix(200))")
      }
    }
    return breaches
  }
}

private func refusal(_ shown: String, _ allowed: [JSON]) -> String {
  let listed = allowed.prefix(16).map { String(decoding: $0.compact.prefix(64), as: UTF8.self) }
  let more = allowed.count > 16 ? ", ..." : ""
  return "\(shown) is none of \(listed.joined(separator: ", "))\(more)"
}
