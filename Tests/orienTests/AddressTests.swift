import OrienModel
import OrienSystem
import Testing

@testable import orien

@Suite("Which node a command asks, and with which key")
struct AddressTests {
  let scratch = Scratch()

  private func address(
    _ words: [String] = [], _ variables: [String: String] = [:]
  ) throws(Failure) -> NodeClient.Address {
    let environment = Environment(
      variables: variables.merging(["XDG_CONFIG_HOME": scratch.path]) { $1 },
      workingFolder: scratch.path, executablePath: "/usr/bin/orien",
      userID: Environment.current.userID)
    let command = Command.all.first { $0.name == "status" }!
    return try NodeClient.Address(Invocation(command, words, Capture().console, environment))
  }

  @Test("A flag counts over the environment, that over .env, that over the default")
  func precedence() throws {
    _ = scratch.write("key", "key-of-the-file\n")
    #expect(try address().url == "http://127.0.0.1:4000")
    #expect(try address().key == nil)
    _ = scratch.write(".env", "PORT=4001\nPROVIDER_API_KEY=key-of-dot-env\n")
    #expect(try address().url == "http://127.0.0.1:4001")
    #expect(try address().key == "key-of-dot-env")
    let variables = ["PORT": "4002", "PROVIDER_API_KEY": "key-of-the-environment"]
    #expect(try address([], variables).url == "http://127.0.0.1:4002")
    #expect(try address([], variables).key == "key-of-the-environment")
    let named = try address(["--key-file", "key", "--url", "http://10.0.0.1:1/"], variables)
    #expect(named.url == "http://10.0.0.1:1")
    #expect(named.key == "key-of-the-file")
    _ = scratch.write(".env", "ORIEN_URL=http://10.0.0.2\n")
    #expect(try address([], ["PORT": "4002"]).url == "http://10.0.0.2")
  }

  @Test("A node that listens somewhere is asked there, and one that listens everywhere on loopback")
  func listener() throws {
    let listen = ["LISTEN": "10.1.1.1:5000,127.0.0.1:5001"]
    #expect(try address([], listen).url == "http://10.1.1.1:5000")
    #expect(try address([], ["HOST": "0.0.0.0"]).url == "http://127.0.0.1:4000")
    #expect(try address([], ["LISTEN": "[::]:7"]).url == "http://[::1]:7")
  }

  @Test("The key of orien.conf goes to its node, and to no other that is named elsewhere")
  func configurationFile() throws {
    let key = scratch.write("key", "key-of-the-node\n")
    _ = scratch.makeFolder("orien")
    _ = scratch.write("orien/orien.conf", "PORT=4003\nPROVIDER_API_KEY_FILE=\(key)\n")
    #expect(try address().url == "http://127.0.0.1:4003")
    #expect(try address().key == "key-of-the-node")
    #expect(try address(["--url", "http://10.0.0.1"]).key == nil)
    #expect(try address(["--url", "http://10.0.0.1", "--key-file", key]).key == "key-of-the-node")
    _ = scratch.write("orien/orien.conf", "ORIEN_URL=http://10.0.0.9\nPROVIDER_API_KEY=kkk\n")
    #expect(try address().key == "kkk")
    _ = scratch.write("orien/orien.conf", "PROT=4003\n")
    #expect(throws: Failure.self) { try address() }
  }
}
