import OrienModel

/// Holds a value to JSON Schema, as far as the interface's document uses it, and strictly: a member
/// that an object's schema does not name is a fault too.
struct Schema {
  let document: JSON

  func faults(of value: JSON, _ name: String) -> [String] {
    guard let schema = document["components"]?["schemas"]?[name] else {
      return ["no schema \(name)"]
    }
    return faults(of: value, schema, name)
  }

  func faults(of value: JSON, _ schema: JSON, _ place: String) -> [String] {
    if let reference = schema["$ref"]?.string {
      return faults(of: value, String(reference.split(separator: "/").last!)).map {
        place + " > " + $0
      }
    }
    var faults: [String] = []
    if let type = schema["type"]?.string, !Self.has(value, type) {
      faults.append("\(place): expected \(type), got \(value.kindName)")
    }
    if let allowed = schema["enum"]?.array, !allowed.contains(value) {
      faults.append("\(place): is none of its enum")
    }
    if let pattern = schema["pattern"]?.string, let text = value.string,
      (try? Pattern(pattern).isFound(in: text)) != true
    {
      faults.append("\(place): \(text) does not match \(pattern)")
    }
    if schema["format"]?.string == "date-time", let text = value.string, !Self.isTime(text) {
      faults.append("\(place): \(text) is no time")
    }
    if let least = schema["minimum"]?.double, let number = value.double, number < least {
      faults.append("\(place): is below \(least)")
    }
    if let items = schema["items"] {
      for (index, entry) in (value.array ?? []).enumerated() {
        faults += self.faults(of: entry, items, "\(place)[\(index)]")
      }
    }
    return faults + memberFaults(of: value, schema, place)
  }

  private func memberFaults(of value: JSON, _ schema: JSON, _ place: String) -> [String] {
    guard let members = value.members else { return [] }
    var faults: [String] = []
    for name in schema["required"]?.array ?? [] where value[name.string!] == nil {
      faults.append("\(place): lacks \(name.string!)")
    }
    for member in members {
      if let schema = schema["properties"]?[member.name] ?? schema["additionalProperties"] {
        faults += self.faults(of: member.value, schema, "\(place).\(member.name)")
      } else if schema["properties"] != nil {
        faults.append("\(place): \(member.name) is not in the document")
      }
    }
    return faults
  }

  private static func has(_ value: JSON, _ type: String) -> Bool {
    switch type {
    case "object": value.members != nil
    case "array": value.array != nil
    case "string": value.string != nil
    case "boolean": value.bool != nil
    case "integer": value.int64 != nil
    case "number": value.double != nil
    default: false
    }
  }

  private static func isTime(_ text: String) -> Bool {
    (try? Pattern(#"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$"#).isFound(in: text)) == true
  }
}
