import Foundation
import Glibc
import OrienKernel
import OrienModel
import OrienNode
import OrienSystem
import OrienTestKit
import Testing

/// A real nginx with a configuration of the test's own, below /srv so that nobody but root may change
/// what runs, and what its manifest grants the plugin of it.
final class NginxRig {
  let home: URL
  /// What stands around our include in the stream block.
  var beside = ""
  private var process: ChildProcess?
  private var master: Int32?
  private let mustInclude: Bool

  init(includes: Bool = true) throws {
    mustInclude = includes
    home = URL(filePath: "/srv/orien-nginx-\(UInt32.random(in: 0 ... .max))")
    for folder in ["conf", "log"] {
      try FileManager.default.createDirectory(
        at: home.appending(path: folder), withIntermediateDirectories: true)
    }
    // A way to fail as the test wants: by the word that nginx is called with.
    try write(
      "nginx",
      """
      #!/bin/sh
      for word in "$@"; do
        if [ -e "\(home.path)/hang$word" ]; then exec sleep 600; fi
        if [ -e "\(home.path)/fail$word" ]; then echo "nginx: [emerg] as the test wants" >&2; exit 1; fi
      done
      exec /usr/sbin/nginx "$@"
      """, mode: 0o755)
    try configure()
    try start()
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(at: home)
  }

  func configure() throws {
    let include = mustInclude ? "include \(home.path)/conf/*.conf;" : ""
    try write(
      "nginx.conf",
      """
      load_module /usr/lib/nginx/modules/ngx_stream_module.so;
      user root; daemon off; worker_processes 1;
      pid \(home.path)/nginx.pid; error_log \(home.path)/error.log info;
      events { worker_connections 512; }
      stream {
        server { listen 127.0.0.1:\(try LentPorts.one()); return up; }
        \(beside)
        \(include)
      }
      """)
  }

  func start() throws {
    let process = try ChildProcess(
      "/usr/sbin/nginx",
      arguments: ["nginx", "-c", home.path + "/nginx.conf", "-e", home.path + "/error.log"],
      environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], descriptors: [])
    master = process.pid
    self.process = consume process
    #expect(eventually { self.pid != nil && !self.workers.isEmpty }, "\(errors)")
  }

  func stop() { end(SIGTERM) }

  func kill() {
    let workers = workers
    end(SIGKILL)
    // Those that a dead master leaves behind go on: an operator ends them so, too.
    for worker in workers { Glibc.kill(Int32(worker), SIGKILL) }
  }

  private func end(_ signal: Int32) {
    guard let master, let process = process.take() else { return }
    self.master = nil
    Glibc.kill(master, signal)
    let end = try? process.finish(by: .now + .seconds(20))
    #expect(end != .overdue && end != nil)
  }

  var pid: Int? {
    guard let text = try? read("nginx.pid") else { return nil }
    return Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// The processes that its master has now.
  var workers: [Int] {
    guard let master else { return [] }
    let path = "/proc/\(master)/task/\(master)/children"
    return (try? String(contentsOfFile: path, encoding: .utf8))?
      .split(separator: " ").compactMap { Int($0) } ?? []
  }

  var errors: String { (try? read("error.log")) ?? "" }

  func reopenLogs() {
    if let master { Glibc.kill(master, SIGUSR1) }
  }

  // Files

  func write(_ name: String, _ text: String, mode: Int = 0o644) throws {
    let path = home.path + "/" + name
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  func read(_ name: String) throws -> String {
    try String(contentsOfFile: home.path + "/" + name, encoding: .utf8)
  }

  func remove(_ name: String) throws {
    try FileManager.default.removeItem(at: home.appending(path: name))
  }

  var servers: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: home.path + "/conf")) ?? [])
      .filter { $0 != "orien.conf" }.sorted()
  }

  var manifest: String {
    let conf = #""-c", "\#(home.path)/nginx\\.conf""#
    return """
      {"isolation": "node", "grants": {"programs": [
        {"program": "nginx", "path": "\(home.path)/nginx", "arguments":
          [[\(conf), "-t", "-q"], [\(conf), "-T", "-q"], ["-v"], [\(conf), "-s", "reload"]]},
        {"program": "ss", "path": "/usr/bin/ss", "arguments": [
          ["-H", "-l", "-t", "-n", "-p"],
          ["-H", "-t", "-n", "state", "established", "sport", "=", ":[0-9]{1,5}"],
          ["-K", "-H", "-t", "-n", "state", "connected", "sport", "=", ":[0-9]{1,5}"]]},
        {"program": "ps", "path": "/usr/bin/ps", "arguments":
          [["-C", "nginx", "-o", "pid=,ppid=,args="]]},
        {"program": "cat", "path": "/usr/bin/cat", "arguments": [["\(home.path)/nginx\\\\.pid"]]}]},
       "config": {"folder": "\(home.path)/conf", "log": "\(home.path)/log/traffic.log",
        "pid": "\(home.path)/nginx.pid", "options": ["-c", "\(home.path)/nginx.conf"]}}
      """
  }
}

/// Whether it comes true; what is asked is outside and tells nobody.
func eventually(_ condition: () -> Bool) -> Bool {
  for _ in 0..<5000 {
    if condition() { return true }
    var none = pollfd()
    poll(&none, 0, 2)
  }
  return false
}
