import Foundation
import Glibc
import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit
import Testing

@Suite("What went over nginx's ports", .serialized, .timeLimit(.minutes(5)))
struct NginxTrafficTests {
  private func session(_ port: UInt16, _ target: Target, bytes: Int) throws {
    let client = try Stream(to: port)
    let server = try target.accept()
    try client.send([UInt8](repeating: 7, count: bytes))
    _ = try server.receive(exactly: bytes)
    try server.send([1, 2, 3])
    server.finish()
    _ = try client.receiveAll()
    client.close()
  }

  private func expect(
    _ connections: UInt64, bytes: UInt64, of name: String = "vm", _ world: World,
    _ proxy: RolePortProxy, at place: SourceLocation = #_sourceLocation
  ) throws {
    var last: PortTraffic?
    let end = Instant.now + .seconds(20)
    while Instant.now < end {
      last = try world.traffic(of: name, by: proxy)
      if last?.connections == connections { break }
    }
    let expected = PortTraffic(
      name: name, connections: connections, bytesIn: bytes, bytesOut: 3 * connections)
    #expect(last == expected, sourceLocation: place)
  }

  @Test("Sessions that ended are counted once, over rotations of any kind and over a restart")
  func counted() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    let port = try LentPorts.one()
    var left: Scratch?
    try World.lending(by: nginx) { world, proxy in
      try world.open("vm", port, to: target.port, by: proxy)
      try session(port, target, bytes: 1000)
      try expect(1, bytes: 1000, world, proxy)
      // Moved, with something in it that was not read yet.
      try session(port, target, bytes: 20)
      #expect(eventually { nginx.logLines == 2 })
      try nginx.move("log/traffic.log", to: "log/traffic.log.1")
      nginx.reopenLogs()
      #expect(eventually { (try? nginx.read("log/traffic.log")) != nil })
      try session(port, target, bytes: 300)
      try expect(3, bytes: 1320, world, proxy)
      // Copied and emptied.
      try session(port, target, bytes: 5)
      #expect(eventually { nginx.logLines == 2 })
      try nginx.copy("log/traffic.log", to: "log/traffic.log.2")
      try nginx.empty("log/traffic.log")
      try session(port, target, bytes: 6)
      try expect(5, bytes: 1331, world, proxy)
      try expect(5, bytes: 1331, world, proxy)
      left = world.die()
    }
    try World.lending(by: nginx, after: left) { world, proxy in
      try expect(5, bytes: 1331, world, proxy)
      try session(port, target, bytes: 1)
      try expect(6, bytes: 1332, world, proxy)
      // Gone altogether: what was counted stays.
      try nginx.remove("log/traffic.log.1")
      try nginx.remove("log/traffic.log.2")
      try expect(6, bytes: 1332, world, proxy)
    }
  }

  @Test(
    "Another lease of the same name begins anew, and a late session of the one before is not its")
  func renewed() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    try World.lending(by: nginx) { world, proxy in
      let port = try LentPorts.one()
      try world.open("vm", port, to: target.port, by: proxy)
      try session(port, target, bytes: 100)
      try expect(1, bytes: 100, world, proxy)
      try world.close("vm", by: proxy)
      try expect(1, bytes: 100, world, proxy)
      let lines = try nginx.read("log/traffic.log")
      try world.open("vm", port, to: target.port, by: proxy)
      try nginx.append("log/traffic.log", lines)
      try session(port, target, bytes: 7)
      try expect(1, bytes: 7, world, proxy)
    }
  }

  @Test("Lines that are torn, hostile or somebody else's count nothing and stop nothing")
  func hostile() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    try World.lending(by: nginx) { world, proxy in
      let port = try LentPorts.one()
      try world.open("vm", port, to: target.port, by: proxy)
      try session(port, target, bytes: 10)
      try expect(1, bytes: 10, world, proxy)
      let line = try #require(try nginx.read("log/traffic.log").split(separator: "\n").first)
      let words = line.split(separator: " ").map(String.init)
      let head = words.prefix(6).joined(separator: " ")
      try nginx.append(
        "log/traffic.log",
        [
          "", " ", "orien-1", String(line.dropLast(3)) + "x", "\(head) -1 -1", "\(head) 1 2 3",
          "\(head) 99999999999999999999999 1", "\(head) 1e3 1", "\(head)  1",
          "orien-1 ' 1.0 1 1 200 5 5", "orien-1 0000000000000000 1.0 1 1 200 5 5",
          "orien-2 \(words[1]) 1.0 1 1 200 5 5", String(repeating: "x", count: 3 << 20),
        ].joined(separator: "\n") + "\n\u{0}\u{7f}\n")
      try session(port, target, bytes: 11)
      try expect(2, bytes: 21, world, proxy)
      // Half a line is none yet.
      try nginx.append("log/traffic.log", "\(head) 100 ")
      try expect(2, bytes: 21, world, proxy)
      try nginx.append("log/traffic.log", "3\n")
      try expect(3, bytes: 121, world, proxy)
    }
  }
}

extension NginxRig {
  fileprivate var logLines: Int {
    ((try? read("log/traffic.log")) ?? "").split(separator: "\n").count
  }

  fileprivate func move(_ name: String, to other: String) throws {
    try FileManager.default.moveItem(
      at: home.appending(path: name), to: home.appending(path: other))
  }

  fileprivate func copy(_ name: String, to other: String) throws {
    try FileManager.default.copyItem(
      at: home.appending(path: name), to: home.appending(path: other))
  }

  fileprivate func empty(_ name: String) throws {
    truncate(home.path + "/" + name, 0)
  }

  fileprivate func append(_ name: String, _ text: String) throws {
    let file = try FileHandle(forWritingTo: home.appending(path: name))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }
}
