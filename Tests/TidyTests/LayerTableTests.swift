import Testing

@Suite("Tidy: layers")
struct LayerTableTests {
  private let manifest: LayerTable
  private let page: LayerTable

  init() throws {
    manifest = LayerTable(manifest: try Tree.source("Package.swift").text)
    page = LayerTable(page: try Tree.source("Sources/ARCHITECTURE.md").text)
  }

  private func layers(_ table: LayerTable) -> LayerTable {
    let folders = Set(
      Tree.sources.filter { $0.stands(in: ["Sources"]) && !$0.module.isEmpty }.map(\.module))
    return LayerTable(rows: table.rows.filter { folders.contains($0.module) })
  }

  @Test("A row leans on rows above its own")
  func leansDown() {
    #expect(layers(manifest).upward.isEmpty)
  }

  @Test("A row that leans on one below it is found")
  func findsUpward() {
    let table = LayerTable(manifest: #"module("A", ["B"]), module("B", [])"#)
    #expect(table.upward == ["A leans up on B"])
  }

  @Test("ARCHITECTURE.md has the rows of Package.swift")
  func pageAgrees() {
    let table = layers(manifest)
    #expect(Set(table.rows.map(\.module)) == Set(page.rows.map(\.module)))
    for row in table.rows {
      #expect(Set(page[row.module]?.uses ?? []) == Set(row.uses), "\(row.module)")
    }
  }

  @Test("Both forms of the table are read")
  func readsBoth() {
    let manifest = #"header("C"), module("A", ["C"]), module(  "B", ["A", "C"])"#
    let page = """
      | L0 | `C` | values | |
      | L1 | `A` | what it is for | C |
      | L2 | `B` | what it is for | A C |
      """
    #expect(LayerTable(manifest: manifest).rows == LayerTable(page: page).rows)
    #expect(LayerTable(page: page).rows.count == 3)
  }

  @Test("Every folder under Sources is a row, and every row but a library's is a folder")
  func foldersAreRows() {
    let rows = Set(manifest.rows.map(\.module))
    let folders = Set(
      Tree.sources.filter { $0.stands(in: ["Sources"]) && !$0.module.isEmpty }.map(\.module))
    #expect(folders.subtracting(rows).isEmpty)
  }

  @Test(
    "A C library has one keeper",
    arguments: [
      ("CLinux", ["OrienSystem"]),
      ("CLibFFI", ["OrienFFI"]),
      ("COrienABI", ["OrienFFI", "OrienPlugins", "OrienKit"]),
      ("COrienJail", ["OrienSandbox", "orien-jail", "COrienWarm"]),
      ("CSQLite", ["OrienLedger"]),
      ("CSodium", ["OrienPlugins", "OrienSandbox", "OrienLedger", "OrienEVM", "OrienNode"]),
      ("CLateLibrary", ["CCurl", "CSecp256k1", "CLibCrypto"]),
      ("CSecp256k1", ["OrienEVM"]),
      ("CLibCrypto", ["OrienEVM"]),
      ("CCurl", ["OrienHTTPClient"]),
      ("CSimdjson", ["OrienModel"]),
      ("CRE2", ["OrienModel"]),
    ])
  func keepers(_ library: String, _ allowed: [String]) {
    let users = layers(manifest).rows.filter { $0.uses.contains(library) }.map(\.module)
    #expect(Set(users).isSubset(of: allowed))
  }
}
