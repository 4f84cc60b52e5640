import Foundation
import OrienModel
import OrienSandbox
import OrienTestKit
import Testing

@testable import OrienKernel

/// Programs that a manifest lets out of the jail, real ones.
@Suite("A program outside of the jail")
struct OutsideTests {
  private static func with(
    _ programs: String, _ body: (World) throws -> Void
  ) throws {
    let tools = try Library.tools(
      manifest: #"{"grants": {"programs": [\#(programs)]}, "price": {"perCall": 9}}"#)
    var settings = World.Settings(tools)
    settings.hasLauncher = true
    let world = try World(settings)
    do { try body(world) } catch {
      try? world.close()
      throw error
    }
    try world.close()
  }

  private static func grant(_ name: String, _ path: String, _ forms: String = "[]") -> String {
    #"{"program": "\#(name)", "path": "\#(path)", "arguments": \#(forms)}"#
  }

  private static func go(_ words: String) -> String { #"{"words": [\#(words)], "outside": true}"# }

  @Test("has the plugin's folder, a clean environment, no shell, and what its call may use")
  func place() throws {
    let programs = [
      Self.grant("env", "/usr/bin/env"), Self.grant("pwd", "/usr/bin/pwd"),
      Self.grant("echo", "/usr/bin/echo", #"[["\\$HOME.*"]]"#),
    ]
    try Self.with(programs.joined(separator: ",")) { world in
      let environment = try world.run("go", Self.go(#""env""#))
      #expect(environment.status == .completed)
      #expect(environment.usage.cpuUserMicroseconds + environment.usage.wallMicroseconds > 0)
      let lines = String(decoding: try world.output(of: environment.id), as: UTF8.self)
        .split(separator: "\n").sorted()
      #expect(
        lines == [
          "HOME=/nonexistent", "LANG=C.UTF-8", "LC_ALL=C.UTF-8",
          "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=/tmp",
        ])
      let folder = try world.run("go", Self.go(#""pwd""#))
      #expect(
        String(decoding: try world.output(of: folder.id), as: UTF8.self)
          == world.scratch / "state/plugins/data/test.tools" + "\n")
      let echo = try world.run("go", Self.go(#""echo", "$HOME; id""#))
      #expect(String(decoding: try world.output(of: echo.id), as: UTF8.self) == "$HOME; id\n")
    }
  }

  @Test("is refused where it may reach public addresses only, to which nothing would hold it")
  func network() throws {
    try Self.with(
      #"{"program": "env", "path": "/usr/bin/env", "network": "public"}"#
    ) { world in
      let denied = try world.run("go", Self.go(#""env""#))
      #expect(denied.status == .failed && denied.reason == "not-granted")
      #expect(denied.message?.contains("orien.lasting/1") == true, "\(denied.message ?? "")")
    }
  }

  @Test("runs for a handler that waits for it, and only one that is granted")
  func waited() throws {
    // The fixture's `run` knows no flag: that it is jailed is what it shows.
    try Self.with(Self.grant("env", "/usr/bin/env")) { world in
      let denied = try world.run("go", Self.go(#""env", "-i""#))
      #expect(denied.status == .failed && denied.reason == "not-granted")
      #expect(denied.message?.contains(#"["-i"]"#) == true, "\(denied.message ?? "")")
      #expect(denied.costMicroUnits == 0)
      let other = try world.run("go", Self.go(#""id""#))
      #expect(other.reason == "not-granted")
      #expect(other.message?.contains(#""program": "id""#) == true, "\(other.message ?? "")")
    }
  }

  @Test("dies with its call, and all that it forked, be it a session of its own")
  func tree() throws {
    try Self.with(Self.grant("sh", "/usr/bin/dash", #"[["-c", "[^\\0]*"]]"#)) { world in
      let script = "setsid sh -c 'setsid sleep 1000 & echo $! >&1; sleep 1000' & sleep 1000"
      let id = try world.submit("go", Self.go(#""sh", "-c", "\#(script)""#)).id
      try world.wait { (try? world.output(of: id).contains(UInt8(ascii: "\n"))) == true }
      let pid = try #require(
        Int32(
          String(decoding: try world.output(of: id), as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)))
      #expect(kill(pid, 0) == 0)
      try world.cancel(id)
      #expect(try world.end(of: id).status == .cancelled)
      #expect(kill(pid, 0) == -1 && errno == ESRCH)
    }
  }

  @Test("is none that others could have changed, that a link leads to, or that plugins write")
  func trust() throws {
    let scratch = Scratch()
    func program(_ name: String, mode: Int = 0o755) throws {
      try FileManager.default.copyItem(atPath: "/usr/bin/env", toPath: scratch / name)
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: scratch / name)
    }
    try program("fine")
    try program("open", mode: 0o777)
    try program("plain", mode: 0o644)
    _ = try scratch.folder("wide")
    try program("wide/env")
    chmod(scratch / "wide", 0o777)
    symlink("/usr/bin/env", scratch / "link")
    _ = try scratch.folder("real")
    try program("real/env")
    symlink(scratch / "real", scratch / "way")
    let names = ["fine", "open", "plain", "wide/env", "link", "way/env", "absent", "swapped"]
    try program("swapped")
    let grants = names.map {
      Self.grant($0.replacingOccurrences(of: "/", with: "-"), scratch / $0)
    }
    try Self.with(grants.joined(separator: ",")) { world in
      #expect(try world.run("go", Self.go(#""fine""#)).status == .completed)
      #expect(try world.run("go", Self.go(#""swapped""#)).status == .completed)
      // Replaced after it was granted, and after it has run.
      try FileManager.default.removeItem(atPath: scratch / "swapped")
      symlink("/usr/bin/id", scratch / "swapped")
      for name in names.dropFirst() {
        let word = name.replacingOccurrences(of: "/", with: "-")
        let record = try world.run("go", Self.go(#""\#(word)""#))
        #expect(record.reason == "untrusted-program", "\(name): \(record.message ?? "")")
        #expect(try world.output(of: record.id).isEmpty)
      }
    }
  }

  @Test("is none that lies where its plugin writes, who owns that as the node does")
  func own() throws {
    let scratch = Scratch()
    let folder = try scratch.folder("given")
    try FileManager.default.copyItem(atPath: "/usr/bin/env", toPath: folder + "/env")
    let tools = try Library.tools(
      manifest: #"""
        {"grants": {"programs": [\#(Self.grant("env", folder + "/env"))],
                    "folders": [{"path": "\#(folder)", "at": "/srv/x", "writable": true}]}}
        """#)
    var settings = World.Settings(tools)
    settings.hasLauncher = true
    let world = try World(settings)
    let record = try world.run("go", Self.go(#""env""#))
    #expect(record.reason == "untrusted-program")
    try world.close()
  }
}
