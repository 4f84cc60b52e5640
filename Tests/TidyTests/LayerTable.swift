/// The rows of one table of layers: each module and the modules it may lean on, bottom up.
struct LayerTable: Sendable {
  struct Row: Sendable, Equatable {
    let module: String
    let uses: [String]
  }

  let rows: [Row]

  subscript(module: String) -> Row? { rows.first { $0.module == module } }

  /// Each use of a module that does not stand above the row that uses it.
  var upward: [String] {
    rows.enumerated().flatMap { index, row in
      let above = Set(rows[..<index].map(\.module))
      return row.uses.filter { !above.contains($0) }.map { "\(row.module) leans up on \($0)" }
    }
  }
}

extension LayerTable {
  /// Reads the rows of Package.swift: `module("OrienHTTP", ["OrienSystem"])` and its relatives.
  init(manifest: String) {
    let row =
      /(header|system|shim|module|program|bareProgram|bareLibrary|tests|cPlugin|swiftPlugin|fuzz|bench|executableTarget)\(\s*(?:name:\s*)?"([\w-]+)"(?:,\s*(?:dependencies:\s*)?\[([^\]]*)\])?/
    rows = manifest.matches(of: row).map { match in
      let uses = (match.3 ?? "").matches(of: /"([\w-]+)"/).map { String($0.1) }
      let name = String(match.2)
      return switch match.1 {
      case "tests": Row(module: name + "Tests", uses: uses)
      case "fuzz", "bench": Row(module: "\(match.1)-\(name)", uses: uses)
      case "cPlugin": Row(module: name, uses: ["COrienABI"])
      case "swiftPlugin": Row(module: name, uses: ["COrienABI", "OrienKit"] + uses)
      default: Row(module: name, uses: uses)
      }
    }
  }

  /// Reads the table of ARCHITECTURE.md: `| L1 | OrienHTTP | what it is for | OrienSystem |`.
  /// A row of several modules names what each of them leans on.
  init(page: String) {
    rows = page.split(separator: "\n").flatMap { line -> [Row] in
      let cells = line.split(separator: "|").map { $0.matches(of: /[\w-]+/).map { String($0.0) } }
      guard line.hasPrefix("| L") || line.hasPrefix("| --"), cells.count == 4 else { return [] }
      return cells[1].map { Row(module: $0, uses: cells[3]) }
    }
  }
}
