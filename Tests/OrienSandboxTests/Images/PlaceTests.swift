import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// Who has mounted a place before a workspace is shown there, as a container's engine does.
private final class Watcher {
  private let process = Process()
  private let asked = Foundation.Pipe()
  private let said = Foundation.Pipe()
  private let folder: String

  init(of place: String) throws {
    folder = NSTemporaryDirectory() + "orien-watcher-\(UUID())"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = [
      "--mount", "--propagation", "slave", "sh", "-c",
      """
      mount --bind "$1" "$2" && echo ready
      while read -r line; do (eval "$line") 2>&1 | tr '\\n' ' '; echo; done
      """, "sh", place, folder,
    ]
    // Nothing of what tests may be run with, which other users cannot read.
    process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    process.standardInput = asked
    process.standardOutput = said
    try process.run()
    guard line() == "ready" else { throw Failure(.internal, "no-watcher", "it does not watch") }
  }

  func close() throws {
    try asked.fileHandleForWriting.close()
    process.waitUntilExit()
    try FileManager.default.removeItem(atPath: folder)
  }

  /// What a shell says that runs the line there.
  func sees(_ script: String) -> String {
    asked.fileHandleForWriting.write(Data("cd \(folder); \(script)\n".utf8))
    return line()
  }

  private func line() -> String {
    var bytes: [UInt8] = []
    while let byte = said.fileHandleForReading.readData(ofLength: 1).first, byte != 0x0A {
      bytes.append(byte)
    }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
  }
}

@Suite(
  "Places for workspaces", .timeLimit(.minutes(5)),
  .enabled(if: canMountImages, "images cannot be mounted here"))
struct PlaceTests {
  private let user: UInt32 = 1_899_999_999

  /// As whose workspace it is: root is nobody there.
  private var touch: String { "setpriv --reuid=\(user) --regid=\(user) --clear-groups touch y" }

  private func make(_ rig: ImageRig, for plugin: String = "p") throws -> String {
    try rig.answer { rig.workspaces.places.make(for: plugin, then: $0) }.get()
  }

  private func show(
    _ lease: WorkspaceLease, at place: String, of plugin: String = "p", readsOnly: Bool = false,
    _ rig: ImageRig
  ) throws {
    _ = try rig.answer { answer in
      lease.show(
        at: place, of: plugin, with: user, readsOnly: readsOnly,
        then: answer)
    }.get()
  }

  private func clear(_ rig: ImageRig, of plugin: String = "p", keeping kept: Set<String>) {
    rig.answer { answer in
      rig.workspaces.places.clear(of: plugin, keeping: kept) { answer(()) }
    }
  }

  private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  @Test("One shows its workspace to who has mounted it, until the call is over, and no other does")
  func shows() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let workspace = try rig.open("s")
    try rig.put("kept", to: "x", in: workspace)
    let places = try [make(rig), make(rig)]
    let watchers = try places.map { try Watcher(of: $0) }
    let marks = places.map { URL(fileURLWithPath: $0).lastPathComponent }
    for (watcher, mark) in zip(watchers, marks) { #expect(watcher.sees("ls") == mark) }
    let lease = try rig.workspaces.lease(workspace)
    try show(lease, at: places[0], rig)
    #expect(watchers[0].sees("cat x; stat -c %u x; \(touch)") == "kept\(user)")
    #expect(watchers[0].sees("test -e y && echo made") == "made")
    #expect(watchers[1].sees("ls") == marks[1])
    lease.end()
    #expect(rig.jail.wait { !exists(places[0]) })
    #expect(watchers[0].sees("cat x").contains("No such file"))
    for watcher in watchers { try watcher.close() }
    clear(rig, keeping: [])
    #expect(!exists(places[1]))
  }

  @Test("One that only reads is written to by nobody there")
  func reads() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let workspace = try rig.open("s")
    let place = try make(rig)
    let watcher = try Watcher(of: place)
    let lease = try rig.workspaces.lease(workspace)
    try show(lease, at: place, readsOnly: true, rig)
    #expect(watcher.sees(touch).contains("Read-only file system"))
    try rig.put("y", to: "y", in: workspace)
    #expect(watcher.sees("cat y") == "y")
    lease.end()
    try watcher.close()
    #expect(rig.jail.wait { !exists(place) })
  }

  @Test("None shows a second workspace, or that of another plugin's call, or one where it is gone")
  func refuses() throws {
    let rig = try ImageRig()
    defer { rig.close() }
    let leases = try ["a", "b"].map { try rig.workspaces.lease(rig.open($0)) }
    let (place, gone) = try (make(rig), make(rig))
    clear(rig, of: "q", keeping: [])
    clear(rig, keeping: [place])
    #expect(exists(place) && !exists(gone))
    #expect(throws: Failure.self) { try show(leases[0], at: place, of: "q", rig) }
    #expect(throws: Failure.self) { try show(leases[0], at: gone, rig) }
    #expect(throws: Failure.self) { try show(leases[0], at: rig.root, rig) }
    try show(leases[0], at: place, rig)
    #expect(throws: Failure.self) { try show(leases[1], at: place, rig) }
    for lease in leases { lease.end() }
    #expect(rig.jail.wait { !exists(place) })
  }

  @Test("The oldest goes where nobody clears them, and all go with the node")
  func bounds() throws {
    var last = ""
    let rest = try ImageRig.past { rig in
      let first = try make(rig)
      for _ in 0..<64 { last = try make(rig) }
      #expect(rig.jail.wait { !exists(first) } && exists(last))
    }
    #expect(!exists(last))
    try FileManager.default.removeItem(atPath: rest.state)
  }
}
