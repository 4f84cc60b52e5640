import Foundation
import Glibc
import OrienSystem
import OrienTestKit
import Testing

/// A real sshd on loopback, and sessions with it as a renter has them.
final class SecureShell {
  let home: Scratch
  let port: UInt16
  private var server: ChildProcess?

  init() throws {
    home = Scratch()
    port = try LentPorts.one()
    for key in ["host", "mine"] {
      let made = try ChildProcess(
        "/usr/bin/ssh-keygen",
        arguments: ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / key],
        environment: [], descriptors: []
      ).finish(by: .now + .seconds(20))
      #expect(made == .exited(0))
    }
    try FileManager.default.createDirectory(
      atPath: "/run/sshd", withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: home / "mine.pub", toPath: home / "allowed")
    _ = try home.write(
      Array(
        """
        Port \(port)
        ListenAddress 127.0.0.1
        HostKey \(home / "host")
        PidFile \(home / "pid")
        AuthorizedKeysFile \(home / "allowed")
        PermitRootLogin prohibit-password
        StrictModes no
        UsePAM no
        """.utf8), to: "config")
    server = try ChildProcess(
      "/usr/sbin/sshd",
      arguments: ["/usr/sbin/sshd", "-D", "-f", home / "config", "-E", home / "log"],
      environment: ["PATH=/usr/bin:/bin"], descriptors: [])
    let port = port
    #expect(eventually { (try? Stream(to: port)) != nil }, "sshd does not listen")
  }

  /// A session over that port, whose far side says again what it is told.
  func session(over port: UInt16) throws -> Session {
    try Session(key: home / "mine", port: port)
  }

  final class Session {
    private let near: Stream
    private var client: ChildProcess?

    fileprivate init(key: String, port: UInt16) throws {
      var ends: [Int32] = [-1, -1]
      socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends)
      near = Stream(owning: ends[0])
      client = try ChildProcess(
        "/usr/bin/ssh",
        arguments: [
          "ssh", "-F", "none", "-i", key, "-p", "\(port)", "-o", "StrictHostKeyChecking=no", "-o",
          "UserKnownHostsFile=/dev/null", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR",
          "root@127.0.0.1", "cat",
        ], environment: ["PATH=/usr/bin:/bin", "HOME=/nonexistent"],
        descriptors: [(parent: ends[1], child: 0), (parent: ends[1], child: 1)])
      close(ends[1])
    }

    func echoes(_ text: String) throws -> Bool {
      try near.send(Array(text.utf8))
      return try near.receive(exactly: text.utf8.count) == Array(text.utf8)
    }

    /// How the client ended; it waits for that.
    func end() throws -> ChildProcess.End? {
      try client.take()?.finish(by: .now + .seconds(20))
    }
  }
}
