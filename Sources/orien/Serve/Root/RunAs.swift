import OrienModel
import OrienSystem

/// As whom a node goes on that root has started.
enum RunAs: Sendable, Equatable {
  /// As the user `orien`, where there is one; else as root.
  case auto
  case root
  case user(String)

  static let usual = "orien"
}

extension Format where Value == RunAs {
  static let runAs = Format(expected: "auto, root, or the name of a user") { text in
    switch text {
    case "auto": return .auto
    case "root": return .root
    default:
      let isName = text.utf8.count <= 256 && !text.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
      return isName && !text.contains(":") && !text.contains("/") ? .user(text) : nil
    }
  } show: {
    switch $0 {
    case .auto: "auto"
    case .root: "root"
    case .user(let name): name
    }
  }
}

extension Configuration {
  /// Finds whom RUN_AS means where this process is root and is to be somebody else, and has it trust him
  /// with what is his. Whether there is such a user only a start has to know.
  mutating func takeAccount() {
    guard User.current == 0, let name = wantedUser,
      let found = try? UserAccount(named: name), found.id != 0, found.group != 0
    else { return }
    account = found
    User.serve(found)
  }

  /// Refuses to start as, or to become, somebody whom nobody can be.
  func checkUser() throws(Failure) {
    guard runAs != .auto else { return }
    guard User.current == 0 else { return try checkUnprivileged() }
    guard account == nil, let name = wantedUser else { return }
    let isThere = try Self.account(named: name) != nil
    throw Self.userRefusal(
      isThere
        ? "\(name) is root by another name, or has root's group"
        : "there is no user \(name.quoted) on this machine")
  }

  private var wantedUser: String? {
    switch runAs {
    case .auto: RunAs.usual
    case .root: nil
    case .user(let name): name
    }
  }

  /// Only root can become somebody else.
  private func checkUnprivileged() throws(Failure) {
    let name = wantedUser ?? "root"
    guard try Self.account(named: name)?.id == User.current else {
      throw Self.userRefusal(
        "\(name) is not who starts the node, and only root can become another user")
    }
  }

  private static func account(named name: String) throws(Failure) -> UserAccount? {
    do throws(SystemError) { return try UserAccount(named: name) } catch {
      throw error.failure("looking for the user \(name)")
    }
  }

  static func userRefusal(_ what: String) -> Failure {
    Failure(.invalid, "configuration", "RUN_AS: \(what)")
  }
}
