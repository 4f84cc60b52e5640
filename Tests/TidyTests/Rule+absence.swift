/// What is deliberately absent: the invariants that ARCHITECTURE.md names.
extension Rule {
  static let absence: [Rule] = [
    .never(
      #"\b(async|await|actor|Task|MainActor|TaskGroup|AsyncStream)\b"#,
      "The node uses no Swift concurrency",
      where: { $0.isNode && $0.isSwift },
      breaks: Source("Sources/X/X.swift", "func run() async {}\n"),
      keeps: Source("Sources/X/X.swift", "// Nothing here is async.\nlet a = \"await\"\n")),
    .never(
      #"\b(fork|vfork|clone3?|_Fork)\s*\("#, "The node never forks",
      where: { $0.isNode && !$0.stands(in: ["Sources/COrienJail", "Sources/orien-jail"]) },
      breaks: Source("Sources/OrienSystem/X.swift", "let pid = fork()\n"),
      keeps: Source("Sources/orien-jail/x.c", "pid_t pid = fork();\n")),
    .never(
      #"\bposix_spawn\w*\s*\("#, "One folder starts processes",
      where: { $0.isNode && !$0.stands(in: ["Sources/OrienSystem", "Sources/CLinux"]) },
      breaks: Source("Sources/OrienKernel/X.swift", "posix_spawn(&pid, path, nil, nil, a, e)\n"),
      keeps: Source("Sources/OrienSystem/X.swift", "posix_spawn(&pid, path, nil, nil, a, e)\n")),
    .never(
      #"\bdlclose\s*\("#, "Nothing is ever unloaded",
      where: { $0.isProgram },
      breaks: Source("Tests/XTests/X.swift", "dlclose(handle)\n"),
      keeps: Source("Tests/XTests/X.swift", "// Never dlclose(handle).\n")),
    .never(
      #"^\s*#\s*include\s*<(unistd|fcntl|signal|sched|poll|spawn|pthread|sys/\w+|linux/\w+)\.h>"#,
      "Only OrienSystem, the jail, what stands in it and libraries' shims make system calls",
      where: { source in
        let inside = ["COrienWarm", "COrienWarmNode", "COrienWarmPython"]
        let programs = ["orien-jail", "orien-warm-node", "orien-warm-python"]
        // They load a library once, and one waits for its sockets.
        let shims = ["CCurl", "CLibCrypto", "CSecp256k1"]
        let keepers = (["CLinux", "COrienJail"] + inside + programs + shims).map { "Sources/" + $0 }
        return source.isC && source.stands(in: ["Sources"]) && !source.stands(in: keepers)
      },
      breaks: Source("Sources/CRE2/x.cpp", "#include <re2.h>\n#include <unistd.h>\n"),
      keeps: Source("Sources/CLinux/x.c", "#include <unistd.h>\n")),
    .never(
      #"\b(SELECT\s.*\bFROM\b|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+(TABLE|INDEX)|PRAGMA\s)"#,
      in: .literals, "Only OrienLedger knows SQL",
      where: { $0.isNode && !$0.stands(in: ["Sources/OrienLedger"]) },
      breaks: Source("Sources/OrienKernel/X.swift", "let q = \"SELECT id FROM executions\"\n"),
      keeps: Source("Sources/OrienKernel/X.swift", "let q = \"Select one from the list\"\n")),
    .never(
      #"^\s*/(health|tools|execute|executions|sessions|plugins|metrics|openapi\.json|docs)\b"#,
      in: .literals, "Only OrienAPI, and the command line that calls it, know URLs",
      where: {
        $0.isNode && $0.isSwift && !$0.stands(in: ["Sources/OrienAPI", "Sources/orien"])
      },
      breaks: Source("Sources/OrienKernel/X.swift", "let a = \"/tools/echo\"\n"),
      keeps: Source("Sources/OrienKernel/X.swift", "let a = \"tools and more\"\n")),
    .never(
      // 200, 400 and 500 are numbers of many things; these are numbers of nothing else.
      #"\b(202|204|401|403|404|405|409|413|414|415|421|422|429|431|501|503|507)\b"#,
      "Only OrienAPI, OrienHTTP's own refusals and the client know status codes",
      where: { source in
        let keepers = ["OrienAPI", "OrienHTTP", "OrienHTTPClient", "orien"]
        return source.isNode && source.isSwift
          && !source.stands(in: keepers.map { "Sources/" + $0 })
      },
      breaks: Source("Sources/OrienKernel/X.swift", "throw Refused(404)\n"),
      keeps: Source("Sources/OrienAPI/X.swift", "throw Refused(404)\n")),
    .never(
      #"(?i)(price|cost|money|micro_?units|amount).*\b(Double|Float|float)\b|\b(Double|Float|float)\b.*(price|cost|money|micro_?units|amount)"#,
      "No money is ever a Double",
      where: { $0.isNode },
      breaks: Source("Sources/X/X.swift", "var priceMicroUnits: Double\n"),
      keeps: Source("Sources/X/X.swift", "var priceMicroUnits: Int64\nvar load: Double\n")),
    .never(
      // Compiled at each start, and as often as it counts.
      #"(matching\(|"pattern": *)"[^"]*\{[0-9]*,?([2-9][0-9]|[0-9]{3,})\}"#, in: .text,
      "How long a text may be no shipped pattern counts",
      where: { $0.stands(in: ["Plugins", "Sources/COrienABI/Roles"]) },
      breaks: Source("Plugins/x/Plugin.swift", "default: \"\", .matching(\"^[a-z]{0,63}$\"))\n"),
      keeps: Source("Plugins/x/Plugin.swift", ".matching(\"^[a-z]{2}$\"), .length(2...2)\n")),
    .never(
      #"\b(sleep|usleep|nanosleep|clock_nanosleep|time\.sleep)\s*\("#,
      "No test sleeps: it waits for the event",
      where: { $0.stands(in: ["Tests"]) && !$0.stands(in: ["Tests/Fixtures"]) },
      breaks: Source("Tests/Rigs/x.py", "time.sleep(1)\n"),
      keeps: Source("Tests/Rigs/x.py", "script = 'time.sleep(1)'\n")),
    .never(
      #"\.disabled\s*\(|\bXCTSkip\b|@unittest\.skip|\.skipTest\("#, "No test is switched off",
      where: { $0.stands(in: ["Tests"]) },
      breaks: Source("Tests/EndToEnd/x.py", "@unittest.skip(why)\n"),
      keeps: Source("Tests/EndToEnd/x.py", "reader.skip(1)\n")),
  ]
}
