import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// What holds of it in full needs an internet to reach: that is `Tests/EndToEnd/test_reach.py`.
@Suite("Programs that last and reach public addresses only")
struct LastingNetworkTests {
  /// Says whether a connection of datagrams, which sends nothing, is let go to an address.
  private static let script = """
    exec python3 -c 'import socket
    for to in ("127.0.0.1", 9), ("127.0.0.53", 53), ("127.0.0.53", 54):
        try: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(to); print("yes")
        except PermissionError: print("no")'
    """

  private static func run(_ network: JailRequest.Network) throws -> (String, LastingRig) {
    let rig = try LastingRig()
    try rig.lasting.start(
      rig.key,
      JailRequest(
        ["/bin/sh", "-c", script], environment: ["PATH=/usr/bin"],
        network: network), input: [], in: Folder(at: rig.root).descriptor())
    _ = try rig.status { $0.endedMilliseconds != nil }
    return (String(decoding: try rig.lasting.output(rig.key) ?? [], as: UTF8.self), rig)
  }

  @Test("are kept from this machine but for its name servers, where the kernel can; else refused")
  func held() throws {
    let server = try #require(NetworkAddress(hostText: "127.0.0.53"))
    let rig = try LastingRig()
    let obstacle = try {
      try FileManager.default.createDirectory(
        atPath: rig.lasting.path, withIntermediateDirectories: true)
      return try rig.lasting.obstacleToPublic()
    }()
    #expect(rig.groupFolders.isEmpty)
    try rig.close()
    guard obstacle == nil else {
      let failure = #expect(throws: Failure.self) { try Self.run(.public(nameServers: [server])) }
      #expect(failure?.reason == Lasting.unbound)
      return
    }
    let (said, held) = try Self.run(.public(nameServers: [server]))
    #expect(said == "no\nyes\nno\n")
    try held.close()
    let (free, open) = try Self.run(.none)
    #expect(free == "yes\nyes\nyes\n")
    try open.close()
  }

  @Test("are none where no control group can be had, and the reason says so")
  func none() throws {
    let rig = try LastingRig(groups: "none")
    try FileManager.default.createDirectory(
      atPath: rig.lasting.path, withIntermediateDirectories: true)
    #expect(try rig.lasting.obstacleToPublic() == "no control group can be had")
    try rig.close()
  }
}
