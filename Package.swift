// swift-tools-version: 6.2
import PackageDescription

// One row a module, from the bottom up: a module may lean on rows above its own and on nothing
// else. Sources/ARCHITECTURE.md says what each is for; a test holds both to the same table.

let swift: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]
// Two modules that every file would import unasked, and with them the libraries that they stand on.
let lean: [SwiftSetting] = [
  .unsafeFlags([
    "-Xfrontend", "-disable-implicit-concurrency-module-import",
    "-Xfrontend", "-disable-implicit-string-processing-module-import",
  ])
]
let c: [CSetting] = [.unsafeFlags(["-std=gnu17", "-Wall", "-Wextra", "-Werror"])]
let cxx: [CXXSetting] = [.unsafeFlags(["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter"])]

func system(_ name: String, _ pkgConfig: String, _ package: String) -> Target {
  .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}
func header(
  _ name: String, _ uses: [Target.Dependency] = [], excluding pages: [String] = [],
  adding more: [CSetting] = [], linking library: String? = nil
) -> Target {
  .target(
    name: name, dependencies: uses, exclude: pages, cSettings: c + more,
    linkerSettings: library.map { [.linkedLibrary($0)] } ?? [])
}
func shim(_ name: String, links library: String) -> Target {
  .target(name: name, cxxSettings: cxx, linkerSettings: [.linkedLibrary(library)])
}
func module(_ name: String, _ uses: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: uses, swiftSettings: swift + lean)
}
func program(_ name: String, _ uses: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: uses, swiftSettings: swift + lean)
}
func tests(_ name: String, _ uses: [Target.Dependency]) -> Target {
  .testTarget(name: name + "Tests", dependencies: uses, swiftSettings: swift)
}

// A plugin exports its entry and nothing else, and is never unloaded. Its library is read and hashed
// at each start of the node, so it carries no symbols for debuggers.
let entryAlone: [LinkerSetting] = [
  .unsafeFlags([
    "-Xlinker", "--version-script=\(Context.packageDirectory)/Plugins/entry.map",
    "-Xlinker", "-z", "-Xlinker", "nodelete",
  ]),
  .unsafeFlags(["-Xlinker", "--strip-all"], .when(configuration: .release)),
]
func cPlugin(_ name: String) -> Target {
  .target(
    name: "plugin_" + name, dependencies: ["COrienABI"], path: "Plugins/" + name,
    publicHeadersPath: ".", cSettings: c, linkerSettings: entryAlone)
}
func swiftPlugin(
  _ name: String, _ more: [Target.Dependency] = [], in folder: String = "Plugins",
  beside: [String] = []
) -> Target {
  .target(
    name: "plugin_" + name, dependencies: ["COrienABI", "OrienKit"] + more,
    path: folder + "/" + name, exclude: beside, swiftSettings: swift + lean,
    linkerSettings: entryAlone)
}
let plugins = [
  cPlugin("echo"), swiftPlugin("python_script"), swiftPlugin("node_script"),
  swiftPlugin("jail-run"), swiftPlugin("docker-run", ["OrienHTTPClient"], beside: ["image"]),
  swiftPlugin("nginx-proxy", ["OrienHTTPClient", "CNginxProxyFolder"], beside: ["folder"]),
  swiftPlugin("multipass-vm", ["OrienHTTPClient", "OrienCloudInit", "OrienMachineBackend"]),
  swiftPlugin(
    "qemu-vm", ["OrienCloudInit", "OrienDiskImage", "OrienMachineBackend", "CQemuMachines"],
    beside: ["system"]),
  swiftPlugin("stream-payments", ["OrienEVM", "OrienHTTPClient"]),
]
// What a plugin has of the system beside the kit's: a library of C of its own.
let pluginLibraries = [
  ("CQemuMachines", "qemu-vm/system"), ("CNginxProxyFolder", "nginx-proxy/folder"),
].map { name, path in
  Target.target(
    name: name, path: "Plugins/" + path, cSettings: c + [.define("_GNU_SOURCE")])
}
// For tests alone: nobody installs it.
let testPlugins = [
  swiftPlugin("echo_backend", in: "Tests"), swiftPlugin("ports_backend", in: "Tests"),
  swiftPlugin("standing_backend", in: "Tests"), swiftPlugin("vm_backend", in: "Tests"),
  swiftPlugin("adverts_backend", in: "Tests"),
]

// The jail is C alone: without these it would carry Swift's runtime, and so would each program's
// stub. Static, it also starts in a quarter of the time. No sanitizer stands in a static program, so
// for addresses it is linked as others are; it has no threads to look at, and stays plain for them.
let plain = "-fno-sanitize=thread"
let oneThread: CSetting = .unsafeFlags([plain])
let jailLinks: [LinkerSetting] =
  [.linkedLibrary("seccomp")]
  + (Context.environment["ORIEN_SANITIZE"] == "address"
    ? [] : [.unsafeFlags(["-nostartfiles", "-static-executable", "-Xclang-linker", plain])])

