import Foundation
import OrienModel
import OrienNode
import OrienTestKit
import Testing

@Suite("nginx lends ports", .serialized, .timeLimit(.minutes(5)))
struct NginxLendingTests {
  @Test("A port that is open takes connections, is listed, and is gone when it is closed")
  func lends() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    try World.lending(by: nginx) { world, proxy in
      let probe = try world.probe()
      #expect(probe["available"]?.bool == true, "\(probe)")
      let port = try LentPorts.one()
      try world.open("golem-a", port, to: target.port, by: proxy)
      let client = try Stream(to: port)
      let server = try target.accept()
      try client.send([1, 2])
      #expect(try server.receive(exactly: 2) == [1, 2])
      #expect(try world.leases(of: proxy).map(\.name) == ["golem-a"])
      #expect(nginx.servers == ["vm_golem-a.conf"])
      #expect(try world.close("golem-a", by: proxy))
      #expect(throws: Stream.Broken(number: ECONNREFUSED)) { try Stream(to: port) }
      #expect(try !world.close("golem-a", by: proxy))
      #expect(nginx.servers.isEmpty)
    }
  }

  /// By itself nginx lets a session live on in an old worker, whoever's it is.
  @Test("Reloads lose no session, and a session of a closed lease ends at once")
  func sessions() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    try World.lending(by: nginx) { world, proxy in
      let (mine, other) = (try LentPorts.one(), try LentPorts.one())
      try world.open("mine", mine, to: target.port, by: proxy)
      try world.open("other", other, to: target.port, by: proxy)
      let client = try Stream(to: mine)
      let server = try target.accept()
      let neighbour = try Stream(to: other)
      let neighbourServer = try target.accept()
      for number in 0..<4 {
        try world.open("more-\(number)", try LentPorts.one(), to: target.port, by: proxy)
        try client.send([UInt8(number)])
        #expect(try server.receive(exactly: 1) == [UInt8(number)])
      }
      try world.close("mine", by: proxy)
      #expect(client.isOver())
      #expect(server.isOver())
      try neighbour.send([9])
      #expect(try neighbourServer.receive(exactly: 1) == [9])
    }
  }

  @Test("Another target takes the place of the one before, whose sessions end")
  func changed() throws {
    let (nginx, first, second) = (try NginxRig(), try Target(), try Target())
    try World.lending(by: nginx) { world, proxy in
      let port = try LentPorts.one()
      try world.open("vm", port, to: first.port, by: proxy)
      let client = try Stream(to: port)
      _ = try first.accept()
      try world.open("vm", port, to: second.port, by: proxy)
      #expect(client.isOver())
      let again = try Stream(to: port)
      try again.send([3])
      #expect(try second.accept().receive(exactly: 1) == [3])
      let moved = try LentPorts.one()
      try world.open("vm", moved, to: second.port, by: proxy)
      #expect(throws: Stream.Broken(number: ECONNREFUSED)) { try Stream(to: port) }
      #expect(try world.leases(of: proxy).map(\.port) == [moved])
    }
  }

  @Test("The same again asks nothing of nginx")
  func again() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    try World.lending(by: nginx) { world, proxy in
      let port = try LentPorts.one()
      try world.open("vm", port, to: target.port, by: proxy)
      let before = nginx.workers
      try world.open("vm", port, to: target.port, by: proxy)
      #expect(nginx.workers == before)
    }
  }

  @Test("A file in our folder that is not ours is never touched")
  func foreign() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    let text = "# somebody's\n"
    for name in ["vm_theirs.conf", "other.conf", "notes"] { try nginx.write("conf/\(name)", text) }
    try World.lending(by: nginx) { world, proxy in
      let failure = refusal {
        try world.open("theirs", try LentPorts.one(), to: target.port, by: proxy)
      }
      #expect(failure?.code == .unavailable && failure?.reason == "foreign-file")
      #expect(try !world.close("theirs", by: proxy))
      try world.open("ours", try LentPorts.one(), to: target.port, by: proxy)
      try world.close("ours", by: proxy)
    }
    #expect(nginx.servers == ["notes", "other.conf", "vm_theirs.conf"])
    for name in nginx.servers { #expect(try nginx.read("conf/\(name)") == text) }
  }

  @Test("A file of ours that was changed by hand is noticed, and what was written is kept")
  func edited() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    try World.lending(by: nginx) { world, proxy in
      let port = try LentPorts.one()
      try world.open("vm", port, to: target.port, by: proxy)
      let made = try nginx.read("conf/vm_vm.conf")
      try nginx.write("conf/vm_vm.conf", made + "# mine\n")
      try world.open("vm", port, to: target.port, by: proxy)
      #expect(try nginx.read("conf/vm_vm.conf") == made)
      #expect(try nginx.read("conf/vm_vm.conf.edited") == made + "# mine\n")
    }
  }

  /// What is open is read from what is there, and not from a table that may be another's.
  @Test("D-B5-2: a node that comes later finds what is open, by file and by port")
  func found() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    let port = try LentPorts.one()
    var before: Scratch?
    try World.lending(by: nginx) { world, proxy in
      try world.open("vm", port, to: target.port, by: proxy)
      before = world.scratch
    }
    try World.lending(by: nginx) { world, proxy in
      #expect(try world.leases(of: proxy).map(\.port) == [port])
      // A file that nginx has not read is not open.
      let made = try nginx.read("conf/vm_vm.conf").replacing("vm_vm", with: "vm_late")
        .replacing(#""name":"vm""#, with: #""name":"late""#).replacing("\(port)", with: "1")
      try nginx.write("conf/vm_late.conf", made)
      #expect(try world.leases(of: proxy).map(\.name) == ["vm"])
    }
    withExtendedLifetime(before) {}
  }
}
