import COrienJail
import OrienModel
import OrienSystem

/// The keeper's process as the node sees it: started first of all, started again when it is gone,
/// and the one that says which launcher there is. Belongs to the loop's thread.
final class Keeper {
  /// Like `orien-jail keeper`'s arguments: what is "auto" is something else in tests alone.
  struct Settings {
    var program: String
    /// `orien-` and 16 hexadecimal digits, of the state folder.
    var group: String
    var groups = "auto"
    var scopes = "auto"
    var walls = "auto"
    /// Of the users that programs run as where the node is root.
    var firstUser = SlotUsers.usual
    /// What the operator lets programs have beyond what all have.
    var grants = JailGrants()
    /// Nil: no workspace is one.
    var images: Images?
    /// Who starts it in this process's place; nil: nobody.
    var warden: Warden?
  }

  private let settings: Settings
  private let loop: Loop
  private let runLock: RunLock
  private let log: Log
  /// It is gone, and its launcher goes: what that carried is the next one's to answer for.
  private let onLost: () -> Void
  /// Nothing is left of the launcher with this pid, nor of those before it; 0: nor of anything that
  /// an earlier keeper, or an earlier node, has started.
  private let onCleared: (UInt64) -> Void
  /// A launcher is up: its pid, what it can, its socket.
  private let onLauncher: (UInt64, orien_jail_capabilities, consuming Descriptor) -> Void

  private var process: (any KeeperProcess)?
  private var control: Descriptor?
  private var controlWatch: Watch?
  private var reader = FrameReader()
  /// The node's end of the life-line: everything in the jail ends when it is closed.
  private var lifeline: Descriptor?
  /// Where images are mounted, for the next keeper.
  private var mounts: Descriptor?
  private var mountsRoot: Descriptor?
  private var complaints: Complaints?
  /// Of the keepers that are gone while another part of their jail is not.
  private var earlier: [Complaints] = []
  /// This one found the groups of earlier ones empty, which was not told yet.
  private var foundClear = false
  private var restart: Timer?
  private var pause = Duration.milliseconds(1)
  private var startedAt = Instant.now
  private var onEnd: (() -> Void)?
  private var isEnding = false

  init(
    _ settings: Settings, loop: Loop, runLock: RunLock, log: Log,
    onLost: @escaping () -> Void, onCleared: @escaping (UInt64) -> Void,
    onLauncher: @escaping (UInt64, orien_jail_capabilities, consuming Descriptor) -> Void
  ) {
    self.settings = settings
    self.loop = loop
    self.runLock = runLock
    self.log = log
    self.onLost = onLost
    self.onCleared = onCleared
    self.onLauncher = onLauncher
  }

  deinit {
    restart?.cancel()
    controlWatch?.cancel()
    // It lets go of the loop, and is not to do so after this.
    complaints = nil
    earlier.removeAll()
  }

  var pid: Int32? { process?.pid }

  func start() throws(Failure) {
    do throws(SystemError) {
      try spawn()
    } catch {
      throw error.failure("starting \(settings.program)")
    }
  }

  private func spawn() throws(SystemError) {
    startedAt = .now
    let lifeline = try makeLifeline()
    let control = try makeControl()
    let voice = try makeComplaints()
    let start = KeeperStart(
      options: [
        "--groups", settings.groups, "--scopes", settings.scopes, "--walls", settings.walls,
        "--first-user", "\(settings.firstUser)",
      ] + settings.grants.arguments + (settings.images?.settings.arguments ?? []),
      descriptors: [voice.raw, control.raw, lifeline.raw, runLock.raw], mounts: inheritedMounts)
    let onEnd = { [unowned self] (how: String) in processEnded(how) }
    if let warden = settings.warden {
      let kind: Warden.Keeper = settings.walls == "none" ? .outside : .jail
      process = try WardedKeeper(kind, start, by: warden, loop: loop, onEnd: onEnd)
    } else {
      process = try OwnKeeper(settings.program, settings.group, start, loop: loop, onEnd: onEnd)
    }
  }

  private var inheritedMounts: [Int32] {
    guard let raw = mounts?.raw, let root = mountsRoot?.raw else { return [] }
    return [raw, root]
  }

  /// The keeper's end.
  private func makeLifeline() throws(SystemError) -> Descriptor {
    let ends = try Pipe().release()
    lifeline = Descriptor(owning: ends.writer)
    return Descriptor(owning: ends.reader)
  }

  /// The keeper's end.
  private func makeComplaints() throws(SystemError) -> Descriptor {
    let ends = try Pipe().release()
    let writer = Descriptor(owning: ends.writer)
    complaints = try Complaints(Descriptor(owning: ends.reader), loop: loop, log: log) {
      [unowned self] in
      earlier.removeAll(where: \.isOver)
      tellEnds()
    }
    return writer
  }

