import Foundation
import OrienModel
import OrienSystem
import Testing

@testable import OrienSandbox

/// A launcher with a loop, a state folder and control groups of its own, all gone at `close()`.
///
/// The loop runs on the test's thread, and only while something is awaited.
final class JailRig {
  let loop: Loop
  let state: String
  let group: String
  let launcher: Launcher
  let images: Images?
  /// What the arguments of everything contain of which nothing may be left at an end that is told.
  var marker: String?

  /// What was started, and what came of it.
  final class Run {
    var process: (any JailProcess)!
    var hasStarted = false
    var ends: [JailEnd] = []
    /// Who was alive with the rig's marker when the end was told.
    var left: [Int32] = []
    /// What listens where it is, for who asked for one.
    var door: Descriptor?
    fileprivate var output: Descriptor?
    fileprivate var errors: Descriptor?

    var end: JailEnd? { ends.first }
    lazy var outputText = drain(&output)
    lazy var errorText = drain(&errors)

    /// What was written; whoever wrote it has ended.
    private func drain(_ descriptor: inout Descriptor?) -> String {
      var bytes: [UInt8] = []
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      while let count = piece.withUnsafeMutableBytes({ room in
        (try? descriptor?.read(into: room)) ?? nil
      }), count > 0 {
        bytes += piece.prefix(count)
      }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  /// The built program beside the tests.
  static let program: String = {
    let tests = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    return tests.deletingLastPathComponent().appending(path: "orien-jail").path(
      percentEncoded: false)
  }()

  init(
    groups: String = "auto", scopes: String = "auto", walls: String = "auto", state: String? = nil,
    group: String? = nil, images: DiskUsage? = nil
  ) throws {
    let hex = String(format: "%016lx", UInt64.random(in: 0 ... .max))
    self.state = try state ?? Self.makeFolder()
    self.group = group ?? "orien-\(hex)"
    loop = try Loop()
    let log = Log(level: .error, format: .text, descriptor: Self.nowhere)
    let folder = self.state + "/workspaces"
    self.images = try images.map { [loop] in try Images(in: folder, $0, loop: loop, log: log) }
    launcher = try Launcher(
      loop: loop, program: Self.program,
      runLock: RunLock(in: Folder(at: self.state)), groupName: self.group,
      log: log, grants: Self.grants(workspaces: self.state), images: self.images, groups: groups,
      scopes: scopes, walls: walls)
  }

  private static func grants(workspaces: String) -> JailGrants {
    var grants = JailGrants()
    grants.workspaces = workspaces
    return grants
  }

  private static let nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC)

  static func makeFolder() throws -> String {
    var template = Array("/tmp/orien-jail-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
    return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  func close(keepingState: Bool = false) {
    var isOver = false
    launcher.shutdown(within: .seconds(10)) { isOver = true }
    #expect(wait { isOver })
    #expect(processes(named: "orien-launcher", group: group).isEmpty)
    #expect(groupFolders.isEmpty)
    if !keepingState { try? FileManager.default.removeItem(atPath: state) }
  }

  /// Runs the loop until the condition holds; false after `seconds`. What it asks may lie outside
  /// of the loop, so it is asked again and again.
  func wait(_ seconds: Double = 10, until condition: () -> Bool) -> Bool {
    let deadline = Instant.now + .seconds(seconds)
    while !condition() {
      if Instant.now >= deadline { return false }
      let bound = loop.schedule(after: .milliseconds(5)) { [loop] in loop.stop() }
      loop.run()
      bound.cancel()
    }
    return true
  }

  func start(
    _ arguments: [String], environment: [String] = [], limits: Limits = Limits(),
    workspace: String? = nil, in folder: Folder? = nil
  ) throws -> Run {
    let run = Run()
    let (output, errors) = (try Pipe().release(), try Pipe().release())
    run.output = Descriptor(owning: output.reader)
    run.errors = Descriptor(owning: errors.reader)
    let descriptors = JailDescriptors(
      input: try .input([]), output: Descriptor(owning: output.writer),
      errors: Descriptor(owning: errors.writer),
      workspace: try (folder ?? Folder(at: workspace ?? state)).descriptor())
    let request = JailRequest(arguments, environment: environment, limits: limits)
    run.process = launcher.start(
      request, descriptors,
      onStart: { [loop] door in
        run.door = door
        run.hasStarted = true
        loop.stop()
      },
      onEnd: { [unowned self] in
        run.ends.append($0)
        run.left = marker.map(processes(with:)) ?? []
        loop.stop()
      })
    return run
  }

  private var hasWalls: Bool { launcher.capabilities?.walls != JailCapabilities.Walls.none }

  /// What a program finds as HOME and TMPDIR.
  var home: String { hasWalls ? "/workspace" : state }
  var scratch: String { hasWalls ? "/tmp" : state }

  /// Starts it and waits for its end.
  func run(
    _ arguments: [String], environment: [String] = [], limits: Limits = Limits(),
    killing reason: ProcessExit.Reason? = nil
  ) throws -> Run {
    let run = try start(arguments, environment: environment, limits: limits)
    if let reason { run.process.kill(reason) }
    try #require(wait(30) { run.end != nil })
    return run
  }

  func sh(_ script: String, limits: Limits = Limits()) throws -> Run {
    try run(["sh", "-c", script], limits: limits)
  }

  /// The control groups that bear this rig's name.
  var groupFolders: [String] { foldersOfGroups(named: group) }
}

/// Where control groups of version 2 are: beside those of version 1, or in their place.
let unifiedTree =
  access("/sys/fs/cgroup/cgroup.procs", F_OK) == 0
  ? "/sys/fs/cgroup" : "/sys/fs/cgroup/unified"

/// The control groups called `name`, in every hierarchy.
func foldersOfGroups(named name: String, in root: String = "/sys/fs/cgroup") -> [String] {
  // Foundation's enumerator stops at mounts. Others make and remove groups meanwhile.
  let names = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
  return names.flatMap { entry in
    let path = root + "/" + entry
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return [String]() }
    return entry == name ? [path] : foldersOfGroups(named: name, in: path)
  }
}

/// The processes whose arguments contain `marker`, the caller aside.
func processes(with marker: String) -> [Int32] {
  pids { pid in
    guard let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") else {
      return false
    }
    return String(decoding: line, as: UTF8.self).contains(marker)
  }
}

/// Those parts of a jail, by name, that were started for `group`; but not a child that one of them has
/// just forked, which for a moment bears its parent's name.
func processes(named name: String, group: String) -> [Int32] {
  let named = processes(with: group).filter { status(of: $0, "Name") == name }
  return named.filter { pid in !named.contains { status(of: pid, "PPid") == String($0) } }
}

func parent(of pid: Int32) -> Int32? { status(of: pid, "PPid").flatMap { Int32($0) } }

/// A line of /proc/PID/status; nil where the process is gone.
private func status(of pid: Int32, _ key: String) -> String? {
  let text = FileManager.default.contents(atPath: "/proc/\(pid)/status") ?? Data()
  let line = String(decoding: text, as: UTF8.self).split(separator: "\n")
    .first { $0.hasPrefix("\(key):\t") }
  return line.map { String($0.dropFirst(key.count + 2)) }
}

private func pids(_ matches: (Int32) -> Bool) -> [Int32] {
  let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return all.compactMap { Int32($0) }.filter { $0 != getpid() && matches($0) }
}
