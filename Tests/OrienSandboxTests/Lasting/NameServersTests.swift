import OrienSystem
import Testing

@testable import OrienSandbox

@Suite("The machine's name servers")
struct NameServersTests {
  @Test(
    "are the first three that are addresses, each once",
    arguments: [
      ("", []),
      ("nameserver 127.0.0.53\noptions edns0\nsearch lan\n", ["127.0.0.53"]),
      (
        "nameserver\nnameserver x\n nameserver 1.1.1.1\n# nameserver 1.1.1.1\n;nameserver 1.1.1.1",
        []
      ),
      ("nameserver\t10.0.0.1 # here\r\nnameserver fe80::1%eth0", ["10.0.0.1", "fe80::1"]),
      ("nameserver ::ffff:10.0.0.1\nnameserver 10.0.0.1", ["10.0.0.1"]),
      (
        "nameserver 1.0.0.1\nnameserver 1.0.0.2\nnameserver ::1\nnameserver 1.0.0.3",
        ["1.0.0.1", "1.0.0.2", "::1"]
      ),
    ])
  func read(_ text: String, _ servers: [String]) {
    #expect(NameServers.read(text).map(\.hostText) == servers)
  }
}
