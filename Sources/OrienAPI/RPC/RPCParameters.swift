import OrienModel

/// The parameters of a method, by name; what nobody knows is refused.
struct RPCParameters {
  private let json: JSON

  init(_ params: JSON, knowing method: RPCMethod) throws(RPCError) {
    guard let members = params.members else {
      guard params.array?.isEmpty == true else {
        throw .invalidParams("\(method.name) takes its parameters by name")
      }
      json = .object([])
      return
    }
    let names = method.parameters.map(\.name)
    for member in members where !names.contains(where: { $0.hasSameBytes(as: member.name) }) {
      let hint = Nearest.hint(for: member.name, among: names)
      throw .invalidParams("\(member.name): is no parameter of \(method.name)\(hint)")
    }
    json = params
  }

  /// Null is as good as nothing.
  subscript(name: String) -> JSON? {
    if case .null? = json[name] { nil } else { json[name] }
  }

  func text(_ name: String) throws(RPCError) -> String? {
    guard let value = self[name] else { return nil }
    guard let text = value.string else {
      throw .invalidParams("\(name): expected a string, got \(value.kindName)")
    }
    return text
  }

  func texts(_ name: String) throws(RPCError) -> [String] {
    guard let value = self[name] else { return [] }
    guard let array = value.array else {
      throw .invalidParams("\(name): expected an array, got \(value.kindName)")
    }
    var texts: [String] = []
    for element in array {
      guard let text = element.string else { throw .invalidParams("\(name): expected strings") }
      texts.append(text)
    }
    return texts
  }

  func whole(_ name: String, _ bounds: ClosedRange<Int64>) throws(RPCError) -> Int64? {
    guard let value = self[name] else { return nil }
    guard let number = value.int64, bounds.contains(number) else {
      throw .invalidParams(
        "\(name): expected a whole number from \(bounds.lowerBound) to \(bounds.upperBound)")
    }
    return number
  }
}
