import OrienModel
import OrienSystem

extension Command {
  /// `orien vm access`: a private key that the node has made is handed out once, so that its file is
  /// there before it is asked for.
  static func showAccess(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = invocation.operands[0]
    let node = try invocation.node(of: name)
    let machine = try node.json("GET", Paths.machine(name))
    let file = try invocation.value(.save).map { path throws(Failure) in
      try NewKeyFile(at: invocation.environment.absolute(path))
    }
    let answer = Result { () throws(Failure) in try node.json("GET", Paths.access(name)) }
    guard let file else {
      try invocation.show(access: try answer.get(), saved: nil)
      return .success
    }
    guard case .success(let access) = answer, let key = access["ssh_key"]?["private_key"]?.string
    else {
      try file.discard()
      let access = try answer.get()
      try invocation.show(access: access, saved: nil)
      let date = access["ssh_key"]?["handed_out_at"]?.string?.printable
      guard access["ssh_port"]?.int64 != nil else {
        throw Failure(
          .unavailable, "no-way",
          "\(name): is \(access["status"].plain.printable); its key is handed out once it is made")
      }
      throw Failure(
        .notFound, "no-private-key",
        date.map { "\(name): its key was handed out at \($0), and nobody has it here any more" }
          ?? "\(name): there is no private key to save: log in by the one that it was made with")
    }
    do throws(Failure) {
      try file.write(key)
    } catch {
      // It is not given twice: better on the terminal than lost.
      invocation.console.explain(error)
      try invocation.show(access: access, saved: nil)
      return ExitCode(error)
    }
    invocation.remember(key: file.path, of: machine)
    try invocation.show(access: access, saved: file.path)
    return .success
  }
}

extension Invocation {
  fileprivate func show(access: JSON, saved path: String?) throws(Failure) {
    let key = access["ssh_key"]
    guard has(.json) else {
      if let port = access["ssh_port"]?.int64 {
        let user = access["ssh_user"]?.string?.printable ?? "root"
        try console.line("\(user)@\(access["ssh_host"].plain.printable), port \(port)")
      } else {
        try console.line("there is no way yet: it is \(access["status"].plain.printable)")
      }
      if let path { return try console.line("its private key: \(path)") }
      if let text = key?["private_key"]?.string {
        // A key has lines, and no more than that.
        for line in text.lines where !line.isEmpty { try console.line(String(line).printable) }
        console.tell("this is the only time that the private key is shown")
      }
      return
    }
    guard let path, let members = access.members else { return try console.json(access) }
    let kept = (key?.members ?? []).map { member in
      member.name == "private_key" ? JSON.Member("private_key_file", .string(path)) : member
    }
    try console.json(
      .object(
        members.map { $0.name == "ssh_key" ? JSON.Member("ssh_key", .object(kept)) : $0 }))
  }
}

/// A file for a private key: new, and nobody else's to read from its first moment on.
final class NewKeyFile {
  let path: String
  private let folder: Folder
  private let name: FolderPath
  private let file: Descriptor

  /// Refuses a name that is there. `path` is absolute.
  init(at path: String) throws(Failure) {
    self.path = path
    let slash = path.lastIndex(of: "/") ?? path.startIndex
    name = try FolderPath(String(path[path.index(after: slash)...]))
    folder = try Folder(at: slash == path.startIndex ? "/" : String(path[..<slash]))
    file = try folder.file(name, for: .create)
  }

  func write(_ text: String) throws(Failure) {
    do throws(SystemError) {
      try file.writeAll(Array((text.hasSuffix("\n") ? text : text + "\n").utf8))
      try file.sync()
    } catch {
      throw error.failure("writing \(path)")
    }
  }

  func discard() throws(Failure) { try folder.discard(name) }
}
