import OrienModel

// Commands that show machines.
extension Command {
  static func listMachines(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let answer = try invocation.node().json("GET", Paths.machines)
    if try invocation.answered(answer) { return .success }
    var table = TextTable("NAME", "STATUS", "CPU", "MEMORY", "STORAGE", "SSH", "ID")
    for machine in answer.array ?? [] {
      let size = machine["resources"]
      table.add(
        machine["name"].plain, machine["status"].plain, size?["cpu"].plain ?? "",
        "\(size?["memory"].plain ?? "") GB", "\(size?["storage"].plain ?? "") GB",
        machine.door ?? "", machine["id"].plain)
    }
    try invocation.console.write(table.text(invocation.console.style))
    return .success
  }

  static func showMachine(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let name = invocation.operands[0]
    let machine = try invocation.node(of: name).json("GET", Paths.machine(name))
    try invocation.show(machine: machine)
    return .success
  }
}

extension Invocation {
  func show(machine: JSON) throws(Failure) {
    if try answered(machine) { return }
    let size = machine["resources"]
    let rows: [(String, String)] = [
      ("name", machine["name"].plain), ("id", machine["id"].plain),
      ("status", machine["status"].plain), ("reason", machine["error_message"].plain),
      ("paused", machine["pause"].plain),
      (
        "size",
        "\(size?["cpu"].plain ?? "") processors, \(size?["memory"].plain ?? "") GB of memory, "
          + "\(size?["storage"].plain ?? "") GB of disk"
      ),
      ("image", machine["image"].plain), ("ssh", machine.door ?? ""),
      ("created", machine["created_at"].plain),
    ]
    for (name, text) in rows where !text.isEmpty {
      try console.line("\(name): \(text.printable)")
    }
  }
}

extension JSON {
  /// `host:port` of its SSH; nil where there is no way yet.
  fileprivate var door: String? {
    guard let port = self["ssh_port"]?.int64 else { return nil }
    return "\(self["proxy_host"].plain):\(port)"
  }
}
