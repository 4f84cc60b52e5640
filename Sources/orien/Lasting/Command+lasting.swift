import OrienKernel
import OrienModel
import OrienSandbox
import OrienSystem

// Programs that outlive the node, asked for without it.
extension Command {
  static func listLasting(_ invocation: Invocation) throws(Failure) -> ExitCode {
    let lasting = try Lasting(invocation)
    var table = TextTable("PLUGIN/NAME", "STATUS", "STARTED", "PROCESSES", "MEMORY", "CPU")
    var list: [JSON] = []
    for key in try lasting?.all() ?? [] {
      guard let status = try lasting?.status(key) else { continue }
      list.append(key.json(status))
      table.add(
        key.text, status.word, status.startedAt,
        status.isRunning ? "\(status.processes)" : "",
        status.isRunning ? "\(status.memoryBytes >> 20) MiB" : "",
        "\(status.usage.cpuMicroseconds / 1_000_000) s")
    }
    if try !invocation.answered(.object([JSON.Member("lasting", .array(list))])) {
      try invocation.console.write(table.text(invocation.console.style))
    }
    return .success
  }

  static func stopLasting(_ invocation: Invocation) throws(Failure) -> ExitCode {
    guard invocation.has(.allLasting) == invocation.operands.isEmpty else {
      throw .usage("expected names, or --all", invocation.command)
    }
    let lasting = try Lasting(invocation)
    let known = try lasting?.all() ?? []
    var stopped: [JSON] = []
    for key in try invocation.operands.isEmpty ? known : invocation.named(among: known) {
      try lasting?.stop(key, graceMilliseconds: try invocation.grace())
      stopped.append(.string(key.text))
      if !invocation.has(.json) { try invocation.console.line("\(key.text): stopped") }
    }
    _ = try invocation.answered(.object([JSON.Member("stopped", .array(stopped))]))
    return .success
  }
}

extension Lasting {
  /// Those of the node whose state folder is meant; nil where there is no such folder.
  fileprivate init?(_ invocation: Invocation) throws(Failure) {
    let configuration = try Configuration.load(invocation)
    guard HostFile.kind(at: configuration.stateFolder) != nil else { return nil }
    let state = try Folder(at: configuration.stateFolder)
    self = try configuration.lasting(invocation.environment, state)
  }
}

extension Lasting.Key {
  fileprivate var text: String { owner + "/" + name.text }

  fileprivate func json(_ status: LastingStatus) -> JSON {
    .object([
      JSON.Member("plugin", .string(owner)), JSON.Member("name", .string(name.text)),
      JSON.Member("running", .bool(status.isRunning)),
      JSON.Member("startedAt", .string(status.startedAt)),
      JSON.Member("processes", .unsigned(UInt64(status.processes))),
      JSON.Member("memoryBytes", .unsigned(status.memoryBytes)),
      JSON.Member("memoryPeakBytes", .unsigned(status.usage.memoryPeakBytes)),
      JSON.Member("cpuMicroseconds", .unsigned(status.usage.cpuMicroseconds)),
    ])
  }
}

extension LastingStatus {
  var startedAt: String {
    Timestamp(microseconds: Int64(clamping: startedMilliseconds.saturatingMultiply(1000))).iso8601
  }

  fileprivate var word: String {
    if isRunning { return "running" }
    if let code = exit.code { return "exited (\(code))" }
    return exit.signal.map { "killed (\($0))" } ?? "gone"
  }
}

extension Invocation {
  fileprivate func named(among known: [Lasting.Key]) throws(Failure) -> [Lasting.Key] {
    try operands.map { word throws(Failure) in
      guard let key = known.first(where: { $0.text == word }) else {
        let hint = Nearest.hint(for: word, among: known.map(\.text))
        throw Failure(.notFound, "lasting-absent", "\(word.printable): there is none\(hint)")
      }
      return key
    }
  }

  fileprivate func grace() throws(Failure) -> UInt64 {
    guard let text = value(.grace) else { return 10_000 }
    guard let seconds = UInt64(text), seconds <= 3600 else {
      throw .usage("--grace \(text): expected seconds, up to 3600", command)
    }
    return seconds * 1000
  }
}
