import OrienModel
import OrienSystem

/// The operator's nginx as its files are: which of the folders is its own, what is missing in it, and how
/// that is put there.
struct NginxSetup {
  /// Where nginx.conf may be, the first that has one first.
  static let places = [
    "/etc/nginx", "/usr/local/etc/nginx", "/opt/homebrew/etc/nginx", "/usr/local/nginx/conf",
  ]
  private static let modulePlaces = [
    "/usr/lib/nginx/modules", "/usr/lib64/nginx/modules", "/usr/local/nginx/modules",
  ]
  private static let programs = [
    "/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/local/nginx/sbin/nginx",
    "/opt/homebrew/bin/nginx",
  ]
  private static let mostBytes = 1 << 20

  let folder: String
  /// Where files of ours are.
  let servers: String
  let plan: NginxPlan
  private let before: String

  /// `folder` and `servers` are what the operator has set.
  init(folder named: String?, servers: String?) throws(Failure) {
    let places = named.map { [$0] } ?? Self.places
    guard let folder = places.first(where: { HostFile.kind(at: $0 + "/nginx.conf") == .regular })
    else {
      throw Failure(
        .notFound, "no-nginx",
        "there is no nginx.conf in \(places.joined(separator: ", ")); NGINX_DIR says where it is")
    }
    self.folder = folder
    self.servers = servers ?? folder + "/golem.d"
    before = try HostFile(at: folder + "/nginx.conf").text(atMostBytes: Self.mostBytes)
    plan = try NginxPlan(
      before, includes: self.servers + "/*.conf", others: try Self.included(by: before, in: folder),
      modulePath: Self.modulePath)
  }

  private static var modulePath: String? {
    modulePlaces.map { "\($0)/\(NginxPlan.module)" }.first { HostFile.kind(at: $0) == .regular }
  }

  /// Files that are included at the top, by a plain path or by all of a folder.
  private static func included(
    by text: String, in folder: String
  ) throws(Failure) -> [String] {
    var texts: [String] = []
    for directive in try NginxDirective.parse(text) where directive.name == "include" {
      guard var path = directive.words.dropFirst().first else { continue }
      if !path.hasPrefix("/") { path = folder + "/" + path }
      guard path.hasSuffix("/*.conf") else {
        if HostFile.kind(at: path) == .regular {
          texts.append(try HostFile(at: path).text(atMostBytes: mostBytes))
        }
        continue
      }
      let all = String(path.dropLast("/*.conf".count))
      guard HostFile.kind(at: all) == .folder else { continue }
      for name in try Folder(at: all).names().map(\.text) where name.hasSuffix(".conf") {
        texts.append(try HostFile(at: all + "/" + name).text(atMostBytes: mostBytes))
      }
    }
    return texts
  }
}

// Putting it there.
extension NginxSetup {
  private static let name = "nginx.conf"
  private static let checkBound: Duration = .seconds(10)

  /// Writes what is missing, and has nginx say whether it takes it. Where it does not, everything is as
  /// it was. The text before is kept beside it.
  func write() throws(Failure) {
    try Self.makeFolder(servers)
    try Self.makeFolder(Self.logs)
    guard !plan.isDone else { return }
    let home = try Folder(at: folder)
    let name = try FolderPath(Self.name)
    // What an operator has let others read stays so.
    let mode = HostFile.status(at: folder + "/" + Self.name)?.mode ?? 0o644
    try home.replace(
      try FolderPath(Self.name + ".before-orien"), with: Array(before.utf8), mode: mode & 0o777)
    try home.replace(name, with: Array(plan.text.utf8), mode: mode & 0o777)
    do throws(Failure) { try check() } catch {
      try home.replace(name, with: Array(before.utf8), mode: mode & 0o777)
      throw error
    }
  }

  /// Where sessions that ended are logged.
  static let logs = "/var/log/nginx/golem"

  private func check() throws(Failure) {
    guard let program = Self.programs.first(where: { HostFile.kind(at: $0) == .regular }) else {
      throw Failure(.unavailable, "no-nginx", "there is no nginx program to check it with")
    }
    let (end, words): (ChildProcess.End, String)
    do throws(SystemError) { (end, words) = try run(program) } catch {
      throw error.failure("running \(program)")
    }
    guard end == .exited(0) else {
      throw Failure(
        .unavailable, "configuration-refused",
        "nginx does not take the configuration, which is as it was: "
          + (end == .overdue ? "its check did not come back" : words))
    }
  }

  private func run(_ program: String) throws(SystemError) -> (ChildProcess.End, String) {
    let said = try Pipe()
    let process = try ChildProcess(
      program, arguments: ["nginx", "-t", "-q", "-c", "\(folder)/\(Self.name)"],
      environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"],
      descriptors: [(parent: said.writer.raw, child: 2)])
    let end = try process.finish(by: .now + Self.checkBound)
    var buffer = [UInt8](repeating: 0, count: 4096)
    let result = buffer.withUnsafeMutableBytes { bytes in
      Result { () throws(SystemError) in try said.reader.read(into: bytes) }
    }
    let count = try result.get() ?? 0
    return (end, String(decoding: buffer[..<count], as: UTF8.self))
  }

  private static func makeFolder(_ path: String) throws(Failure) {
    guard HostFile.kind(at: path) == nil else { return }
    guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw Failure(.invalid, "no-folder", "\(path): expected the path of a folder")
    }
    let parent = try Folder(at: String(path[..<slash]))
    let name = try FolderPath(String(path[path.index(after: slash)...]))
    do throws(SystemError) { try parent.make(name, mode: 0o755) } catch {
      throw error.failure("making \(path)")
    }
  }
}
