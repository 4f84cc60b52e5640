import COrienJail
package import OrienModel
package import OrienSystem

/// Runs programs by way of orien-jail: keeps the keeper and the launcher alive, and tells of every
/// process exactly once how it ended. Belongs to the loop's thread.
///
/// A launcher that is killed is replaced at once, one that hangs in less than two seconds; what it
/// carried ends with the failure `launcher-lost`, once nothing of it is left. One that was only
/// stopped goes on. What is asked for while none is up waits for one, at most `patience`.
package final class Launcher: Jail {
  package private(set) var capabilities: JailCapabilities?
  /// What a trial found; it stays so for every launcher that follows.
  package var obstacle: Failure? {
    didSet { capabilities?.obstacle = obstacle }
  }
  package var isUp: Bool { link != nil }

  package let devices: [String]

  static let patience = Duration.seconds(5)
  private static let pingInterval = Duration.milliseconds(500)
  /// With the interval and a new launcher's start, less than two seconds in all.
  private static let silence = Duration.milliseconds(900)
  /// What a keeper may take to clean up after an earlier one and to start a launcher.
  private static let keeperPatience = Duration.seconds(15)

  private let loop: Loop
  private let log: Log
  private var keeper: Keeper!
  private var link: LauncherLink?
  private var processes: [UInt64: LaunchedProcess] = [:]
  private var losses: Losses!
  private var lastID: UInt64 = 0
  private var ping: Timer?
  /// When the ping was sent that is not answered, or since then was last heard of it.
  private var unanswered: Instant?
  /// When there last was a launcher.
  private var lastSeen = Instant.now
  private var isEnding = false
  private var isClear = false
  /// Who waits for that.
  private var onClear: ((Result<Void, Failure>) -> Void)?

  /// `program` is the path of orien-jail, `groupName` "orien-" and 16 hexadecimal digits that are
  /// the state folder's own. `firstUser` begins `SlotUsers`. `warden` starts keepers where this process
  /// has given up root. What is not "auto" of the rest is for tests.
  package init(
    loop: Loop, program: String, runLock: RunLock, groupName: String, log: Log,
    grants: JailGrants = JailGrants(), firstUser: UInt32 = SlotUsers.usual, images: Images? = nil,
    groups: String = "auto", scopes: String = "auto", walls: String = "auto",
    warden: Warden? = nil
  ) throws(Failure) {
    self.loop = loop
    self.log = log
    devices = grants.devices
    let settings = Keeper.Settings(
      program: program, group: groupName, groups: groups, scopes: scopes, walls: walls,
      firstUser: firstUser, grants: grants, images: images, warden: warden)
    losses = Losses(loop: loop, log: log) { [unowned self] id in
      end(id, .lost(processes[id]?.killReason))
    }
    keeper = Keeper(
      settings, loop: loop, runLock: runLock, log: log,
      onLost: { [unowned self] in
        link?.listen()
        launcherIsLost("its keeper ended")
        losses.inherit()
      },
      onCleared: { [unowned self] in isCleared($0) },
      onLauncher: { [unowned self] in launcherIsUp($0, $1, $2) })
    try keeper.start()
    schedulePing()
  }

  deinit { ping?.cancel() }

  /// The processes that do the work, where they are up; for whoever watches them.
  package var pids: (keeper: Int32?, launcher: Int32?) {
    (keeper.pid, link.map { Int32(truncatingIfNeeded: $0.pid) })
  }

  package func start(
    _ request: JailRequest, _ descriptors: consuming JailDescriptors,
    onStart: @escaping (consuming Descriptor?) -> Void, onEnd: @escaping (JailEnd) -> Void
  ) -> any JailProcess {
    loop.assertCurrent()
    lastID += 1
    let id = lastID
    let deadline = loop.schedule(after: Self.patience) { [unowned self] in
      end(
        id,
        JailEnd(
          failing: Failure(
            .unavailable, "launcher-unavailable", "no launcher came up within \(Self.patience)")))
    }
    let process = LaunchedProcess(
      id, request, LaunchedProcess.Waiting(descriptors, deadline: deadline), launcher: self,
      onStart: onStart, onEnd: onEnd)
    processes[id] = process
    if link != nil { ask(process) }
    return process
  }

  /// Calls `body` once, when nothing is left in the control groups of whatever node was here before.
  /// To be called once, before anything is started.
  package func whenClear(
    within patience: Duration, _ body: @escaping (Result<Void, Failure>) -> Void
  ) {
    guard !isClear else { return loop.soon { body(.success(())) } }
    onClear = body
    _ = loop.schedule(after: patience) { [weak self] in
      self?.tellClear(
        .failure(
          Failure(
            .unavailable, "jail-unavailable",
            """
            the jail did not come up within \(patience): the log says why, or processes of an \
            earlier node are still alive
            """)))
    }
  }

  private func tellClear(_ result: Result<Void, Failure>) {
    onClear.take()?(result)
  }

  private func ask(_ process: LaunchedProcess) {
    guard let link else { return }
    let frame: [UInt8]
    do throws(Failure) {
      frame = try process.request.frame(id: process.id)
    } catch {
      return loop.soon { [self] in end(process.id, JailEnd(failing: error, isRefusal: true)) }
    }
    guard let descriptors = process.takeDescriptors() else { return }
    link.send(frame, descriptors) { [self] error in
      loop.soon { [self] in
        let refusal = JailEnd(failing: error.failure("asking the launcher"))
        end(process.id, process.killReason == nil ? refusal : .lost(process.killReason))
      }
    }
  }

  func kill(_ process: LaunchedProcess) {
    switch process.state {
    case .waiting: endSoon(process)
    case .asked, .started:
      link?.send(Frame.header(ORIEN_JAIL_KILL, id: process.id))
    case .lost, .ended:
      break
    }
  }

  private func end(_ id: UInt64, _ end: JailEnd) {
    processes.removeValue(forKey: id)?.end(end)
  }

  /// Kills whatever is in the jail and ends it; calls `done` once, when nothing of it is left or
  /// when `bound` is over. To be called once; nothing is started any more.
  package func shutdown(within bound: Duration, _ done: @escaping () -> Void) {
    loop.assertCurrent()
    isEnding = true
    var done: (() -> Void)? = done
    let late = loop.schedule(after: bound) { [self] in
      log.error("the jail did not end in time", ["bound": "\(bound)"])
      keeper.kill()
      done?()
      done = nil
    }
    // Until then a keeper that somebody stops goes on.
    keeper.end { [self] in
      ping?.cancel()
      late.cancel()
      losses.clear(0)
      done?()
      done = nil
    }
  }
}

