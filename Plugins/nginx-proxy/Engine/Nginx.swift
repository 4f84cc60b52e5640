internal import OrienKit

/// The operator's nginx, by the programs that the manifest grants. None of them is waited for without a
/// bound.
struct Nginx: Sendable {
  /// What it is called with before anything else, such as `-c FILE`.
  let options: [String]
  /// Where it writes its number.
  let pidFile: String

  private static let bound: UInt64 = 5000

  /// Throws where it would not take its configuration, with its own words.
  func check(_ call: borrowing Call) throws(Failure) {
    let said = try run(call, "nginx", options + ["-t", "-q"])
    guard said.exit.isSuccess else {
      throw Failure(
        .unavailable, "nginx -t does not take the configuration: \(Self.words(said.errors))",
        reason: "configuration-refused")
    }
  }

  /// Asks the master to read its configuration anew. It has not done so when this returns.
  func reload(_ call: borrowing Call) throws(Failure) {
    let said = try run(call, "nginx", options + ["-s", "reload"])
    guard said.exit.isSuccess else {
      throw Failure(
        .unavailable, "nginx -s reload failed: \(Self.words(said.errors))",
        reason: "reload-failed")
    }
  }

  /// Such as 1.22.1.
  func version(_ call: borrowing Call) throws(Failure) -> String {
    let said = try run(call, "nginx", ["-v"])
    let words = Self.words(said.errors)
    guard let slash = words.lastIndex(of: "/") else { return words }
    return String(words[words.index(after: slash)...].prefix { $0 != " " })
  }

  /// Whether it would read that file.
  func includes(_ path: String, _ call: borrowing Call) throws(Failure) -> Bool {
    let said = try run(call, "nginx", options + ["-T", "-q"], bytes: 8 << 20)
    guard said.exit.isSuccess else {
      throw Failure(
        .unavailable, "nginx -T does not take the configuration: \(Self.words(said.errors))",
        reason: "configuration-refused")
    }
    let line = "# configuration file \(path):"
    return said.output.split(separator: 0x0A).contains { $0.elementsEqual(line.utf8) }
  }

  /// Throws where it does not run: the file is missing, or what has its number is no nginx.
  func processes(_ call: borrowing Call) throws(Failure) -> Processes {
    let file = try run(call, "cat", [pidFile])
    let listing = try run(call, "ps", ["-C", "nginx", "-o", "pid=,ppid=,args="], bytes: 4 << 20)
    let number = String(decoding: file.output, as: UTF8.self)[...].trimmed
    guard file.exit.isSuccess, let master = Int(number),
      let found = Processes(String(decoding: listing.output, as: UTF8.self), master: master)
    else {
      throw Failure(
        .unavailable,
        "nginx does not run: \(pidFile) "
          + (file.exit.isSuccess ? "names \(number), which is no nginx" : "is not there"),
        reason: "nginx-not-running")
    }
    return found
  }

  func listeners(_ call: borrowing Call) throws(Failure) -> Listeners {
    let said = try run(call, "ss", ["-H", "-l", "-t", "-n", "-p"], bytes: 4 << 20)
    return Listeners(String(decoding: said.output, as: UTF8.self))
  }

  /// Ends the sessions that clients have with a port, and says whether none is left.
  func cut(_ port: Int, _ call: borrowing Call) throws(Failure) -> Bool {
    let there = ["-H", "-t", "-n", "state", "connected", "sport", "=", ":\(port)"]
    _ = try run(call, "ss", ["-K"] + there, bytes: 4 << 20)
    let left = try run(
      call, "ss", ["-H", "-t", "-n", "state", "established", "sport", "=", ":\(port)"],
      bytes: 4 << 20)
    return left.output.isEmpty
  }

  private func run(
    _ call: borrowing Call, _ program: String, _ arguments: [String], bytes: UInt64 = 64 << 10
  ) throws(Failure) -> Captured {
    let command = Command(program, arguments, wallMilliseconds: Self.bound, isOutside: true)
    let said: Captured
    do throws(Failure) { said = try call.run(command, capturing: bytes) } catch {
      guard error.status != .cancelled else { throw error }
      throw Failure(
        .unavailable, "\(program) cannot be started: \(error.message)", reason: "no-program")
    }
    guard said.exit.reason != .wall else {
      throw Failure(
        .unavailable,
        "\(program) \(arguments.joined(separator: " ")) did not come back in "
          + "\(Self.bound / 1000) seconds", reason: "program-hung")
    }
    return said
  }

  /// Its first complaint, in a line.
  private static func words(_ bytes: [UInt8]) -> String {
    let lines = bytes.split(separator: 0x0A)
    let grave = lines.first { line in
      String(decoding: line, as: UTF8.self).hasPrefix("nginx: [emerg]")
    }
    let line = String(decoding: grave ?? lines.first ?? [], as: UTF8.self)
    return line.isEmpty ? "it does not say why" : String(line.prefix(500))
  }
}