  /// The keeper's end.
  private func makeControl() throws(SystemError) -> Descriptor {
    dropControl()
    reader = FrameReader()
    let ends = try SocketPair().release()
    control = Descriptor(owning: ends.near)
    let far = Descriptor(owning: ends.far)
    controlWatch = try loop.watch(ends.near, .read) { [unowned self] _ in listen() }
    return far
  }

  private func listen() {
    while control != nil {
      switch reader.next(from: control!) {
      case .frame(let frame): hear(frame)
      case .partial: return
      case .end: dropControl()
      }
    }
  }

  private func hear(_ frame: consuming Frame) {
    var frame = frame
    if frame.kind == ORIEN_JAIL_CLEARED.rawValue {
      guard frame.id == 0 else { return onCleared(frame.id) }
      foundClear = true
      return tellEnds()
    }
    if hearOfImages(&frame) { return }
    guard frame.kind == ORIEN_JAIL_LAUNCHER.rawValue,
      let capabilities = frame.decode(orien_jail_capabilities.self),
      let socket = frame.descriptor.take()
    else {
      log.error("the keeper sent a frame that it has not", ["kind": "\(frame.kind)"])
      return kill()
    }
    onLauncher(frame.id, capabilities, socket)
  }

  private func hearOfImages(_ frame: inout Frame) -> Bool {
    switch frame.kind {
    case ORIEN_JAIL_MOUNTED.rawValue: mounts = frame.descriptor.take()
    case ORIEN_JAIL_MOUNTED_ROOT.rawValue: mountsRoot = frame.descriptor.take()
    case ORIEN_JAIL_IMAGES.rawValue: settings.images?.judge(frame)
    case ORIEN_JAIL_STEWARD.rawValue:
      guard let socket = frame.descriptor.take() else { return false }
      settings.images?.stewardIsUp(frame.id, socket)
    default: return false
    }
    return true
  }

  /// Tells that nothing is left of what earlier keepers had. Of what is in no group only its stub
  /// knows, which ends last, and complains no more then.
  private func tellEnds() {
    guard earlier.isEmpty else { return }
    if isEnding, process == nil {
      onEnd.take()?()
    } else if foundClear {
      foundClear = false
      onCleared(0)
    }
  }

  private func dropControl() {
    controlWatch?.cancel()
    controlWatch = nil
    control = nil
  }

  /// Asks for another launcher in place of one that does not answer.
  func replace(_ launcher: UInt64) {
    let frame = Frame.header(ORIEN_JAIL_REPLACE, id: launcher)
    let sent = frame.withUnsafeBytes { bytes -> Int? in
      guard control != nil else { return nil }
      return (try? control!.send(bytes)) ?? nil
    }
    // A keeper that does not even read is no better than none.
    if sent != frame.count { kill() }
  }

  /// Lets a keeper go on that somebody has stopped, as it does with a launcher.
  func resume() {
    do throws(SystemError) {
      guard try process?.resume() == true else { return }
      log.warning("the jail's keeper was stopped, and goes on")
    } catch {
      log.error("the keeper cannot be watched", ["error": "\(error)"])
    }
  }

  /// Ends a keeper that does not do its work; another follows.
  func kill() {
    do throws(SystemError) {
      try process?.kill()
    } catch {
      log.error("the keeper cannot be killed", ["error": "\(error)"])
    }
  }

  private func processEnded(_ how: String) {
    process = nil
    dropControl()
    lifeline = nil
    foundClear = false
    complaints?.hear()
    if let last = complaints.take(), !last.isOver { earlier.append(last) }
    if !isEnding { log.error("the jail's keeper ended", ["how": how]) }
    onLost()
    isEnding ? tellEnds() : startAgain()
  }

  /// After a pause that doubles for as long as keepers die young.
  private func startAgain() {
    let isYoung = Instant.now.since(startedAt) < .seconds(1)
    pause = isYoung ? min(pause * 2, .seconds(2)) : .milliseconds(1)
    restart = loop.schedule(after: pause) { [unowned self] in
      do throws(SystemError) {
        try spawn()
      } catch {
        log.error("the jail's keeper does not start", ["error": "\(error)"])
        startAgain()
      }
    }
  }

  /// Lets go of the life-line: whatever is in the jail is killed, its groups are removed, and the
  /// keeper ends last. `onEnd` is then called once, never inside this call.
  func end(_ onEnd: @escaping () -> Void) {
    isEnding = true
    settings.images?.jailEnds()
    restart?.cancel()
    self.onEnd = onEnd
    lifeline = nil
    mounts = nil
    mountsRoot = nil
    if process == nil { loop.soon { [self] in tellEnds() } }
  }
}
