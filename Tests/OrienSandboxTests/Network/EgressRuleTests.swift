import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Egress: rules")
struct EgressRuleTests {
  @Test(
    "A rule names what it says and nothing beside it",
    arguments: [
      ("api.example.org:443", "api.example.org:443", true),
      ("API.Example.org:443", "api.EXAMPLE.org.:443", true),
      ("api.example.org:443", "api.example.org:80", false),
      ("api.example.org:443", "example.org:443", false),
      ("api.example.org:443", "x.api.example.org:443", false),
      ("api.example.org:443", "apiXexample.org:443", false),
      ("api.example.org:*", "api.example.org:80", true),
      ("*.example.org:443", "api.example.org:443", true),
      ("*.example.org:443", "a.b.example.org:443", true),
      ("*.example.org:443", "example.org:443", false),
      ("*.example.org:443", "badexample.org:443", false),
      ("*.example.org:443", "10.0.0.5:443", false),
      ("10.0.0.5:8080", "10.0.0.5:8080", true),
      ("10.0.0.5:8080", "10.0.0.5:8081", false),
      ("10.0.0.5:8080", "10.0.0.6:8080", false),
      ("10.0.0.5:8080", "[::ffff:10.0.0.5]:8080", true),
      ("[::ffff:10.0.0.5]:8080", "10.0.0.5:8080", true),
      ("[::1]:80", "[::1]:80", true), ("[::1]:80", "[0:0:0:0:0:0:0:1]:80", true),
      ("[::1]:80", "127.0.0.1:80", false), ("[2001:DB8::1]:*", "[2001:db8::1]:9", true),
      ("build_host:5000", "build_host:5000", true),
    ])
  func names(_ rule: String, _ target: String, _ expected: Bool) throws {
    let rule = try EgressRule(rule)
    let target = try #require(EgressTarget(authority: Array(target.utf8)))
    #expect(rule.names(target) == expected)
  }

  @Test(
    "What is no rule is refused, and the message says why",
    arguments: [
      ("", "found no port"), ("example.org", "found no port"), ("example.org:", "a port is"),
      ("example.org:0", "a port is"), ("example.org:65536", "a port is"),
      ("example.org:+80", "a port is"), ("example.org:080808", "a port is"),
      ("example.org:http", "a port is"), (":443", "expected a name"), ("*:443", "* stands for"),
      ("*.:443", "* stands for"), ("*example.org:443", "* stands for"),
      ("*.*.org:443", "* stands for"), ("a.*.org:443", "expected a name"),
      ("exam ple.org:443", "expected a name"), ("example..org:443", "expected a name"),
      ("-a.org:443", "expected a name"), ("http://example.org:443", "in brackets"),
      ("user@example.org:443", "expected a name"), ("::1:80", "in brackets"),
      ("[::1:80", "expected a name"), ("[fe80::1%eth0]:80", "expected a name"),
      ("[10.0.0.5]:80", "expected a name"), ("127.1:80", "expected a name"),
      ("0x7f000001:80", "expected a name"), ("2130706433:80", "expected a name"),
      ("010.0.0.1:80", "expected a name"), ("10.0.0.5\u{0}.example.org:80", "expected a name"),
      ("bücher.example:443", "expected a name"), ("0.0.0.0:80", "no single host"),
      ("[::]:80", "no single host"), ("224.0.0.1:80", "no single host"),
      ("255.255.255.255:80", "no single host"), ("[ff02::1]:80", "no single host"),
      (String(repeating: "a", count: 64) + ".org:443", "expected a name"),
    ])
  func refuses(_ text: String, _ why: String) {
    let failure = #expect(throws: Failure.self) { try EgressRule(text) }
    #expect(failure?.reason == "bad-egress-rule")
    #expect(failure?.message.contains(why) == true, "\(failure?.message ?? "")")
  }

  @Test("A list says each entry that is bad by its place, and is bounded")
  func lists() throws {
    let failure = #expect(throws: Failure.self) {
      try EgressPolicy(["a.org:1", "b.org", "c.org:1", "d.org:x"])
    }
    #expect(failure?.faults.map(\.pointer) == ["/1", "/3"])
    #expect(try EgressPolicy(["a.org:1", "b.org:*"]).rules.count == 2)
    let many = [String](repeating: "a.org:1", count: EgressPolicy.rulesAtMost)
    #expect(try EgressPolicy(many).rules.count == EgressPolicy.rulesAtMost)
    #expect(throws: Failure.self) { try EgressPolicy(many + ["b.org:1"]) }
  }

  @Test("Nothing is named by an empty list")
  func empty() throws {
    let target = try #require(EgressTarget(authority: Array("example.org:443".utf8)))
    #expect(try !EgressPolicy([]).names(target))
  }
}
