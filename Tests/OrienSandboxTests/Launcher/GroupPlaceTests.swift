import Foundation
import OrienModel
import Testing

@testable import OrienSandbox

/// Where in the tree of version 2 the jail makes its groups. Each test moves a process of its own.
@Suite("Launcher: the place of its groups", .serialized)
struct GroupPlaceTests {
  private static let name = "orien-" + String(format: "%016lx", UInt64.random(in: 0 ... .max))

  @Test(
    "They go where the node was started, beside the leaf that it has stepped aside into",
    arguments: [
      ("", "/"), ("/inner", "/inner/"), ("/\(name)-node", "/"),
      ("/orien-0123456789abcdef-node", "/"),
      ("/orien-0123456789abcdef", "/orien-0123456789abcdef/"), ("/my-node", "/my-node/"),
    ])
  func place(_ start: String, _ place: String) async throws {
    guard access(unifiedTree, W_OK) == 0 else { return }
    let service = "\(unifiedTree)/orien-place-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(
      atPath: service + start, withIntermediateDirectories: true)
    defer {
      // Where there were controllers to be had, the node's leaf has outlived it.
      for leaf in [start, "/\(Self.name)-node"] where !leaf.isEmpty { rmdir(service + leaf) }
      #expect(rmdir(service) == 0)
    }
    await #expect(processExitsWith: .success) {
      [
        service = service as String, start = start as String, place = place as String,
        name = Self.name as String
      ] in
      try Data("0".utf8).write(to: URL(filePath: service + start + "/cgroup.procs"), options: [])
      let rig = try JailRig(group: name)
      let code = try rig.sh("exit 3").end?.exit.code
      precondition(code == 3)
      let folders = rig.groupFolders
      precondition(folders.contains { $0 == service + place + name })
      if place == "/", access(service + "/memory.max", F_OK) == 0 {
        precondition(rig.launcher.capabilities?.enforcedBy["memoryBytes"] == .cgroup2)
      }
      rig.close()
    }
  }
}
