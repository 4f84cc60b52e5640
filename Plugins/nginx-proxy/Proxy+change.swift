internal import OrienHTTPClient
internal import OrienKit

// How a server of ours comes, changes and goes: written, checked, read by nginx, and seen to be there;
// or everything is as it was, and the reason is told.

extension Proxy {
  /// How long nginx may take until it is seen to have read its configuration. Where a port is taken it
  /// tries for 2.5 seconds.
  private static let effectMilliseconds: UInt64 = 8000
  /// What it has read it has opened already when its workers are seen; this is for those who look.
  private static let readMilliseconds: UInt64 = 1000

  func open(
    _ name: String, port: Int, host: String, target: (host: String, port: Int),
    _ call: borrowing Call
  ) throws(Failure) {
    let lease = try lease(name, port: port, host: host, target: target)
    let servers = try servers()
    let files = try servers.leases()
    if let other = files.values.first(where: { $0.lease.port == port && $0.lease.name != name }) {
      throw taken("port \(port) is lent to \(other.lease.name)")
    }
    let before = files[name]
    let processes = try nginx.processes(call)
    let listeners = try nginx.listeners(call)
    let wanted = lease.replacing(before?.lease)
    let isThere = listeners.isHeld(port, by: processes) && before?.lease.port == port
    if isThere, let before, before.lease == wanted, !before.isEdited { return }
    if !isThere, listeners.isTaken(port) {
      throw taken(
        "somebody listens there: \(listeners.others(at: port, than: processes) ?? "nginx itself, for something else")"
      )
    }
    if let before, before.isEdited { warn(of: before, call) }
    try change(name, to: wanted, from: before, in: servers, processes, call)
    if let before, before.lease.port != port || !before.lease.hasTarget(of: wanted) {
      try cut(before.lease, call)
    }
    count(name, nil, call)
  }

  func close(_ name: String, _ call: borrowing Call) throws(Failure) -> Bool {
    let servers = try servers()
    guard let before = try servers.leases()[name] else { return false }
    if before.isEdited { warn(of: before, call) }
    let processes: Processes
    do throws(Failure) { processes = try nginx.processes(call) } catch {
      // Where nginx does not run nobody can connect; it will not find the file when it does.
      guard error.reason == "nginx-not-running",
        try !nginx.listeners(call).isTaken(before.lease.port)
      else { throw error }
      try servers.replace(name, by: nil, from: before)
      return true
    }
    try change(name, to: nil, from: before, in: servers, processes, call)
    try cut(before.lease, call)
    count(name, [before.lease], call)
    return true
  }

  private func change(
    _ name: String, to lease: Lease?, from before: ServerFile?, in servers: ServerFolder,
    _ processes: Processes, _ call: borrowing Call
  ) throws(Failure) {
    try servers.replace(name, by: lease, from: before)
    do throws(Failure) {
      try nginx.check(call)
      try nginx.reload(call)
      try awaitEffect(of: lease, over: before?.lease, processes, call)
    } catch {
      let isRead = error.reason != "configuration-refused" && error.reason != "reload-failed"
      try servers.restore(name, to: before)
      // It may take late what it did not take in time: it is told what holds again.
      if isRead { reloadOld(call) }
      throw error.told(for: lease?.port)
    }
  }

  private func reloadOld(_ call: borrowing Call) {
    do throws(Failure) { try nginx.reload(call) } catch {
      call.log(.warning, "nginx was not told that a change was taken back: \(error.message)")
    }
  }

