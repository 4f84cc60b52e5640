import OrienLedger
import OrienModel
import OrienSystem

// Commands that change who may ask a node. They write its file; the node reads it when it is told to.
extension Command {
  private static let hint = "a node that runs knows by `orien reload`, or by SIGHUP"

  /// Tells the new key once: nobody can read it anywhere afterwards.
  static func newKey(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = invocation.operands[0]
    if let fault = KeyRecord.fault(ofName: name) {
      throw .usage("\(name): \(fault)", invocation.command)
    }
    let role = try invocation.role()
    let secret = String(hex: Random.bytes(32))
    let record = KeyRecord(
      name: name, role: role, print: Fingerprint(of: secret.utf8),
      createdAt: Timestamp.now.iso8601)
    try KeyFile.change(in: try Configuration.load(invocation).stateFolder) {
      (keys) throws(Failure) in
      guard !keys.contains(where: { $0.name == name }) else {
        throw Failure(
          .conflict, "key-exists", "there is a key \(name): revoke it first, or take another name")
      }
      keys.append(record)
    }
    let members = [
      JSON.Member("name", .string(name)), JSON.Member("role", .string(role.rawValue)),
      JSON.Member("key", .string(secret)),
    ]
    if try !invocation.answered(.object(members)) { try invocation.console.line(secret) }
    invocation.console.tell("this is the only time that the key is shown; \(hint)")
    return .success
  }

  static func listKeys(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let keys = try KeyFile.read(in: try Configuration.load(invocation).stateFolder)
    let shown = keys.map { key in
      JSON.object([
        JSON.Member("name", .string(key.name)), JSON.Member("role", .string(key.role.rawValue)),
        JSON.Member("createdAt", .string(key.createdAt)),
      ])
    }
    if try invocation.answered(.object([JSON.Member("keys", .array(shown))])) { return .success }
    var table = TextTable("NAME", "ROLE", "CREATED")
    for key in keys { table.add(key.name, key.role.rawValue, key.createdAt) }
    try invocation.console.write(table.text(invocation.console.style))
    return .success
  }

  static func revokeKey(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = invocation.operands[0]
    try KeyFile.change(in: try Configuration.load(invocation).stateFolder) {
      (keys) throws(Failure) in
      let hint = Nearest.hint(for: name, among: keys.map(\.name))
      guard let place = keys.firstIndex(where: { $0.name == name }) else {
        throw Failure(.notFound, "unknown-key", "there is no key \(name.printable)\(hint)")
      }
      keys.remove(at: place)
    }
    if try !invocation.answered(.object([JSON.Member("revoked", .string(name))])) {
      try invocation.console.line("\(name): revoked")
    }
    invocation.console.tell(hint)
    return .success
  }
}

extension Invocation {
  fileprivate func role() throws(Failure) -> KeyRecord.Role {
    guard let text = value(.keyRole) else { return .tenant }
    guard let role = KeyRecord.Role(rawValue: text) else {
      throw .usage("--role \(text): expected operator or tenant", command)
    }
    return role
  }
}
