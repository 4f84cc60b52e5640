internal import OrienModel

/// Why a node does not take a transaction. Each software says it in words of its own, and the number
/// beside them is of no use.
enum SendRefusal: Sendable, Equatable {
  /// It has it already: it was taken.
  case known
  case nonceUsed
  case underpriced
  case noFunds
  case other

  private static let words: [(Self, [String])] = [
    (
      .known,
      ["already known", "known transaction", "alreadyknown", "already imported", "already in pool"]
    ),
    (.nonceUsed, ["nonce too low", "nonce is too low", "oldnonce", "nonce has already been used"]),
    (
      .underpriced,
      ["underpriced", "replacementnotallowed", "too low to replace", "feetoolowtocompete"]
    ),
    (.noFunds, ["insufficient funds", "insufficientfunds", "upfront cost exceeds"]),
  ]

  init(_ message: String) {
    let message = message.lowercased()
    let found = Self.words.first { _, words in words.contains { message.mentions($0) } }
    self = found?.0 ?? .other
  }

  /// The failure of the role's page; nil where it was taken.
  func failure(_ message: String) -> Failure? {
    switch self {
    case .known: nil
    case .nonceUsed: Failure(.conflict, "nonce-used", message)
    case .underpriced: Failure(.conflict, "underpriced", message)
    case .noFunds: Failure(.conflict, "no-funds", message)
    case .other: Failure(.conflict, "refused", message)
    }
  }
}

extension String {
  fileprivate func mentions(_ words: String) -> Bool {
    var rest = utf8[...]
    while !rest.isEmpty {
      if rest.starts(with: words.utf8) { return true }
      rest.removeFirst()
    }
    return false
  }
}
