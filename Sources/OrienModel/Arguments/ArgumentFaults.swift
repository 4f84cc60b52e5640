/// The faults of one call's arguments: the first of them by place and message, the rest as a
/// number, so that no request makes an answer large.
struct ArgumentFaults {
  /// The member that holds the arguments: `args`.
  let base: String
  private var listed: [Failure.Fault] = []
  private var count = 0

  static let mostListed = 32

  /// Where inside an argument.
  enum Part {
    case entry(Int)
    case member(String)
  }

  init(base: String) { self.base = base }

  var hasRoom: Bool { listed.count < Self.mostListed }

  /// Of all arguments together.
  mutating func add(_ what: String) { add(Failure.Fault("/" + base, "\(base) \(what)")) }

  /// Of one argument, or of one part of it.
  mutating func add(_ what: String, to name: String, at part: Part? = nil) {
    guard hasRoom else { return count += 1 }
    let label =
      switch part {
      case nil: Self.label(name)
      case .entry(let index): "\(Self.label(name))[\(index)]"
      case .member(let member): "\(Self.label(name)).\(Self.label(member))"
      }
    add(Failure.Fault(pointer(name, part), "\(base).\(label): \(what)"))
  }

  /// The words that callers of ORIEN's nodes know.
  mutating func addMissing(_ name: String) {
    add(Failure.Fault(pointer(name), "Missing required argument: \(name)"))
  }

  mutating func addUnlisted(_ more: Int) { count += more }

  /// Nil where nothing is wrong.
  var failure: Failure? {
    guard let first = listed.first else { return nil }
    let more = count == 1 ? "" : " (and \(count - 1) more)"
    return Failure(.invalid, "invalid-arguments", first.message + more, faults: listed)
  }

  private mutating func add(_ fault: Failure.Fault) {
    count += 1
    if hasRoom { listed.append(fault) }
  }

  private func pointer(_ name: String, _ part: Part? = nil) -> String {
    let pointer = JSONPointer().appending(base)
    guard Self.hasPlace(name) else { return pointer.description }
    let inside = pointer.appending(name)
    return switch part {
    case .entry(let index): inside.appending(index).description
    case .member(let member) where Self.hasPlace(member): inside.appending(member).description
    case nil, .member: inside.description
    }
  }

  /// A name longer than this is nobody's; its place would only fill the answer.
  private static func hasPlace(_ name: String) -> Bool { name.utf8.count <= 256 }

  private static func label(_ name: String) -> String {
    let isPlain = name.utf8.allSatisfy {
      $0.isASCIILetter || $0.isASCIIDigit || $0 == UInt8(ascii: "_")
    }
    return isPlain && !name.isEmpty && name.utf8.count <= 64 ? name : name.quoted
  }
}
