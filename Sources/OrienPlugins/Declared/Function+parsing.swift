import OrienFFI
import OrienModel

extension Function {
  /// Takes what a manifest says of a function.
  init(_ members: inout ManifestObject) throws(Failure) {
    let library = try members.take("library", as: \.string, "a string") ?? ""
    guard library.isLibraryName else {
      throw members.refusal(
        "library",
        "expected a name that the dynamic loader finds, like libz.so.1, found \(library.quoted)")
    }
    self.library = library
    let symbol = try members.take("symbol", as: \.string, "a string") ?? ""
    guard symbol.isVariable else {
      throw members.refusal("symbol", "expected the name of a function, found \(symbol.quoted)")
    }
    self.symbol = symbol
    var draft = FunctionDraft()
    for var argument in try members.objects("args") { try draft.add(&argument) }
    parameters = try draft.finished()
    arguments = draft.arguments
    returns = try members.returns()
    expected = try members.take("expects", as: \.int64, "a whole number")
    if let name = try members.take("emits", as: \.string, "a buffer's name") {
      guard let place = draft.places[name], case .buffer = parameters[place] else {
        throw members.refusal("emits", "no buffer of args is named \(name.quoted)")
      }
      emitted = place
    }
    try checkResult(members)
  }

  private func checkResult(_ members: ManifestObject) throws(Failure) {
    if expected != nil, !returnedType.isInteger {
      throw members.refusal("expects", "only of a function that returns an integer")
    }
    if emitted == nil, case .value(.void) = returns {
      throw members.refusal(
        "emits", "is missing: a function that returns void has a buffer to emit")
    }
  }
}

/// Parameters that are being read: one may speak of another that comes later.
private struct FunctionDraft {
  private(set) var arguments: [DeclaredArgument] = []
  /// Of parameters that others may name.
  private(set) var places: [String: Int] = [:]
  private var parameters: [Function.Parameter?] = []
  private var sizes: [Size] = []

  private struct Size {
    var place: Int
    var type: ForeignType?
    var name: String
    var refusal: Failure
  }

  /// The types that are written so and are no numbers.
  private static let others = ["bool", "f32", "f64", "text", "bytes", "buffer", "u64*"]

  mutating func add(_ members: inout ManifestObject) throws(Failure) {
    let known = ForeignType.integers.map(\.rawValue) + Self.others
    let expected = "one of " + known.joined(separator: ", ")
    guard let word = try members.take("type", as: \.string, expected) else {
      throw members.refusal("type", "is missing; expected \(expected)")
    }
    guard known.contains(word) else {
      throw members.refusal(
        "type", "expected \(expected), found \(word.quoted)" + Nearest.hint(for: word, among: known)
      )
    }
    let type = ForeignType(rawValue: word)
    if let name = try members.take("sizeOf", as: \.string, "the name of bytes or a buffer") {
      guard word == "u64*" || type?.isInteger == true else {
        throw members.refusal("type", "a size is an integer or u64*")
      }
      let refusal = members.refusal(
        "sizeOf", "no bytes and no buffer of args is named \(name.quoted)")
      sizes.append(Size(place: parameters.count, type: type, name: name, refusal: refusal))
      parameters.append(nil)
    } else if word == "u64*" {
      throw members.refusal("sizeOf", "is missing: u64* is the size of a buffer")
    } else if let value = try members.take("value", as: { $0 }, "a number, true or false") {
      guard let type, let bits = type.bits(of: value) else {
        throw members.refusal("value", "expected a value of type \(word), found \(value.kindName)")
      }
      parameters.append(.constant(bits, type))
    } else if word == "buffer" {
      try addBuffer(&members)
    } else {
      try addArgument(&members, word, type)
    }
    try members.finish()
  }

  private mutating func addBuffer(_ members: inout ManifestObject) throws(Failure) {
    let name = try members.take("name", as: \.string, "a string") ?? ""
    guard !name.isEmpty, places[name] == nil else {
      throw members.refusal("name", "a buffer has a name, by itself; found \(name.quoted)")
    }
    let most = Function.mostBufferBytes
    let bytes = try members.take("bytes", as: \.int64, "a whole number") ?? 0
    guard bytes > 0, bytes <= most else {
      throw members.refusal("bytes", "expected 1 to \(most), found \(bytes)")
    }
    places[name] = parameters.count
    parameters.append(.buffer(bytes: Int(bytes)))
  }

  private mutating func addArgument(
    _ members: inout ManifestObject, _ word: String, _ type: ForeignType?
  ) throws(Failure) {
    let argument = try DeclaredArgument(
      &members, kind: Self.kind(word, type), bounds: type?.bounds ?? [])
    guard places[argument.name] == nil else {
      throw members.refusal("name", "\(argument.name) is there twice")
    }
    let place = arguments.count
    switch word {
    case "text": parameters.append(.text(argument: place))
    case "bytes": parameters.append(.bytes(argument: place))
    default: parameters.append(.number(argument: place, type!))
    }
    places[argument.name] = parameters.count - 1
    arguments.append(argument)
  }

  private static func kind(_ word: String, _ type: ForeignType?) -> Argument.Kind {
    switch word {
    case "text": .text
    case "bytes": .bytes
    case "bool": .bool
    case "f32", "f64": .number
    default: .integer
    }
  }

  /// All of them, now that each is known.
  mutating func finished() throws(Failure) -> [Function.Parameter] {
    for size in sizes {
      guard let place = places[size.name] else { throw size.refusal }
      switch (parameters[place], size.type) {
      case (.buffer, let type?), (.bytes, let type?):
        parameters[size.place] = .size(of: place, type)
      case (.buffer, nil): parameters[size.place] = .sizeCell(of: place)
      default: throw size.refusal
      }
    }
    return parameters.map { $0! }
  }
}

extension ManifestObject {
  fileprivate mutating func returns() throws(Failure) -> Function.Result {
    let types = ForeignType.allCases.filter { $0 != .pointer }
    let known = types.map(\.rawValue) + ["text"]
    let expected = "one of " + known.joined(separator: ", ")
    guard let word = try take("returns", as: \.string, expected) else {
      throw refusal("returns", "is missing; expected \(expected)")
    }
    if word == "text" { return .text }
    guard let type = types.first(where: { $0.rawValue == word }) else {
      throw refusal(
        "returns",
        "expected \(expected), found \(word.quoted)" + Nearest.hint(for: word, among: known))
    }
    return .value(type)
  }
}

extension ForeignType {
  /// Rules of a caller's argument: what the type has no bits for never comes to a call.
  fileprivate var bounds: [JSON.Member] {
    guard let range, self != .i64 else { return [] }
    let least = JSON.Member("minimum", .integer(range.lowerBound))
    return self == .u64 ? [least] : [least, JSON.Member("maximum", .integer(range.upperBound))]
  }

  fileprivate func bits(of json: JSON) -> UInt64? {
    switch self {
    case .bool: json.bool.map { $0 ? 1 : 0 }
    case .u64: json.uint64
    case .f32: json.double.map { UInt64(Float($0).bitPattern) }
    case .f64: json.double?.bitPattern
    default:
      json.int64.flatMap { range?.contains($0) == true ? UInt64(bitPattern: $0) : nil }
    }
  }
}

extension String {
  fileprivate var isLibraryName: Bool {
    (1...255).contains(utf8.count) && hasPrefix("lib")
      && split(separator: ".").dropFirst().contains("so")
      && utf8.allSatisfy { $0.isASCIIWord || ".+".utf8.contains($0) }
  }
}
