import OrienModel

extension Condition {
  /// As people read it.
  func text(_ style: Style) -> String {
    var lines = [row("Overall", overall(style))]
    if let engine {
      lines += ["", row(engine.title, mark(engine.isFound ? "OK" : nil, "Missing", style))]
      if let version = engine.version { lines.append(row("  Version", version.printable)) }
      if engine.isSole { lines.append(row("  Chosen as", Self.soleEngine)) }
      if let error = engine.error { lines.append(row("  Reason", error.printable)) }
    }
    if !choices.isEmpty {
      lines += [
        "", row("Machines", "rented out once you set \(choices.joined(separator: " or "))"),
      ]
    }
    lines += [
      "", row("Provider Port", "\(provider.host):\(provider.port)"),
      row(
        "  Local",
        mark(provider.isReady ? provider.local.rawValue : nil, provider.local.rawValue, style)),
      row("  External", external(style)),
    ]
    if let ssh { lines += [""] + rows(of: ssh, style) }
    if let payments { lines += [""] + payments.rows.map { row($0.name, $0.text) } }
    lines += [""] + rowsOfNode
    for issue in issues { lines.append(style.yellow("- \(issue)")) }
    return lines.joined(separator: "\n") + "\n"
  }

  private func row(_ name: String, _ text: String) -> String {
    name + String(repeating: " ", count: max(1, 16 - name.count)) + text
  }

  private func mark(_ good: String?, _ bad: String, _ style: Style) -> String {
    good.map { style.green("✅ \($0)") } ?? style.red("❌ \(bad)")
  }

  private func overall(_ style: Style) -> String {
    switch verdict {
    case .healthy: style.green("Healthy")
    case .issues: style.yellow("Issues detected")
    case .error: style.red("Error")
    }
  }

  private func external(_ style: Style) -> String {
    let error = provider.external.error.map { " — \($0.printable)" } ?? ""
    return switch provider.external.status {
    case .reachable: mark("reachable", "", style)
    case .unreachable, .checkFailed: mark(nil, "unreachable" + error, style)
    case .notVerified: "not verified: nobody outside is asked"
    case .unknown: "unknown" + error
    }
  }

  private func rows(of ssh: SSHPorts, _ style: Style) -> [String] {
    let count = ssh.unreachable + ssh.notListening
    let state =
      switch ssh.status {
      case .ok: style.green("OK")
      case .limited: style.yellow("limited — \(count) issue(s)")
      case .blocked: style.red("blocked")
      }
    var rows = [
      row("SSH Ports", "\(ssh.range.lowerBound)-\(ssh.range.upperBound - 1) — \(state)"),
      row("  Usable free", "\(ssh.usableFree)"), row("  In use", "\(ssh.inUse)"),
    ]
    var parts: [String] = []
    if ssh.status == .blocked {
      parts.append("\(ssh.unreachable) not reachable externally")
    } else if ssh.unreachable > 0 {
      parts.append("\(ssh.unreachable) unreachable")
    }
    if ssh.notListening > 0 { parts.append("\(ssh.notListening) not listening") }
    if !parts.isEmpty { rows.append(row("  Issues", parts.joined(separator: ", "))) }
    return rows
  }

  private var rowsOfNode: [String] {
    guard let node else { return [row("Node", "none runs")] }
    return [row("Node", node["status"].plain.printable)]
      + (node.members ?? []).filter { $0.name != "status" }.map { member in
        row("  " + member.name.printable + " ", member.value.plain.printable)
      }
  }
}
