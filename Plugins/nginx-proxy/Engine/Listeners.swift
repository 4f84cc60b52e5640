/// Who listens where on this machine, as `ss -H -l -t -n -p` tells it.
struct Listeners {
  private struct Row {
    let port: Int
    /// Nil where it cannot be told for certain.
    let processes: Set<Int>?
    let text: String
  }
  private let rows: [Row]

  init(_ listing: String) {
    rows = listing.split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", omittingEmptySubsequences: true)
      guard words.count >= 5, words[0] == "LISTEN", let colon = words[3].lastIndex(of: ":"),
        let port = Int(words[3][words[3].index(after: colon)...])
      else { return nil }
      let users = words[5...].joined(separator: " ")
      return Row(
        port: port, processes: Self.processes(users),
        text: "\(words[3])" + (users.isEmpty ? "" : " of \(users)"))
    }
  }

  /// Whether anybody listens there, at whatever address.
  func isTaken(_ port: Int) -> Bool { rows.contains { $0.port == port } }

  /// Whether all that listens there is held by the master and by one of its workers: nginx opens
  /// sockets before it knows whether it takes a configuration, and workers have them only then.
  func isHeld(_ port: Int, by nginx: Processes) -> Bool {
    let holders = rows.filter { $0.port == port }.map(\.processes)
    return !holders.isEmpty
      && holders.allSatisfy { processes in
        guard let processes else { return false }
        return processes.contains(nginx.master) && !processes.isDisjoint(with: nginx.workers)
      }
  }

  /// Who else listens there, for people.
  func others(at port: Int, than nginx: Processes) -> String? {
    let strangers = rows.filter { row in
      row.port == port && !(row.processes?.contains(nginx.master) ?? false)
    }
    return strangers.first?.text
  }

  /// Reads `users:(("nginx",pid=7,fd=6),("nginx",pid=8,fd=6))`. A process chooses its name: what is not
  /// exactly of this form is not believed.
  private static func processes(_ users: String) -> Set<Int>? {
    guard users.hasPrefix("users:("), users.hasSuffix(")") else { return nil }
    var rest = users.dropFirst("users:(".count).dropLast()
    var found: Set<Int> = []
    while !rest.isEmpty {
      guard rest.hasPrefix("(\""), let end = rest.firstIndex(of: ")") else { return nil }
      let parts = rest[rest.startIndex..<end].dropFirst(2)
        .split(separator: "\"", omittingEmptySubsequences: false)
      guard parts.count == 2 else { return nil }
      let numbers = parts[1].split(separator: ",", omittingEmptySubsequences: false)
      guard numbers.count == 3, numbers[0].isEmpty, numbers[1].hasPrefix("pid="),
        numbers[2].hasPrefix("fd="), let pid = Int(numbers[1].dropFirst(4)),
        Int(numbers[2].dropFirst(3)) != nil
      else { return nil }
      found.insert(pid)
      rest = rest[rest.index(after: end)...]
      if rest.hasPrefix(",") { rest = rest.dropFirst() } else if !rest.isEmpty { return nil }
    }
    return found
  }
}
