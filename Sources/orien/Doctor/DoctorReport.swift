import OrienModel

/// What an examination found, as people and programs read it.
struct DoctorReport {
  let posture: Posture
  let checks: [Check]

  var json: JSON {
    .object([
      JSON.Member("isolation", .string(posture.isolation)),
      JSON.Member("walled", .bool(posture.isWalled)),
      JSON.Member("checks", .array(checks.map(\.json))),
    ])
  }

  /// A table of all, and then what would be better and how.
  func text(_ style: Style) -> String {
    var table = TextTable("CHECK", "STATE", "FOUND")
    for check in checks { table.add(check.name, check.state.rawValue, check.what) }
    var text = table.text(style)
    for state in [Check.State.bad, .weak] {
      for check in checks where check.state == state {
        let head = state == .bad ? style.red(check.name) : style.yellow(check.name)
        text += "\n\(head): \((check.why ?? check.what).printable)\n"
        if let remedy = check.remedy { text += "  -> \(remedy.printable)\n" }
      }
    }
    return text + "\n\(verdict(style))\n"
  }

  private func verdict(_ style: Style) -> String {
    if posture.isWalled { return style.green("Scripts are walled in here: \(posture.isolation).") }
    if posture.isObstructed { return style.red("Scripts are refused here: they get no workspace.") }
    return style.red(
      "Scripts are refused here, unless --allow-unsafe is given: nothing walls them in.")
  }
}
