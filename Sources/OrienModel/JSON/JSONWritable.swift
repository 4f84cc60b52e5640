/// What has one way to be written as JSON.
package protocol JSONWritable {
  /// Writes exactly one value.
  func write(to writer: inout JSONWriter)
}

extension JSONWritable {
  /// It alone, as compact text.
  package var jsonBytes: [UInt8] {
    var writer = JSONWriter()
    write(to: &writer)
    return writer.bytes
  }
}

extension String: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(self) }
}
extension Bool: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(self) }
}
extension Double: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(self) }
}
extension Timestamp: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(self) }
}

extension Int64: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(self) }
}
extension UInt64: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(self) }
}
extension Int: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(Int64(self)) }
}
extension Int32: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(Int64(self)) }
}
extension UInt32: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(UInt64(self)) }
}

extension Array: JSONWritable where Element: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    writer.array { writer in
      for element in self { element.write(to: &writer) }
    }
  }
}

extension JSON: JSONWritable {
  package func write(to writer: inout JSONWriter) {
    switch self {
    case .null: writer.writeNull()
    case .bool(let value): writer.write(value)
    case .integer(let value): writer.write(value)
    case .unsigned(let value): writer.write(value)
    case .number(let value): writer.write(value)
    case .string(let value): writer.write(value)
    case .array(let values): writer.write(values)
    case .object(let members):
      writer.object { writer in
        for member in members { writer.field(member.name, member.value) }
      }
    }
  }

  /// The value without a blank.
  package var compact: [UInt8] {
    var writer = JSONWriter()
    writer.write(self)
    return writer.bytes
  }
}

extension JSONWritable where Self: CustomStringConvertible {
  package func write(to writer: inout JSONWriter) { writer.write(description) }
}

extension SessionID: JSONWritable {}
extension ToolID: JSONWritable {}
extension ExecutionID: JSONWritable {
  package func write(to writer: inout JSONWriter) { writer.write(self) }
}
extension Owner: JSONWritable {}