// What stands inside a jail is C alone, too, and finds nothing of Swift's there; Swift's driver links
// its library whether anybody needs it or not.
let bareC = c + [.define("_GNU_SOURCE")]
let bareLinks: [LinkerSetting] = [
  .unsafeFlags([
    "-nostartfiles", "-no-toolchain-stdlib-rpath", "-use-ld=lld",
    "-Xlinker", "--remap-inputs=*/libswiftCore.so=/dev/null",
  ])
]
func bareProgram(_ name: String, _ uses: [Target.Dependency]) -> Target {
  .executableTarget(
    name: name, dependencies: uses, cSettings: bareC, linkerSettings: bareLinks)
}
func bareLibrary(_ name: String, _ uses: [Target.Dependency], beside: [String] = []) -> Target {
  .target(
    name: name, dependencies: uses, exclude: beside + ["exports.map"], publicHeadersPath: ".",
    cSettings: bareC,
    linkerSettings: bareLinks + [
      .unsafeFlags([
        "-Xlinker", "--version-script=\(Context.packageDirectory)/Sources/\(name)/exports.map",
        "-Xlinker", "-z", "-Xlinker", "nodelete",
        // What waits has looked up by then what it calls.
        "-Xlinker", "-z", "-Xlinker", "now",
      ])
    ])
}

let layers: [Target] = [
  // L0: C headers and libraries, and the values of the domain
  header("CLinux"),
  header("COrienABI", excluding: ["Roles"]),
  header("COrienJail", adding: [oneThread]),
  header("CLateLibrary"),
  header("CCurl", ["CLateLibrary"]),
  header("CSecp256k1", ["CLateLibrary"]),
  header("CLibCrypto", ["CLateLibrary"]),
  system("CLibFFI", "libffi", "libffi-dev"),
  header("CSQLite", linking: "sqlite3"),
  system("CSodium", "libsodium", "libsodium-dev"),
  shim("CSimdjson", links: "simdjson"),
  shim("CRE2", links: "re2"),
  module("OrienModel", ["CSimdjson", "CRE2"]),
  module("OrienDiskImage", []),
  // L1: one mechanism each
  module("OrienSystem", ["CLinux", "OrienModel"]),
  module("OrienFFI", ["CLibFFI", "COrienABI", "OrienModel"]),
  module("OrienHTTP", ["OrienSystem", "OrienModel"]),
  module("OrienHTTPClient", ["CCurl", "OrienModel"]),
  module(
    "OrienEVM",
    ["CSecp256k1", "CLibCrypto", "CSodium", "OrienHTTPClient", "OrienSystem", "OrienModel"]),
  // L2: what a node has
  module(
    "OrienPlugins", ["OrienFFI", "OrienSystem", "COrienABI", "CSodium", "OrienModel"]),
  module("OrienSandbox", ["COrienJail", "CSodium", "OrienSystem", "OrienModel"]),
  module("OrienLedger", ["CSQLite", "CSodium", "OrienSystem", "OrienModel"]),
  // L3 to L5: how work happens, how it is asked for, and the process
  module(
    "OrienKernel", ["OrienPlugins", "OrienSandbox", "OrienLedger", "OrienSystem", "OrienModel"]),
  module(
    "OrienNode",
    ["CSodium", "OrienKernel", "OrienLedger", "OrienHTTPClient", "OrienSystem", "OrienModel"]),
  module(
    "OrienAPI",
    [
      "OrienNode", "OrienKernel", "OrienPlugins", "OrienSandbox", "OrienLedger", "OrienHTTP",
      "OrienSystem", "OrienModel",
    ]),
  program(
    "orien",
    [
      "OrienAPI", "OrienNode", "OrienKernel", "OrienPlugins", "OrienSandbox", "OrienLedger",
      "OrienHTTP", "OrienHTTPClient", "OrienEVM", "OrienSystem", "OrienDiskImage", "OrienModel",
    ]),
  // Beside the layers
  .executableTarget(
    name: "orien-jail", dependencies: ["COrienJail"],
    cSettings: c + [.define("_GNU_SOURCE"), oneThread],
    linkerSettings: jailLinks),
  header("COrienWarm", ["COrienJail"], adding: [.define("_GNU_SOURCE")]),
  bareLibrary("COrienWarmNode", ["COrienWarm"], beside: ["preload.cjs"]),
  bareLibrary("COrienWarmPython", ["COrienWarm"]),
  bareProgram("orien-warm-node", ["COrienWarm"]),
  bareProgram("orien-warm-python", ["COrienWarm"]),
  program("orien-worker", ["OrienPlugins", "OrienSystem", "OrienModel"]),
  module("OrienKit", ["COrienABI"]),
  module("OrienCloudInit", []),
  module("OrienMachineBackend", ["OrienKit", "OrienCloudInit"]),
  module(
    "OrienTestKit",
    [
      "OrienNode", "OrienKernel", "OrienPlugins", "OrienSandbox", "OrienLedger", "OrienSystem",
      "OrienModel",
    ]),
]

