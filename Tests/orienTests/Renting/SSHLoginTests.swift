import OrienModel
import Testing

@testable import orien

@Suite("How a machine is logged in to")
struct SSHLoginTests {
  private func machine(_ members: (String, JSON)...) -> JSON {
    var all: [(String, JSON)] = [
      ("id", .string("golem-web-20261127-134455")), ("name", .string("web")),
      ("status", .string("running")), ("proxy_host", .string("127.0.0.1")),
      ("ssh_port", .integer(50800)),
    ]
    for (name, value) in members { all.removeAll { $0.0 == name }; all.append((name, value)) }
    return .object(all.map { JSON.Member($0.0, $0.1) })
  }

  @Test("Its host's key is kept by its id, in a file of its own, and no other file counts")
  func words() throws {
    let login = try SSHLogin(machine(), knownHosts: "/h/known hosts", key: "/k")
    let words = login.words(["uname", "-a"])
    #expect(words.first == "ssh")
    for option in [
      "HostKeyAlias=golem-web-20261127-134455", "UserKnownHostsFile=\"/h/known hosts\"",
      "GlobalKnownHostsFile=/dev/null", "StrictHostKeyChecking=accept-new", "IdentitiesOnly=yes",
    ] {
      #expect(words.contains(option))
    }
    #expect(words.suffix(4) == ["--", "127.0.0.1", "uname", "-a"])
    #expect(words.contains("50800"))
  }

  @Test("Without a key ssh looks for one by itself")
  func keyless() throws {
    let words = try SSHLogin(machine(), knownHosts: "/h", key: nil).words([])
    #expect(!words.contains("-i") && !words.contains("IdentitiesOnly=yes"))
  }

  @Test(
    "What a node says never becomes an option or leads out of the folder",
    arguments: [
      ("id", JSON.string("../../x")), ("id", .string("-oProxyCommand=x")), ("id", .string("")),
      ("proxy_host", .string("-oProxyCommand=touch")), ("proxy_host", .string("a b")),
      ("proxy_host", .string("")), ("proxy_host", .null), ("ssh_port", .integer(0)),
      ("ssh_port", .integer(65536)), ("ssh_port", .null), ("id", .null),
    ])
  func hostile(_ name: String, _ value: JSON) {
    #expect(throws: Failure.self) {
      try SSHLogin(machine((name, value)), knownHosts: "/h", key: nil)
    }
  }
}