  /// Returns once other workers serve, and the port is theirs or nobody's of nginx. nginx says nothing
  /// where it keeps what it had.
  private func awaitEffect(
    of lease: Lease?, over before: Lease?, _ old: Processes, _ call: borrowing Call
  ) throws(Failure) {
    var end = Pause.now + Self.effectMilliseconds
    var pause = 5
    var isRead = false
    var wasRead = false
    repeat {
      let now = try nginx.processes(call)
      isRead = now.master != old.master || now.workers.isDisjoint(with: old.workers)
      if isRead, !now.workers.isEmpty {
        if !wasRead { end = min(end, Pause.now + Self.readMilliseconds) }
        wasRead = true
        let listeners = try nginx.listeners(call)
        let isOpen = lease.map { listeners.isHeld($0.port, by: now) } ?? true
        let isGone =
          before.map { $0.port == lease?.port || !listeners.isHeld($0.port, by: now) } ?? true
        if isOpen, isGone { return }
      }
      if Pause.wait(milliseconds: pause, orUntil: call.cancelDescriptor) { break }
      pause = min(pause * 2, 200)
    } while Pause.now < end
    try call.checkCancelled()
    throw try noEffect(isRead: isRead, lease, old, call)
  }

  private func noEffect(
    isRead: Bool, _ lease: Lease?, _ old: Processes, _ call: borrowing Call
  ) throws(Failure) -> Failure {
    if isRead {
      return Failure(
        .unavailable,
        "nginx has read its configuration, and \(path) is no part of it: `orien proxy setup` says "
          + "what to add", reason: "not-included")
    }
    if let lease, let other = try nginx.listeners(call).others(at: lease.port, than: old) {
      return taken("somebody listens there: \(other)")
    }
    return Failure(
      .unavailable, "nginx keeps the configuration that it had; its error log says why",
      reason: "reload-ignored")
  }

  /// What has been logged is counted while it is known whose it is; what comes later, later.
  private func count(_ name: String, _ leases: [Lease]?, _ call: borrowing Call) {
    do throws(Failure) { try traffic(call, open: leases) } catch {
      call.log(.warning, "what went over \(name) is not counted now: \(error.message)")
    }
  }

  /// Ends the sessions of a lease that is over.
  private func cut(_ lease: Lease, _ call: borrowing Call) throws(Failure) {
    for _ in 0..<3 where try nginx.cut(lease.port, call) { return }
    call.log(
      .warning,
      "sessions over port \(lease.port) go on until nginx ends its old workers "
        + "(worker_shutdown_timeout): this machine's kernel ends no sockets of others")
  }

  private func lease(
    _ name: String, port: Int, host: String, target: (host: String, port: Int)
  ) throws(Failure) -> Lease {
    guard let targetHost = Lease.address(target.host),
      let only = host.isEmpty ? hosts : Lease.address(host).map({ [$0] })
    else {
      throw Failure(
        .unavailable, "expected IP addresses, found '\(host)' and '\(target.host)'",
        reason: "bad-address")
    }
    let serial = String(UInt64.random(in: .min ... .max), radix: 16)
    return Lease(
      name: name, port: port, hosts: only, targetHost: targetHost, targetPort: target.port,
      serial: String(repeating: "0", count: 16 - serial.utf8.count) + serial, log: log)
  }

  private func taken(_ what: String) -> Failure {
    Failure(.conflict, what, reason: "port-taken")
  }
}

extension Lease {
  /// The same, counted as the one before it was, where there is one.
  fileprivate func replacing(_ before: Lease?) -> Lease {
    Lease(
      name: name, port: port, hosts: hosts, targetHost: targetHost, targetPort: targetPort,
      serial: before?.serial ?? serial, log: log)
  }

  fileprivate func hasTarget(of other: Lease) -> Bool {
    targetHost == other.targetHost && targetPort == other.targetPort
  }
}

extension Failure {
  /// A port that something else in nginx's configuration has is taken, too.
  fileprivate func told(for port: Int?) -> Failure {
    guard let port, reason == "configuration-refused", message.has(":\(port)\""),
      message.has("duplicate") || message.has("conflicting")
    else { return self }
    return Failure(.conflict, message, reason: "port-taken")
  }
}

extension String {
  fileprivate func has(_ part: String) -> Bool {
    let (whole, part) = (Array(utf8), Array(part.utf8))
    guard whole.count >= part.count else { return false }
    return (0...(whole.count - part.count)).contains { whole[$0...].starts(with: part) }
  }
}