let checks: [Target] = [
  tests("OrienModel", ["OrienModel", "OrienTestKit"]),
  tests("OrienKit", ["OrienKit", "COrienABI"]),
  tests("OrienCloudInit", ["OrienCloudInit"]),
  tests("OrienDiskImage", ["OrienDiskImage"]),
  tests("OrienSystem", ["OrienSystem", "OrienModel"]),
  tests("OrienFFI", ["OrienFFI", "OrienModel", "COrienABI"]),
  tests("OrienHTTP", ["OrienHTTP", "OrienSystem", "OrienModel"]),
  tests("OrienHTTPClient", ["OrienHTTPClient", "OrienModel"]),
  tests("OrienEVM", ["OrienEVM", "OrienSystem", "OrienModel"]),
  tests("OrienPlugins", ["OrienPlugins", "OrienSystem", "OrienModel", "COrienABI", "CSodium"]),
  tests("OrienSandbox", ["OrienSandbox", "COrienJail", "OrienSystem", "OrienModel"]),
  tests("OrienLedger", ["OrienLedger", "CSQLite", "OrienSystem", "OrienModel"]),
  tests(
    "OrienKernel",
    [
      "OrienKernel", "OrienPlugins", "OrienSandbox", "OrienLedger", "OrienTestKit", "OrienSystem",
      "OrienModel",
    ]),
  tests(
    "OrienNode",
    ["OrienNode", "OrienKernel", "OrienLedger", "OrienTestKit", "OrienSystem", "OrienModel"]),
  tests(
    "OrienAPI",
    [
      "OrienAPI", "OrienNode", "OrienKernel", "OrienPlugins", "OrienSandbox", "OrienLedger",
      "OrienHTTP", "OrienTestKit", "OrienSystem", "OrienModel",
    ]),
  tests(
    "orien",
    [
      "orien", "OrienAPI", "OrienNode", "OrienKernel", "OrienSandbox", "OrienLedger", "OrienHTTP",
      "OrienEVM", "OrienPlugins", "OrienSystem", "OrienModel",
    ]),
  tests("Tidy", []),
]

// A program each, whose `main` is libFuzzer's; only there for `make fuzz`, which builds them with
// `--sanitize fuzzer`.
func fuzz(_ name: String, _ uses: [Target.Dependency]) -> Target {
  .executableTarget(
    name: "fuzz-" + name, dependencies: uses, path: "Tests/Fuzz/" + name, exclude: ["corpus"],
    swiftSettings: swift + [.unsafeFlags(["-parse-as-library"])])
}
let fuzzers: [Target] =
  Context.environment["ORIEN_FUZZ"] == nil
  ? []
  : [
    fuzz("abi", ["OrienEVM", "OrienModel"]),
    fuzz("arguments", ["OrienModel"]), fuzz("egress", ["OrienSandbox"]),
    fuzz("elf", ["OrienPlugins", "OrienModel"]),
    fuzz("http", ["OrienHTTP"]), fuzz("json", ["OrienModel"]),
    fuzz("listing", ["OrienPlugins", "OrienModel"]),
    fuzz("manifest", ["OrienPlugins", "OrienModel"]),
    fuzz("rlp", ["OrienEVM", "OrienModel"]),
    fuzz("rpc", ["OrienEVM", "OrienModel"]),
  ]

// Only there for `make bench`.
func bench(_ name: String, _ uses: [Target.Dependency]) -> Target {
  .executableTarget(
    name: "bench-" + name, dependencies: uses, path: "Tests/Bench/" + name,
    swiftSettings: swift + lean + [.unsafeFlags(["-parse-as-library"])])
}
let benches: [Target] =
  Context.environment["ORIEN_BENCH"] == nil
  ? []
  : [
    bench("ledger", ["OrienLedger", "OrienSystem", "OrienModel"]),
    bench("ports", ["OrienNode", "OrienSystem", "OrienModel"]),
    bench("streams", ["OrienTestKit", "OrienPlugins", "OrienSystem", "OrienModel"]),
    bench("workers", ["OrienTestKit", "OrienPlugins", "OrienSystem", "OrienModel"]),
  ]

// Only there for `Tests/Chain`: what a script has the client of chains do.
let probes: [Target] =
  Context.environment["ORIEN_CHAIN"] == nil
  ? []
  : [
    .executableTarget(
      name: "ChainProbe", dependencies: ["OrienEVM", "OrienModel"], path: "Tests/ChainProbe",
      swiftSettings: swift + lean)
  ]

let package = Package(
  name: "orien",
  products: [
    .executable(name: "orien", targets: ["orien"]),
    .executable(name: "orien-jail", targets: ["orien-jail"]),
    .executable(name: "orien-worker", targets: ["orien-worker"]),
    .executable(name: "orien-warm-node", targets: ["orien-warm-node"]),
    .executable(name: "orien-warm-python", targets: ["orien-warm-python"]),
    .library(name: "orien_warm_node", type: .dynamic, targets: ["COrienWarmNode"]),
    .library(name: "orien_warm_python", type: .dynamic, targets: ["COrienWarmPython"]),
  ]
    + (plugins + testPlugins).map {
      .library(name: String($0.name.dropFirst("plugin_".count)), type: .dynamic, targets: [$0.name])
    },
  targets: layers + pluginLibraries + plugins + testPlugins + checks + fuzzers + benches + probes,
  cxxLanguageStandard: .cxx17)
