/// The faults of one call's arguments: the first of them by place and message, the rest as a
/// number, so that no request makes an answer large.
struct ArgumentFaults {
  /// The member that holds the arguments: `args`.
  let base: String
  private var listed: [Failure.Fault] = []
  private var count = 0

  static let mostListed = 32

  init(base: String) { self.base = base }

  var hasRoom: Bool { listed.count < Self.mostListed }

  /// Of all arguments together.
  mutating func add(_ what: String) { add(Failure.Fault("/" + base, "\(base) \(what)")) }

  /// Of one argument, or of one entry of it.
  mutating func add(_ what: String, to name: String, index: Int? = nil) {
    guard hasRoom else { return count += 1 }
    let label = Self.label(name) + (index.map { "[\($0)]" } ?? "")
    add(Failure.Fault(pointer(name, index: index), "\(base).\(label): \(what)"))
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

  private func pointer(_ name: String, index: Int? = nil) -> String {
    var pointer = JSONPointer().appending(base)
    // A name as long as this is nobody's; its place would only fill the answer.
    guard name.utf8.count <= 256 else { return pointer.description }
    pointer = pointer.appending(name)
    return (index.map { pointer.appending($0) } ?? pointer).description
  }

  private static func label(_ name: String) -> String {
    Argument.isName(name) ? name : name.quoted
  }
}
