import OrienSystem
import Testing

@Suite("Networks")
struct NetworkRangeTests {
  @Test(
    "A network has the addresses that begin as it does",
    arguments: [
      ("10.0.0.0/8", "10.255.0.1:1", true), ("10.0.0.0/8", "11.0.0.0:1", false),
      ("10.1.2.3", "10.1.2.3:9", true), ("10.1.2.3", "10.1.2.4:9", false),
      ("10.1.2.3/32", "10.1.2.3:9", true), ("0.0.0.0/0", "203.0.113.1:1", true),
      ("0.0.0.0/0", "[::1]:1", false), ("::/0", "[2001:db8::1]:1", true),
      ("::/0", "10.0.0.1:1", false), ("2001:db8::/33", "[2001:db8:7fff::1]:1", true),
      ("2001:db8::/33", "[2001:db8:8000::1]:1", false), ("[::1]", "[::1]:1", true),
    ])
  func contains(range: String, address: String, expected: Bool) throws {
    let range = try #require(NetworkRange(range))
    #expect(range.contains(try #require(NetworkAddress(address))) == expected)
    #expect(NetworkRange(range.description) == range)
  }

  @Test(
    "What has bits beyond its length, or is no address, is none",
    arguments: [
      "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/", "10.0.0.0/8/8", "", "/8",
      "example.org", "2001:db8::1/64", "10.0.0.0:80",
    ])
  func none(_ text: String) { #expect(NetworkRange(text) == nil) }
}
