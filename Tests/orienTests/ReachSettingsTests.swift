import OrienModel
import OrienNode
import OrienSystem
import Testing

@testable import orien

@Suite("Configuration: how machines are reached and found")
struct ReachSettingsTests {
  private let scratch = Scratch()

  private func load(_ text: String) throws(Failure) -> Configuration {
    let path = scratch.write("c", text)
    return try Configuration.load(
      environment: Environment(
        variables: [:], workingFolder: scratch.path, executablePath: "/usr/bin/orien",
        userID: Environment.current.userID), file: path)
  }

  @Test(
    "X-B6-1, X-B6-2: nobody outside is asked by default, and checkers are named by their setting")
  func checkers() throws {
    let none = try load("")
    #expect(none.machines.portChecks.servers.isEmpty && !none.machines.portChecks.isSkipped)
    #expect(none.machines.adverts.url == nil && none.machines.address.services.isEmpty)
    let lists = [
      "http://a.example:9000,https://b.example", #"["http://a.example:9000", "https://b.example"]"#,
    ]
    for list in lists {
      let read = try load("GOLEM_PROVIDER_PORT_CHECK_SERVERS=\(list)\n")
      #expect(
        read.machines.portChecks.servers == ["http://a.example:9000", "https://b.example"])
    }
    #expect(
      try load("SKIP_PORT_VERIFICATION=1\n")
        .machines.portChecks.isSkipped)
    #expect(throws: Failure.self) { try load("PORT_CHECK_SERVERS=a.example\n") }
  }

  @Test(
    "The interval is known by all of its names",
    arguments: [
      "ADVERTISEMENT_INTERVAL", "DISCOVERY_ADVERTISEMENT_INTERVAL",
      "GOLEM_PROVIDER_ADVERTISEMENT_INTERVAL", "GOLEM_PROVIDER_DISCOVERY_ADVERTISEMENT_INTERVAL",
    ])
  func interval(_ name: String) throws {
    #expect(try load("\(name)=60\n").machines.adverts.interval == .seconds(60))
    #expect(try load("").machines.adverts.interval == .seconds(240))
  }

  @Test("Golem Base is told of once, whatever of it is set")
  func golemBase() throws {
    let read = try load(
      "GOLEM_BASE_RPC_URL=x\nGOLEM_PROVIDER_GOLEM_BASE_WS_URL=y\nADVERTISER_TYPE=golem_base\n")
    #expect(read.warnings.count == 1)
    for name in ["ADVERTISER_TYPE", "GOLEM_BASE_RPC_URL", "GOLEM_BASE_WS_URL"] {
      #expect(read.warnings[0].contains(name))
    }
    #expect(try load("ADVERTISER_TYPE=discovery_server\n").warnings.isEmpty)
  }

  @Test("A name that every node has is warned of where adverts go by it")
  func name() throws {
    let url = "DISCOVERY_URL=http://user:key@a.example/x\n"
    let warning = try load(url).warningOfName
    #expect(warning?.contains("PROVIDER_ID") == true && warning?.contains("key") == false)
    #expect(try load(url + "PROVIDER_ID=mine\n").warningOfName == nil)
    #expect(try load("").warningOfName == nil)
  }
}
