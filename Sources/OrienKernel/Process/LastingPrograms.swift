package import OrienModel
import OrienPlugins
package import OrienSandbox
package import OrienSystem

/// Programs that plugins have outlive the node: those that their manifests grant, each in a control
/// group of its own that a later node finds it by. Any thread but the loop's.
package struct LastingPrograms: Sendable {
  private let lasting: Lasting
  /// What the operator wants the kernel to hold programs to.
  private let required: [RequiredLimit]
  private let log: Log

  package init(_ lasting: Lasting, required: [RequiredLimit], log: Log) {
    self.lasting = lasting
    self.required = required
    self.log = log
  }

  /// What the jail's own programs find beside what those outside do.
  private static let environment = ["LANG=C.UTF-8", "LC_ALL=C.UTF-8"]

  func answer(
    _ request: LastingRequest, of plugin: PluginIdentity, for call: (any CallHost)?
  ) throws(Failure) -> LastingAnswer {
    switch request {
    case .start(let name, let command, let limits):
      try start(name, command, limits, of: plugin)
      return .done
    case .stop(let name, let grace):
      let cancelled = call.map { $0.cancelDescriptor() }
      try lasting.stop(
        Lasting.Key(name, of: plugin.id), graceMilliseconds: grace,
        cancelled: cancelled == -1 ? nil : cancelled)
      tell("a plugin has stopped a program that lasted", name, of: plugin)
      return .done
    case .status(let name):
      let status = try lasting.status(Lasting.Key(name, of: plugin.id))
      guard let status else { throw Self.absent(name) }
      return .status(status)
    case .output(let name):
      let output = try lasting.output(Lasting.Key(name, of: plugin.id))
      guard let output else { throw Self.absent(name) }
      return .output(output)
    case .list(let prefix, let after, let bytes):
      return .names(try names(prefix, after, bytes, of: plugin))
    }
  }

  private func start(
    _ name: LastingName, _ command: Command, _ limits: Limits, of plugin: PluginIdentity
  ) throws(Failure) {
    let outside = try OutsideCommand(command, of: plugin)
    let required = try required(of: plugin, among: limits)
    var request = JailRequest(
      outside.command.arguments, environment: Self.environment + outside.command.environment,
      limits: limits)
    var told = ["program": outside.command.arguments[0]]
    if outside.network == .public {
      let servers = try NameServers.current()
      request.network = .public(nameServers: servers)
      told["network"] = "public"
      told["name_servers"] = servers.map(\.hostText).joined(separator: " ")
    }
    do throws(Failure) {
      try lasting.start(
        Lasting.Key(name, of: plugin.id), request, input: outside.command.input,
        in: outside.home(), required: required)
    } catch {
      if error.reason == Lasting.unbound {
        log.warning(error.message, ["plugin": plugin.name, "name": name.text])
      }
      throw error
    }
    tell("a plugin has started a program that lasts", name, of: plugin, more: told)
  }

  /// What its group has to hold it to; refused where the plugin gives it no such limit.
  private func required(
    of plugin: PluginIdentity, among limits: Limits
  ) throws(Failure) -> [RequiredLimit] {
    let wanted = (required + plugin.manifest.required).filter(Self.held.contains)
    for limit in wanted {
      let isSet = Limits.named.contains {
        $0.name == limit.limit && limits[keyPath: $0.path] != nil
      }
      guard isSet else {
        throw Failure(
          .unavailable, "limit-not-held",
          "the kernel has to hold the limit of \(limit.rawValue), and the plugin has set none")
      }
    }
    return wanted
  }

  /// Of a program that lasts; the rest are a call's, or a file's.
  private static let held: Set<RequiredLimit> = [.memory, .cpu, .processes]

  private func names(
    _ prefix: String, _ after: String?, _ bytes: UInt64, of plugin: PluginIdentity
  ) throws(Failure) -> [String] {
    var room = bytes
    var names: [String] = []
    for name in try lasting.names(of: plugin.id).map(\.text) where name.hasPrefix(prefix) {
      if let after, !after.utf8.lexicographicallyPrecedes(name.utf8) { continue }
      guard name.utf8.count + 1 <= room else { break }
      room -= UInt64(name.utf8.count + 1)
      names.append(name)
    }
    return names
  }

  private static func absent(_ name: LastingName) -> Failure {
    Failure(.notFound, "lasting-absent", "\(name.text) was not started, or was stopped")
  }

  private func tell(
    _ what: String, _ name: LastingName, of plugin: PluginIdentity, more: [String: String] = [:]
  ) {
    let fields = ["plugin": plugin.name, "name": name.text]
    log.info(what, fields.merging(more) { own, _ in own })
  }
}