// MARK: Launchers that come and go

extension Launcher {
  private func launcherIsUp(
    _ pid: UInt64, _ capabilities: orien_jail_capabilities, _ socket: consuming Descriptor
  ) {
    isGone(link?.pid)
    guard !isEnding else { return }
    self.capabilities = JailCapabilities(capabilities)
    self.capabilities?.obstacle = obstacle
    do throws(SystemError) {
      link = try LauncherLink(
        pid: pid, socket: socket, loop: loop,
        onFrame: { [unowned self] in hear($0) },
        onEnd: { [unowned self] in launcherIsLost("it ended") })
    } catch {
      losses.add(pid, [])
      return log.error("the launcher's socket cannot be used", ["error": "\(error)"])
    }
    unanswered = nil
    log.debug("a launcher is up", ["pid": "\(pid)"])
    for process in processes.values.sorted(by: { $0.id < $1.id }) {
      if case .waiting = process.state { ask(process) }
    }
  }

  private func launcherIsLost(_ why: String) {
    guard let link else { return }
    link.close()
    self.link = nil
    unanswered = nil
    lastSeen = .now
    if !isEnding { log.error("the launcher is lost: \(why)", ["pid": "\(link.pid)"]) }
    losses.add(link.pid, processes.values.filter { $0.lose() }.map(\.id))
  }

  private func isCleared(_ launcher: UInt64) {
    if launcher == 0 {
      isClear = true
      tellClear(.success(()))
    }
    isGone(launcher)
    losses.clear(launcher)
  }

  /// The keeper may be heard before what the launcher said last.
  private func isGone(_ launcher: UInt64?) {
    guard let link, link.pid == launcher else { return }
    link.listen()
    launcherIsLost("it ended")
  }

  private func endSoon(_ process: LaunchedProcess) {
    loop.soon { [self] in end(process.id, .lost(process.killReason)) }
  }

  private func hear(_ frame: consuming Frame) {
    // It takes what it is sent in order: who works off a crowd of starts comes late to the ping
    // behind them, and is not silent.
    if unanswered != nil { unanswered = .now }
    switch frame.kind {
    case ORIEN_JAIL_PONG.rawValue:
      unanswered = nil
    case ORIEN_JAIL_STARTED.rawValue:
      processes[frame.id]?.started(frame.descriptor.take())
    case ORIEN_JAIL_ENDED.rawValue:
      guard let result = frame.decode(orien_jail_end.self) else { return }
      guard let process = processes[frame.id] else { return }
      end(frame.id, JailEnd(result, killed: process.killReason))
    default:
      log.error("the launcher sent a frame that it has not", ["kind": "\(frame.kind)"])
      if let link { keeper.replace(link.pid) }
    }
  }

  private func schedulePing() {
    ping = loop.schedule(after: Self.pingInterval) { [unowned self] in
      schedulePing()
      keeper.resume()
      if !isEnding { checkLauncher() }
    }
  }

  private func checkLauncher() {
    guard let link else {
      guard Instant.now.since(lastSeen) >= Self.keeperPatience else { return }
      lastSeen = .now
      log.error("the keeper starts no launcher", [:])
      return keeper.kill()
    }
    // An answer that waits to be heard is one, however late this loop is.
    link.listen()
    guard let since = unanswered else {
      unanswered = .now
      return link.send(Frame.header(ORIEN_JAIL_PING, id: 0))
    }
    guard Instant.now.since(since) >= Self.silence else { return }
    keeper.replace(link.pid)
    launcherIsLost("it did not answer for \(Self.silence)")
  }
}
