internal import COrienABI

/// An argument of a handler, or a setting of a plugin, and the Swift type that it arrives as.
///
/// It must be given unless it has a `default:` or is `.optional(...)`. The node checks it against
/// its type and its rules, and names every fault to the caller, before the handler runs.
public struct Argument<Value>: Sendable {
  nonisolated(unsafe) let table: UnsafePointer<orien_arg>
  private let name: String
  private let read: @Sendable (JSON?) -> Value?

  private init(
    _ type: Int, _ name: String, _ doc: String, _ fallback: JSON?, _ rules: [Rule],
    read: @escaping @Sendable (JSON) -> Value?
  ) {
    var argument = orien_arg()
    argument.size = UInt32(MemoryLayout<orien_arg>.size)
    argument.type = orien_type(type)
    argument.flags = fallback == nil ? UInt32(ORIEN_REQUIRED) : 0
    argument.name = Immortal.text(name)
    argument.doc = Immortal.text(doc)
    argument.fallback = Immortal.text(fallback?.text)
    argument.rules = Immortal.text(Rule.text(of: rules))
    table = Immortal.value(argument)
    self.name = name
    self.read = { $0.flatMap(read) }
  }

  private init<Other>(
    _ other: Argument<Other>, changing change: (inout orien_arg) -> Void,
    read: @escaping @Sendable (JSON?) -> Value?
  ) {
    var argument = other.table.pointee
    change(&argument)
    table = Immortal.value(argument)
    name = other.name
    self.read = read
  }

  /// The argument's value in what the node handed over.
  func value(in values: Arguments) throws(Failure) -> Value {
    let json = values[name]
    guard let value = read(json) else {
      throw Failure(.invalid, "args.\(name): \(json?.text ?? "nothing") is not of its type")
    }
    return value
  }
}

extension Argument {
  /// One that may be left out, and is nil then.
  public static func optional<Wrapped>(_ argument: Argument<Wrapped>) -> Argument
  where Value == Wrapped? {
    let read = argument.read
    return Argument(argument, changing: { $0.flags &= ~UInt32(ORIEN_REQUIRED) }) { json in
      guard let json, json != .null else { return .some(nil) }
      return read(json).map { .some($0) }
    }
  }

  /// One that is never logged, stored or shown.
  public static func secret(_ argument: Argument) -> Argument {
    Argument(argument, changing: { $0.flags |= UInt32(ORIEN_SECRET) }, read: argument.read)
  }
}

extension Argument where Value == String {
  public static func text(
    _ name: String, _ doc: String, default fallback: String? = nil, _ rules: Rule...
  ) -> Argument {
    Argument(ORIEN_TEXT, name, doc, fallback.map { .string($0) }, rules) { $0.string }
  }

  /// The path of a file that lay in the session's workspace, relative to it.
  public static func file(_ name: String, _ doc: String, _ rules: Rule...) -> Argument {
    Argument(ORIEN_FILE, name, doc, nil, rules) { $0.string }
  }
}

extension Argument where Value == Int {
  public static func integer(
    _ name: String, _ doc: String, default fallback: Int? = nil, _ rules: Rule...
  ) -> Argument {
    Argument(ORIEN_I64, name, doc, fallback.map { .integer($0) }, rules) { $0.integer }
  }
}

extension Argument where Value == Double {
  public static func number(
    _ name: String, _ doc: String, default fallback: Double? = nil, _ rules: Rule...
  ) -> Argument {
    Argument(ORIEN_F64, name, doc, fallback.map { .number($0) }, rules) { $0.number }
  }

  public static func number(
    _ name: String, _ doc: String, default fallback: Int, _ rules: Rule...
  ) -> Argument {
    Argument(ORIEN_F64, name, doc, .integer(fallback), rules) { $0.number }
  }
}

extension Argument where Value == Bool {
  public static func bool(
    _ name: String, _ doc: String, default fallback: Bool? = nil
  ) -> Argument {
    Argument(ORIEN_BOOL, name, doc, fallback.map { .bool($0) }, []) { $0.bool }
  }
}

extension Argument where Value == [UInt8] {
  /// Bytes, which callers write in base64.
  public static func bytes(_ name: String, _ doc: String, _ rules: Rule...) -> Argument {
    Argument(ORIEN_BYTES, name, doc, nil, rules) { $0.string.flatMap(base64Decoded) }
  }
}

extension Argument where Value == JSON {
  /// Any JSON value. The default is its text, such as "{}"; text that is no JSON traps.
  public static func json(
    _ name: String, _ doc: String, default fallback: String? = nil, _ rules: Rule...
  ) -> Argument {
    Argument(ORIEN_JSON, name, doc, fallback.map { JSON(trusting: $0) }, rules) { $0 }
  }
}

extension Argument where Value == [String] {
  public static func texts(
    _ name: String, _ doc: String, default fallback: [String]? = nil, _ rules: Rule...
  ) -> Argument {
    Argument(ORIEN_TEXTS, name, doc, fallback.map { .array($0.map { .string($0) }) }, rules) {
      guard let array = $0.array else { return nil }
      let texts = array.compactMap(\.string)
      return texts.count == array.count ? texts : nil
    }
  }
}
