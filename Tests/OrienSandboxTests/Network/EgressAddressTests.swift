import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("Egress: addresses")
struct EgressAddressTests {
  /// The first and the last of each block that is not public, and their neighbours that are.
  static let table: [(String, Bool)] =
    [
      "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
      "127.0.0.1", "127.255.255.255", "168.63.129.16", "169.254.0.0", "169.254.169.254",
      "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.192", "192.0.2.1", "192.88.99.1",
      "192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255", "198.51.100.7",
      "203.0.113.7", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    ].map { ($0, false) }
    + [
      "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
      "128.0.0.1", "168.63.129.15", "169.253.255.255", "169.255.0.0", "172.15.255.255",
      "172.32.0.0", "192.0.1.0", "192.0.3.0", "192.167.255.255", "192.169.0.0", "198.17.255.255",
      "198.20.0.0", "203.0.112.255", "223.255.255.255", "8.8.8.8",
    ].map { ($0, true) }

  @Test("An IPv4 address is public where no block for special purposes has it", arguments: table)
  func four(_ text: String, _ isPublic: Bool) throws {
    #expect(try #require(NetworkAddress("\(text):1")).isPublic == isPublic)
  }

  @Test("What IPv6 leads to an IPv4 address is public where that is", arguments: table)
  func mapped(_ text: String, _ isPublic: Bool) throws {
    let host = try #require(NetworkAddress("\(text):1")).host
    let hex = stride(from: 0, to: 4, by: 2)
      .map { String(Int(host[$0]) << 8 | Int(host[$0 + 1]), radix: 16) }.joined(separator: ":")
    for form in ["::ffff:\(text)", "64:ff9b::\(text)", "2002:\(hex)::1"] {
      #expect(try #require(NetworkAddress("[\(form)]:1")).isPublic == isPublic, "\(form)")
    }
    // No way is left that leads there; what is written so is refused whatever it holds.
    for form in ["::\(text)", "::ffff:0:\(text)", "64:ff9b:1::\(text)"] {
      #expect(try !#require(NetworkAddress("[\(form)]:1")).isPublic, "\(form)")
    }
  }

  @Test(
    "An IPv6 address is public where it is given out",
    arguments: [
      ("::", false), ("::1", false), ("::2", false), ("64:ff9b::1:0:0", false), ("100::1", false),
      ("fc00::1", false), ("fd00:ec2::254", false), ("fdff::1", false), ("fe80::1", false),
      ("febf::1", false), ("fec0::1", false), ("ff02::1", false), ("ff0e::1", false),
      ("2001::1", false), ("2001:1ff::1", false), ("2001:db8::1", false),
      ("2001:db8:ffff::1", false), ("3fff::1", false), ("3fff:fff::1", false), ("5f00::1", false),
      ("4000::1", false), ("1fff::1", false),
      ("2001:200::1", true), ("2001:db7::1", true), ("2001:db9::1", true), ("2606:4700::1", true),
      ("2a00:1450::1", true), ("3fff:1000::1", true), ("2003::1", true),
    ])
  func six(_ text: String, _ isPublic: Bool) throws {
    #expect(try #require(NetworkAddress("[\(text)]:1")).isPublic == isPublic)
  }

  @Test(
    "A name leads to what is public, or to what a rule writes",
    arguments: [
      ("93.184.216.34", false, true), ("93.184.216.34", true, false), ("127.0.0.1", false, false),
      ("10.0.0.5", false, true), ("10.0.0.5", true, true), ("::ffff:10.0.0.5", false, true),
      ("10.0.0.6", false, false), ("::1", false, false), ("::ffff:127.0.0.1", false, false),
    ])
  func leads(_ text: String, isOwn: Bool, expected: Bool) throws {
    let policy = try EgressPolicy(["example.org:443", "*.example.org:*", "10.0.0.5:443"])
    let address = try #require(NetworkAddress(text.contains(":") ? "[\(text)]:0" : "\(text):0"))
    #expect(policy.leads(to: address, port: 443, isOwn: isOwn) == expected)
  }

  @Test("A written address is allowed with its own port only")
  func ports() throws {
    let policy = try EgressPolicy(["example.org:*", "10.0.0.5:443"])
    let address = try #require(NetworkAddress("10.0.0.5:0"))
    #expect(policy.leads(to: address, port: 443, isOwn: false))
    #expect(!policy.leads(to: address, port: 80, isOwn: false))
  }
}
