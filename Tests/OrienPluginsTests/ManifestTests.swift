import OrienModel
import Testing

@testable import OrienPlugins

@Suite("A manifest")
struct ManifestTests {
  @Test("says all that it may")
  func whole() throws {
    let manifest = try Manifest(
      parsing: Array(
        """
        {"enabled": true, "isolation": "node", "limits": {"wallMilliseconds": 500, "processes": 2},
         "require": ["memory", "processes"], "config": {"engine": "x"}, "grants": {"sockets": ["/run/x"]},
         "optional": true, "workspaceUser": 7,
         "price": {"currency": "USDC", "perCall": 5, "perCpuSecond": "18446744073709551615",
                   "perGibSecond": 7, "perUnit": {"token": "3"}},
         "tools": {"t": {"enabled": false, "limits": {"memoryBytes": 9}, "require": ["io"],
                         "price": {"perCall": 1}}}}
        """.utf8))
    #expect(manifest.isEnabled && manifest.isolation == .node)
    #expect(manifest.isOptional && manifest.workspaceUser == 7)
    #expect(manifest.limits.wallMilliseconds == 500 && manifest.limits.processes == 2)
    #expect(manifest.config == [JSON.Member("engine", .string("x"))])
    #expect(manifest.grants.sockets == ["/run/x"])
    #expect(manifest.required == [.memory, .processes])
    #expect(manifest.tools["t"]?.required == [.io])
    var price = Price(currency: "USDC")
    price.perCall = 5
    price.perCPUSecond = .max
    price.perGiBSecond = 7
    price.perUnit = ["token": 3]
    #expect(manifest.price == price)
    #expect(manifest.tools["t"]?.isEnabled == false)
    #expect(manifest.tools["t"]?.limits.memoryBytes == 9)
    #expect(manifest.tools["t"]?.price?.perCall == 1)
  }

  @Test("that says nothing changes nothing")
  func empty() throws {
    let manifest = try Manifest(parsing: Array("{}".utf8))
    #expect(manifest.isEnabled && manifest.isolation == nil && manifest.price == nil)
    #expect(!manifest.isOptional && manifest.workspaceUser == nil)
    #expect(manifest.limits == Limits())
  }

