import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// A node's workspaces as images, with the jail that mounts them and the programs that run there.
final class ImageRig {
  static let usage = DiskUsage(bytes: 32 << 20, files: 500)

  let jail: JailRig
  let disk = DiskThreads(count: 2)
  let store: SimulatedStore
  let workspaces: Workspaces
  var root: String { jail.state + "/workspaces" }

  /// What outlives a node.
  struct Rest {
    var state: String
    var store: SimulatedStore
    var root: String { state + "/workspaces" }
  }

  /// A node that does this and ends; it leaves no device.
  static func past(
    hasImages: Bool = true, _ body: (ImageRig) throws -> Void
  ) throws -> Rest {
    let rest = try rest(hasImages, body)
    #expect(isDetached(rest.root))
    return rest
  }

  /// Who returns holds nothing of it open any more.
  private static func rest(
    _ hasImages: Bool, _ body: (ImageRig) throws -> Void
  ) throws -> Rest {
    let rig = try ImageRig(hasImages: hasImages)
    defer { rig.close(keepingState: true) }
    try body(rig)
    return Rest(state: rig.jail.state, store: rig.store)
  }

  /// Goes on where the node stopped that has left `rest`.
  init(
    after rest: Rest? = nil, hasImages: Bool = true, as quota: WorkspaceQuota = .image,
    _ adjust: (inout WorkspaceLimits) -> Void = { _ in }
  ) throws {
    var limits = WorkspaceLimits()
    limits.usage = Self.usage
    adjust(&limits)
    jail = try JailRig(state: rest?.state, images: hasImages ? limits.usage : nil)
    store = rest?.store ?? SimulatedStore()
    store.isMute = false
    workspaces = try Workspaces(
      at: jail.state + "/workspaces", limits, loop: jail.loop, disk: disk, store: store,
      images: jail.images)
    let launcher = jail.launcher
    try answer { launcher.whenClear(within: .seconds(30), $0) }.get()
    if let images = jail.images {
      answer { done in images.whenKnown(within: .seconds(30)) { done(()) } }
      try workspaces.begin(as: quota)
    }
    _ = try answer { workspaces.adopt(Array(store.sessions.values), then: $0) }.get()
  }

  func close(keepingState: Bool = false) {
    workspaces.close()
    jail.close(keepingState: keepingState)
    disk.close()
  }

  func answer<Value>(_ ask: (@escaping (Value) -> Void) -> Void) -> Value {
    var answer: Value?
    ask {
      answer = $0
      self.jail.loop.stop()
    }
    while answer == nil { jail.loop.run() }
    return answer!
  }

  func key(_ id: String) -> SessionKey { SessionKey(SessionID(id)!, of: Owner("me")) }

  func open(_ id: String, creating: Bool = true) throws(Failure) -> Workspace {
    try answer { workspaces.open(key(id), creating: creating, then: $0) }.get()
  }

  func remove(_ id: String) throws(Failure) {
    try answer { workspaces.remove(key(id), then: $0) }.get()
  }

  /// Runs a script in the session's workspace, as a call does; what it wrote.
  @discardableResult
  func sh(_ script: String, in workspace: Workspace) throws -> String {
    let lease = try workspaces.lease(workspace)
    defer { lease.end() }
    lease.watch(upTo: Self.usage) { _ in }
    let run = try jail.start(["sh", "-c", script], in: workspace.folder)
    try #require(jail.wait(60) { run.end != nil })
    #expect(run.end?.failure == nil)
    _ = answer { lease.judge($0) }
    return run.outputText + run.errorText
  }

  func put(_ text: String, to path: String, in workspace: Workspace) throws {
    let upload = try answer {
      try! workspaces.upload(to: FolderPath(path), in: workspace, bytes: nil, then: $0)
    }.get()
    try answer { upload.write(Array(text.utf8), then: $0) }.get()
    _ = try answer { upload.finish(then: $0) }.get()
  }

  func files(in workspace: Workspace) throws -> [String] {
    try answer { workspaces.list(workspace, then: $0) }.get().files.map(\.path.text).sorted()
  }

  /// The image's file, which is there as long as its session is.
  func file(of id: String) throws -> String {
    try root + "/" + #require(store.sessions[key(id)]).folder
  }

  /// What of this rig's is mounted as a block device, by the file's name.
  var attached: [String] { attachedFiles(in: root) }

  /// The stock is made by itself, and then there is peace.
  func waitForStock() { #expect(jail.wait(30) { attached.filter(isStock).count == 4 }) }

  /// Those that sessions have.
  var mounted: [String] { attached.filter { !isStock($0) } }

  private func isStock(_ name: String) -> Bool { name.hasPrefix("stock-") }
}

/// Whether anybody could mount images here: root, with loop devices and what makes file systems.
let canMountImages =
  geteuid() == 0 && access("/dev/loop-control", F_OK) == 0
  && ["/usr/sbin", "/sbin"].contains { access($0 + "/mkfs.ext4", X_OK) == 0 }

/// Waits until no loop device stands over a file below `folder`: the kernel lets go of a mount a
/// moment after the last of those that had it has ended.
func isDetached(_ folder: String) -> Bool {
  let deadline = Instant.now + .seconds(10)
  while !attachedFiles(in: folder).isEmpty {
    guard Instant.now < deadline else { return false }
    poll(nil, 0, 5)
  }
  return true
}

/// The files below `folder` that loop devices stand over.
func attachedFiles(in folder: String) -> [String] {
  let devices = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/block")) ?? []
  return devices.filter { $0.hasPrefix("loop") }.compactMap { device in
    let path = "/sys/block/\(device)/loop/backing_file"
    guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
    let file = String(decoding: bytes, as: UTF8.self)
    // Where the root is another's in a chroot, more stands before it.
    guard file.contains(folder + "/") else { return nil }
    return file.split(separator: "/").last.map { String($0).trimmingCharacters(in: .newlines) }
  }
}
