import Foundation
import Glibc
import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit
import Testing

/// What nginx and its surroundings do to a change: each leaves everything as it was, and says why.
@Suite("nginx that fails lends no port", .serialized, .timeLimit(.minutes(5)))
struct NginxFailureTests {
  /// Opens a port, has `fault` happen, and tries to open another.
  private func failing(
    _ nginx: NginxRig, port: UInt16? = nil, mustServe: Bool = true,
    _ fault: (World, RolePortProxy) throws -> Void
  ) throws -> Failure? {
    let target = try Target()
    var failure: Failure?
    try World.lending(by: nginx) { world, proxy in
      let first = try LentPorts.one()
      try world.open("first", first, to: target.port, by: proxy)
      try fault(world, proxy)
      failure = refusal {
        try world.open("second", try port ?? LentPorts.one(), to: target.port, by: proxy)
      }
      #expect(nginx.servers.contains("vm_first.conf"))
      #expect(!nginx.servers.contains("vm_second.conf"))
      guard mustServe else { return }
      let client = try Stream(to: first)
      try client.send([1])
      #expect(try target.accept().receive(exactly: 1) == [1])
    }
    return failure
  }

  @Test("A snippet of somebody's that nginx does not take")
  func badSnippet() throws {
    let nginx = try NginxRig()
    let failure = try failing(nginx) { _, _ in
      try nginx.write("conf/theirs.conf", "server { nonsense; }\n")
    }
    #expect(failure?.code == .unavailable && failure?.reason == "configuration-refused")
    #expect(failure?.message.contains("theirs.conf:1") == true)
  }

  @Test("A check that hangs")
  func hanging() throws {
    let nginx = try NginxRig()
    let failure = try failing(nginx) { _, _ in try nginx.write("hang-t", "") }
    #expect(failure?.code == .unavailable && failure?.reason == "program-hung")
  }

  @Test("A reload that fails")
  func noReload() throws {
    let nginx = try NginxRig()
    let failure = try failing(nginx) { _, _ in try nginx.write("fail-s", "") }
    #expect(failure?.code == .unavailable && failure?.reason == "reload-failed")
  }

  @Test("A program that is gone")
  func noProgram() throws {
    let nginx = try NginxRig()
    let failure = try failing(nginx) { _, _ in try nginx.remove("nginx") }
    #expect(failure?.code == .unavailable && failure?.reason == "no-program")
  }

  /// nginx -t says that all is well, and the reload says so too.
  @Test("A port that another process has")
  func taken() throws {
    let (nginx, other) = (try NginxRig(), try Target())
    let failure = try failing(nginx, port: other.port) { _, _ in }
    #expect(failure?.code == .conflict && failure?.reason == "port-taken")
  }

  @Test("A port that another process takes between the look and the reload")
  func takenMeanwhile() throws {
    let (nginx, target) = (try NginxRig(), try Target())
    try World.lending(by: nginx) { world, proxy in
      let port = try LentPorts.one()
      // The check waits until somebody else has the port.
      try nginx.write(
        "nginx",
        """
        #!/bin/sh
        case "$*" in *-t*)
          : > "\(nginx.home.path)/checking"
          while [ ! -e "\(nginx.home.path)/taken" ]; do :; done ;;
        esac
        exec /usr/sbin/nginx "$@"
        """, mode: 0o755)
      let (home, other) = (nginx.home.path, Channel<Target?>(isPrompt: true))
      Thread("taker") {
        let isChecking = eventually { access(home + "/checking", F_OK) == 0 }
        other.send(isChecking ? try? Target(port: port) : nil)
        close(open(home + "/taken", O_CREAT | O_WRONLY, 0o644))
      }.detach()
      let failure = refusal { try world.open("vm", port, to: target.port, by: proxy) }
      #expect(
        failure?.code == .conflict && failure?.reason == "port-taken",
        "\(String(describing: failure))")
      #expect(nginx.servers.isEmpty)
      let taker = try #require(other.receive(within: .seconds(1)) ?? nil)
      #expect(taker.port == port)
    }
  }

  @Test("A port that the operator's own servers have")
  func ownServer() throws {
    let nginx = try NginxRig()
    let port = try LentPorts.one()
    let failure = try failing(nginx, port: port) { _, _ in
      nginx.beside = "server { listen 0.0.0.0:\(port); return mine; }"
      try nginx.configure()
    }
    #expect(
      failure?.code == .conflict && failure?.reason == "port-taken",
      "\(String(describing: failure))")
  }

  @Test("A number that is no nginx's any more: nobody gets its signal")
  func staleNumber() throws {
    let nginx = try NginxRig()
    let bystander = try ChildProcess(
      "/usr/bin/sleep", arguments: ["sleep", "600"], environment: [], descriptors: [])
    let number = bystander.pid
    let failure = try failing(nginx) { _, _ in
      try nginx.write("nginx.pid", "\(number)\n")
    }
    #expect(failure?.code == .unavailable && failure?.reason == "nginx-not-running")
    // It has had nobody's signal: it is there until its time is over.
    let end = try bystander.finish(by: .now)
    #expect(end == .overdue)
  }

  @Test(
    "An nginx that was killed: nothing opens, closing still works, and it is found when it is back")
  func killed() throws {
    let nginx = try NginxRig()
    let failure = try failing(nginx, mustServe: false) { world, proxy in
      nginx.kill()
      let probe = try world.probe()
      #expect(probe["available"]?.bool == false)
    }
    #expect(failure?.code == .unavailable && failure?.reason == "nginx-not-running")
    let target = try Target()
    try World.lending(by: nginx) { world, proxy in
      #expect(try world.close("first", by: proxy))
      #expect(nginx.servers.isEmpty)
      try nginx.start()
      let port = try LentPorts.one()
      try world.open("vm", port, to: target.port, by: proxy)
      _ = try Stream(to: port)
    }
  }

  /// Without a stream block that includes our folder a file there does nothing, silently.
  @Test("D-B4-2: a folder that nginx does not include")
  func notIncluded() throws {
    let nginx = try NginxRig(includes: false)
    try World.lending(by: nginx) { world, proxy in
      let probe = try world.probe()
      #expect(probe["available"]?.bool == false)
      #expect(probe["reason"]?.string?.contains("orien proxy setup") == true)
      let failure = refusal { try world.open("vm", try LentPorts.one(), to: 22, by: proxy) }
      #expect(failure?.code == .unavailable && failure?.reason == "not-included")
      #expect(nginx.servers.isEmpty)
    }
  }
}
