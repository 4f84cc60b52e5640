import OrienModel

/// One thing that an operator wants to know of a machine before a node runs on it: a row of what
/// `orien doctor` says.
struct Check: Sendable, Equatable {
  let name: String
  let state: State
  /// What was found.
  let what: String
  /// Why that is not better.
  let why: String?
  /// One command or step that would make it better; nil where there is none.
  let remedy: String?

  enum State: String, Sendable, CaseIterable {
    case ok
    /// It works, and could be better.
    case weak
    /// It does not work, or not as it is configured.
    case bad
  }

  private init(
    _ name: String, _ state: State, _ what: String, why: String? = nil, remedy: String? = nil
  ) {
    self.name = name
    self.state = state
    self.what = what
    self.why = why
    self.remedy = remedy
  }

  static func ok(_ name: String, _ what: String) -> Check { Check(name, .ok, what) }

  static func weak(_ name: String, _ what: String, why: String, remedy: String? = nil) -> Check {
    Check(name, .weak, what, why: why, remedy: remedy)
  }

  static func bad(_ name: String, _ what: String, why: String, remedy: String? = nil) -> Check {
    Check(name, .bad, what, why: why, remedy: remedy)
  }

  var json: JSON {
    let members: [(String, String?)] = [
      ("name", name), ("state", state.rawValue), ("what", what), ("why", why), ("remedy", remedy),
    ]
    return .object(
      members.compactMap { name, text in text.map { JSON.Member(name, .string($0)) } })
  }
}
