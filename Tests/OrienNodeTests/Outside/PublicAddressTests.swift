import OrienModel
import OrienSystem
import OrienTestKit
import Testing

@testable import OrienNode

@Suite("By which address this machine is reached", .timeLimit(.minutes(2)))
struct PublicAddressTests {
  private let loop: Loop

  init() throws { loop = try Loop() }

  private func address(
    _ change: (inout PublicAddress.Settings) -> Void = { _ in }
  ) -> PublicAddress {
    var settings = PublicAddress.Settings()
    change(&settings)
    return PublicAddress(settings, on: loop)
  }

  private func find(
    _ address: PublicAddress, towards url: String = "http://127.0.0.1:1"
  ) throws(Failure) -> String {
    try loop.answer { address.find(towards: url, then: $0) }
  }

  @Test("It is what the operator says, and a name's address")
  func said() throws {
    #expect(try find(address { $0.host = "192.0.2.1" }) == "192.0.2.1")
    #expect(try find(address { $0.host = "2001:db8::1" }) == "2001:db8::1")
    #expect(try find(address { $0.host = "localhost" }) == "127.0.0.1")
  }

  @Test("Else it is the one from which this machine speaks to who is told, and nobody is asked")
  func source() throws {
    #expect(try find(address()) == "127.0.0.1")
    #expect(try find(address(), towards: "http://user:key@[::1]:80/x") == "::1")
  }

  @Test("Services that are named are asked in turn, and the first that says an address is believed")
  func services() throws {
    let well = try Outsider { _ in .json(200, " 198.51.100.4\n") }
    let broken: [Outsider.Script] = [
      { _ in .json(500, "198.51.100.9") }, { _ in .json(200, "<html>no</html>") },
      { _ in .json(200, String(repeating: "1", count: 4096)) }, { _ in .raw([]) },
      { _ in .moved(to: "http://127.0.0.1:1") }, { _ in .json(200, "") },
    ]
    for script in broken {
      let server = try Outsider(script)
      let address = address { $0.services = [server.url, well.url] }
      #expect(try find(address) == "198.51.100.4")
      #expect(server.requests.count == 1)
      address.close()
    }
  }

  @Test("What they say holds for a while, and is asked for once however many want to know")
  func held() throws {
    let server = try Outsider { _ in .json(200, "198.51.100.4") }
    let address = address { $0.services = [server.url] }
    var heard: [String] = []
    for _ in 0..<5 {
      address.find(towards: "") { if case .success(let text) = $0 { heard.append(text) } }
    }
    #expect(loop.drive { heard.count == 5 })
    #expect(try find(address) == "198.51.100.4")
    #expect(server.requests.count == 1)
    address.close()
  }

  @Test("Where none says it, that is told with what each of them said")
  func unknown() throws {
    let server = try Outsider { _ in .json(503, "{}") }
    let address = address { $0.services = [server.url + "/?key=secret"] }
    let failure = #expect(throws: Failure.self) { try find(address) }
    #expect(failure?.reason == "no-public-address")
    #expect(failure?.message.contains("\(server.url) says no address (503)") == true)
    #expect(failure?.message.contains("secret") == false)
    address.close()
  }
}
