/// A role's contract, as its page has it: what any backend of that role can be asked, and how one shows
/// that it keeps to it.
package struct RolePage: Sendable {
  /// `vm/1`
  package let id: String
  package let doc: String
  package let operations: [RoleOperation]
  /// A backend may have tools beside its operations.
  package let allowsTools: Bool
  /// In the order in which they are to be made, one after the other.
  package let checks: [RoleCheck]

  init(
    id: String, doc: String, operations: [RoleOperation], allowsTools: Bool, checks: [RoleCheck]
  ) {
    self.id = id
    self.allowsTools = allowsTools
    self.doc = doc
    self.operations = operations
    self.checks = checks
  }

  package func operation(_ name: String) -> RoleOperation? {
    operations.first { $0.name == name }
  }

  /// Some of its operations have a lane of their own.
  package var hasClosingLane: Bool { operations.contains { $0.lane == .closing } }

  /// The name of the page's file: `vm.1.json`.
  package var fileName: String {
    id.split(separator: "/").joined(separator: ".") + ".json"
  }

  /// A role and its number: `^[a-z][a-z0-9-]{0,31}/[0-9]{1,3}$`.
  package static func isID(_ text: String) -> Bool {
    let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
    return parts.count == 2 && (1...32).contains(parts[0].count)
      && parts[0].first!.isASCIILowercase
      && parts[0].allSatisfy {
        $0.isASCIILowercase || $0.isASCIIDigit || $0 == UInt8(ascii: "-")
      }
      && (1...3).contains(parts[1].count) && parts[1].allSatisfy(\.isASCIIDigit)
  }
}

/// One thing that a backend of a role is asked to do: JSON in, JSON out.
package struct RoleOperation: Sendable {
  package let name: String
  package let doc: String
  package let arguments: [Argument]
  /// The members of the object that it answers with.
  package let result: [Argument]
  /// It changes something outside of the node: its intent and its outcome stand in the ledger.
  package let changes: Bool
  package let lane: Lane
  /// How long one takes at most, and how large its answer is.
  package let limits: Limits
  /// How it may fail. All else that a backend says is its own fault.
  package let failures: [RoleFailure]

  /// Operations that stop, delete, close or withdraw never wait for those that do not.
  package enum Lane: String, Sendable, CaseIterable {
    case ordinary, closing
  }

  package func lists(_ failure: Failure) -> Bool {
    failures.contains { $0.matches(failure) }
  }
}

/// A failure that a page foresees: by its code, or by code and reason.
package struct RoleFailure: Sendable {
  package let code: Failure.Code
  /// Nil: any.
  package let reason: String?
  package let doc: String

  package func matches(_ failure: Failure) -> Bool {
    code == failure.code && (reason == nil || reason == failure.reason)
  }

  package var told: String { (code.pageName ?? "internal") + (reason.map { " \($0)" } ?? "") }
}

/// One call by which a backend shows that it keeps to its role's page.
package struct RoleCheck: Sendable {
  package let name: String
  package let operation: String
  package let arguments: JSON
  package let expected: Expected

  package enum Expected: Sendable {
    /// An answer with these members, and whatever others the page has.
    case result([JSON.Member])
    case failure(RoleFailure)
  }
}

extension Failure.Code {
  /// The codes that a page may name, as it names them.
  static let ofPages: [(name: String, code: Failure.Code)] = [
    ("invalid", .invalid), ("denied", .denied), ("not-found", .notFound), ("limited", .limited),
    ("unavailable", .unavailable), ("conflict", .conflict),
  ]

  /// Nil where no page has it.
  package var pageName: String? { Self.ofPages.first { $0.code == self }?.name }
}