  @Test(
    "is refused with the key that is wrong",
    arguments: [
      (#"{"enbaled": true}"#, "manifest: unknown key \"enbaled\"; did you mean enabled?"),
      (#"{"limits": {"wallMs": 5}}"#, "manifest.limits: unknown key \"wallMs\""),
      (#"{"limits": {"wallMilliseconds": -1}}"#, "manifest.limits.wallMilliseconds: expected"),
      (#"{"limits": {"wallMilliseconds": 0}}"#, "manifest.limits.wallMilliseconds: expected"),
      (#"{"limits": {"wallMilliseconds": 1.5}}"#, "manifest.limits.wallMilliseconds: expected"),
      (
        #"{"workspaceUser": 0}"#, "manifest.workspaceUser: expected the number of a user other than"
      ),
      (#"{"workspaceUser": 4294967296}"#, "manifest.workspaceUser: expected the number of a user"),
      (#"{"limits": []}"#, "manifest.limits: expected an object, found an array"),
      (#"{"enabled": "yes"}"#, "manifest.enabled: expected true or false, found a string"),
      (#"{"isolation": "vm"}"#, "manifest.isolation: expected node or worker, found \"vm\""),
      (#"{"price": {"perCall": 0.5}}"#, "manifest.price.perCall: expected whole micro-units"),
      (#"{"price": {"perCall": 1e3}}"#, "manifest.price.perCall: expected whole micro-units"),
      (#"{"price": {"perCall": -5}}"#, "manifest.price.perCall: expected whole micro-units"),
      (#"{"price": {"perCall": ""}}"#, "manifest.price.perCall: expected whole micro-units"),
      (#"{"price": {"perCall": "99999999999999999999"}}"#, "manifest.price.perCall: expected"),
      (#"{"price": {"currency": "dollar"}}"#, "manifest.price.currency: expected"),
      (#"{"price": {"perSecond": 1}}"#, "manifest.price: unknown key \"perSecond\""),
      (#"{"require": "memory"}"#, "manifest.require: expected an array of strings"),
      (
        #"{"require": ["cpu", "memroy"]}"#,
        "manifest.require: expected memory, cpu, cpuTime, processes, openFiles, fileSize, "
          + "workspaceBytes, workspaceFiles, io, found \"memroy\"; did you mean memory?"
      ),
      (#"{"grants": [1]}"#, "manifest.grants: expected an object, found an array"),
      (#"{"tools": {"t": {"price": 5}}}"#, "manifest.tools.t.price: expected an object"),
      (#"{"tools": {"t": {"limit": {}}}}"#, "manifest.tools.t: unknown key \"limit\""),
      (#"{"enabled": true, "enabled": false}"#, ""), ("[]", "manifest: expected an object"),
      ("{,}", ""), ("", ""),
    ])
  func wrong(text: String, why: String) throws {
    let failure = #expect(throws: Failure.self) { try Manifest(parsing: Array(text.utf8)) }
    #expect(failure?.reason == "bad-manifest")
    #expect(failure?.message.hasPrefix(why) == true, "\(failure?.message ?? "")")
  }

  @Test(
    "is held to the plugin that it is about",
    arguments: [
      (
        #"{"tools": {"toool": {}}}"#,
        "manifest.tools: test.named has no \"toool\"; did you mean tool?"
      ),
      (
        #"{"price": {"perUnit": {"tokens": 1}}}"#,
        "manifest.price.perUnit: nothing meters \"tokens\"; did you mean token?"
      ),
      (#"{"config": {"limit": 10}}"#, "manifest: config.limit"),
      (#"{"config": {"engin": "x"}}"#, "manifest: config.engin"),
      (#"{"config": {"limit": 0}}"#, "open(): limit: is 0"),
      (#"{"isolation": "workers"}"#, "manifest.isolation"), ("{", "manifest: expected a name"),
    ])
  func held(text: String, why: String) throws {
    let tools = try Tools()
    let result = try tools.loadOne(
      Fixture.bytes("named", ["ID=\"test.named\"", "TOOL=\"tool\"", "SETTINGS"]), manifest: text)
    guard case .failure(let failure) = result else {
      Issue.record("it was loaded")
      return
    }
    #expect(failure.message.hasPrefix(why), "\(failure.message)")
  }

  @Test("gives a plugin its settings, limits and prices")
  func given() throws {
    let tools = try Tools()
    let plugin = try tools.plugin(
      "named", ["ID=\"test.named\"", "TOOL=\"tool\"", "SETTINGS"],
      manifest: """
        {"config": {"engine": "e", "hosts": ["h"]}, "price": {"perCall": 3},
         "limits": {"wallMilliseconds": 5000, "memoryBytes": 100},
         "tools": {"tool": {"limits": {"outputBytes": 7}, "price": {"perCall": 4}}}}
        """)
    let call = RecordingCall()
    #expect(plugin.result(of: "tool", host: call).outcome == .done)
    #expect(call.output == "e 5 h \(tools.state)/data/test.named")
    let limits = plugin.limits(of: 0)
    #expect(limits.wallMilliseconds == 1000 && limits.memoryBytes == 100 && limits.outputBytes == 7)
    #expect(plugin.price(of: 0)?.perCall == 4)
    #expect(plugin.isEnabled(0))
  }

  @Test("of any bytes ends in a manifest or a failure")
  func anyBytes() {
    let seed = Array(#"{"limits":{"wallMilliseconds":5},"price":{"perUnit":{"token":"3"}}}"#.utf8)
    for index in seed.indices {
      for byte: UInt8 in [0, 34, 44, 45, 92, 123, 125, 255] {
        var bytes = seed
        bytes[index] = byte
        _ = try? Manifest(parsing: bytes)
        _ = try? Manifest(parsing: Array(bytes[..<index]))
      }
    }
  }
}
