import Testing

@Suite("Tidy: rules of a file")
struct RuleTests {
  @Test("The tree keeps", arguments: Rule.all)
  func treeKeeps(_ rule: Rule) {
    let faults = Tree.sources.flatMap(rule.faults)
    #expect(faults.isEmpty, "\(rule.sentence):\n\(faults.joined(separator: "\n"))")
  }

  @Test("A file that breaks the rule is found", arguments: Rule.all)
  func bites(_ rule: Rule) {
    #expect(!rule.faults(rule.breaks).isEmpty)
  }

  @Test("A file that only looks like it is left alone", arguments: Rule.all)
  func spares(_ rule: Rule) {
    #expect(rule.faults(rule.keeps).isEmpty)
  }

  @Test("The tree is read whole")
  func readsTheTree() {
    let paths = Set(Tree.sources.map(\.path))
    #expect(paths.isSuperset(of: ["Package.swift", "Makefile", ".ci/run", "Plugins/echo/echo.c"]))
    #expect(paths.contains("Tests/TidyTests/RuleTests.swift"))
  }

  @Test(
    "Comments and literals are told from code",
    arguments: [
      ("a // b\nc", "a     \nc", "      \n "),
      ("a /* b /* c */ d */ e", "a                   e", "                     "),
      (#"a("b\"c") d"#, #"a("    ") d"#, #"   b\"c    "#),
      ("a(\"\"\"\nb \" c\n\"\"\") d", "a(\"\"\"\n     \n\"\"\") d", "     \nb \" c\n      "),
      (##"a(#"b"c"#) d"##, ##"a(#"   "#) d"##, #"    b"c     "#),
    ])
  func blanks(_ text: String, _ code: String, _ literals: String) {
    let source = Source("Sources/X/X.swift", text)
    #expect(source.code == code)
    #expect(source.literals == literals)
  }
}
