import OrienKernel
import OrienLedger
import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("The configuration")
struct ConfigurationTests {
  let scratch = Scratch()

  private func load(
    flags: [String: (flag: String, value: String)] = [:], _ variables: [String: String] = [:],
    file: String? = nil
  ) throws(Failure) -> Configuration {
    let environment = Environment(
      variables: variables, workingFolder: scratch.path, executablePath: "/usr/bin/orien",
      userID: Environment.current.userID)
    return try Configuration.load(flags: flags, environment: environment, file: file)
  }

  @Test("Flags win over the environment, that over .env, that over the file, that over defaults")
  func precedence() throws {
    let file = scratch.write(
      "orien.conf", "# all\nPORT=1\nQUEUE_LENGTH=1\nRETAIN_DAYS=1\n\nPROVIDER_ID='a b'\n")
    _ = scratch.write(".env", "PORT=2\nQUEUE_LENGTH=2\nexport RETAIN_DAYS=2\r\n# more\r\n")
    let configuration = try load(
      flags: ["PORT": ("port", "4")], ["PORT": "3", "QUEUE_LENGTH": "3"], file: "orien.conf")
    #expect(configuration.port == 4)
    #expect(configuration.policy.queued == 3)
    #expect(configuration.ledger.retainDays == 2)
    #expect(configuration.providerID == "a b")
    #expect(configuration.origin["PORT"] == .flag("port"))
    #expect(configuration.origin["QUEUE_LENGTH"] == .environment)
    #expect(
      configuration.origin["RETAIN_DAYS"] == .workingFolder(path: scratch.path + "/.env", line: 3))
    #expect(configuration.origin["PROVIDER_ID"] == .file(path: file, line: 6))
    #expect(configuration.origin["HOST"] == nil)
  }

  @Test("Without a word a node listens on 127.0.0.1:4000 and keeps its things in the user's home")
  func defaults() throws {
    let home = try load(["HOME": "/home/a"])
    #expect(home.addresses.map(\.description) == ["127.0.0.1:4000"])
    try home.check()
    let user = Environment(
      variables: ["HOME": "/home/a"], workingFolder: scratch.path, userID: 1000)
    let own = try Configuration.load(environment: user)
    #expect(own.stateFolder == "/home/a/.local/state/orien")
    #expect(own.workspaceFolder == "/home/a/.local/state/orien/workspaces")
    #expect(own.toolsFolder == scratch.path + "/tools.d")
    let elsewhere = try load(["XDG_STATE_HOME": "/x", "TOOLS_DIR": "t"])
    #expect(elsewhere.stateFolder == "/x/orien")
    #expect(elsewhere.toolsFolder == scratch.path + "/t")
    let root = Environment(variables: ["HOME": "/root"], workingFolder: scratch.path, userID: 0)
    #expect(try Configuration.load(environment: root).stateFolder == "/var/lib/orien")
  }

  @Test("Every fault of every source is named, with its place and what was expected")
  func faults() throws {
    let path = scratch.write("c", "PROVIDER_NAM=x\nPORT = 1\nPORT=1\nPORT=2\nRETAIN_DAYS=never\n")
    let failure = #expect(throws: Failure.self) {
      try load(["PORT": "70000", "MEMORY_BYTES": "12Q"], file: path)
    }
    let message = try #require(failure?.message)
    #expect(
      message.contains("\(path):1: no setting is named PROVIDER_NAM; did you mean PROVIDER_NAME?"))
    #expect(message.contains("\(path):2: expected KEY=VALUE"))
    #expect(message.contains("\(path):4: PORT is set in line 3 already"))
    #expect(
      message.contains("RETAIN_DAYS=never (\(path):5): expected a whole number from 1 to 36500"))
    #expect(message.contains("PORT=70000 (environment): expected a whole number from 0 to 65535"))
    #expect(message.contains("MEMORY_BYTES=12Q (environment): expected bytes"))
    #expect(ExitCode(try #require(failure)) == ExitCode(78))
  }

  @Test("A setting of a part that is not built yet warns, wherever it stands, and stops nothing")
  func later() throws {
    let path = scratch.write("c", "GOLEM_PROVIDER_UNHEARD=3\n")
    let configuration = try load(["COORDINATOR_URL": "http://localhost:3000"], file: path)
    #expect(configuration.warnings.count == 2)
    #expect(configuration.warnings[0].contains("GOLEM_PROVIDER_UNHEARD (\(path):1)"))
  }

  @Test("A file that is asked for must be there; those that are looked for need not")
  func missing() {
    let failure = #expect(throws: Failure.self) { try load(file: "nothing.conf") }
    #expect(failure?.code == .notFound)
  }

  @Test("A file that others may write to is refused, for it chooses the code that is loaded")
  func untrusted() {
    let path = scratch.write("c", "PORT=1\n", mode: 0o646)
    let failure = #expect(throws: Failure.self) { try load(file: path) }
    #expect(failure?.reason == "untrusted-path")
  }

  @Test("LISTEN stands over HOST and PORT, unless one of these was set more strongly")
  func listening() throws {
    let path = scratch.write("c", "LISTEN=127.0.0.1:1, [::1]:2\n")
    #expect(
      try load(file: path).addresses.map(\.description) == ["127.0.0.1:1", "[::1]:2"])
    #expect(
      try load(["PORT": "3"], file: path).addresses.map(\.description) == ["127.0.0.1:3"])
    let flag = ["LISTEN": (flag: "listen", value: "127.0.0.1:4")]
    #expect(
      try load(flags: flag, ["PORT": "3"]).addresses.map(\.description) == ["127.0.0.1:4"])
  }

  @Test(
    "Beyond loopback a key is needed, and one that nobody guesses",
    arguments: [(nil, "no-key"), ("demo-key", "weak-key"), ("short", "weak-key")]
      as [(String?, String)])
  func weak(_ key: String?, _ reason: String) throws {
    var variables = ["LISTEN": "127.0.0.1:1,0.0.0.0:1"]
    variables["PROVIDER_API_KEY"] = key
    let failure = #expect(throws: Failure.self) { try load(variables).check() }
    #expect(failure?.reason == reason)
    #expect(failure?.message.contains("PROVIDER_API_KEY_FILE") == true)
    variables["LISTEN"] = "127.0.0.1:1"
    try load(variables).check()
  }

  @Test("A key comes from a file that no other user may read, and is never shown")
  func keyFile() throws {
    let key = "0123456789abcdef0123"
    let path = scratch.write("key", key + "\r\nmore\n")
    let configuration = try load(["PROVIDER_API_KEY_FILE": "key", "HOST": "0.0.0.0"])
    #expect(configuration.apiKey == key)
    try configuration.check()
    let open = scratch.write("open", key, mode: 0o644)
    let refused = #expect(throws: Failure.self) { try load(["PROVIDER_API_KEY_FILE": open]) }
    #expect(refused?.reason == "open-key")
    #expect(throws: Failure.self) {
      try load(["PROVIDER_API_KEY_FILE": path, "PROVIDER_API_KEY": key])
    }
    let capture = Capture()
    #expect(
      capture.run("config", "show", "--json", variables: ["PROVIDER_API_KEY": key]) == .success)
    #expect(capture.run("config", "show", variables: ["PROVIDER_API_KEY": key]) == .success)
    #expect(!capture.output.contains(key))
    #expect(capture.output.contains("(set)"))
  }

  @Test("Of two settings that give the key the stronger counts, and two in one place are an error")
  func strongerKey() throws {
    _ = scratch.write("one", "key-of-file-one-0123\n")
    let file = ["PROVIDER_API_KEY_FILE": (flag: "key-file", value: "one")]
    let inEnvironment = ["PROVIDER_API_KEY": "key-of-the-environment"]
    #expect(try load(flags: file, inEnvironment).apiKey == "key-of-file-one-0123")
    let conf = scratch.write("conf", "PROVIDER_API_KEY_FILE=one\n")
    #expect(try load(inEnvironment, file: conf).apiKey == "key-of-the-environment")
    #expect(try load(["PROVIDER_API_KEY": "none"], file: conf).apiKey == nil)
    _ = scratch.write(".env", "PROVIDER_API_KEY=key-of-dot-env\n")
    #expect(try load(file: conf).apiKey == "key-of-dot-env")
    #expect(try load(["PROVIDER_API_KEY_FILE": "one"]).apiKey == "key-of-file-one-0123")
    _ = scratch.write(".env", "PROVIDER_API_KEY=key-of-dot-env\nPROVIDER_API_KEY_FILE=one\n")
    let failure = #expect(throws: Failure.self) { try load() }
    #expect(failure?.message.contains(".env:1) and PROVIDER_API_KEY_FILE") == true)
  }

  @Test(
    "A value that is shown is read as the same value again", arguments: Setting.all.map(\.name))
  func shown(_ name: String) throws {
    let setting = try #require(Setting.named(name))
    let value = setting.show(Configuration())
    guard !value.isEmpty, value != "none" || !setting.isSecret else { return }
    var other = Configuration()
    #expect(setting.apply(&other, value))
    #expect(setting.show(other) == value)
  }

  @Test("Backends are named by role, each role once")
  func backends() throws {
    let two = try load(["BACKENDS": "vm/1:com.example.vm, proxy/1:test.proxy", "ROLES_DIR": "r"])
    #expect(two.backends == ["vm/1": "com.example.vm", "proxy/1": "test.proxy"])
    #expect(Setting.named("BACKENDS")?.show(two) == "proxy/1:test.proxy,vm/1:com.example.vm")
    #expect(two.rolesFolder == scratch.path + "/r")
    for wrong in ["vm/1", "vm:a", "vm/1:a,vm/1:b", "vm/1:", "vm/1:a:b"] {
      #expect(throws: Failure.self) { try load(["BACKENDS": wrong]) }
    }
    // Nobody named a folder, and none is there: a node without roles.
    #expect(try load().roles().pages.isEmpty)
    #expect(throws: Failure.self) { try two.roles() }
  }

  @Test("Bytes are written with letters of 1024, and nothing overflows")
  func bytes() {
    let format = Format<UInt64>.bytes(0...1 << 50)
    #expect(format.parse("512M") == 512 << 20)
    #expect(format.parse("1t") == 1 << 40)
    #expect(format.parse("65537") == 65537)
    for text in ["", "M", "-1", "1.5G", "99999999999999T", "18446744073709551615", "1KB", "0x1"] {
      #expect(format.parse(text) == nil)
    }
    #expect(format.show(1536 << 20) == "1536M")
  }
}
