import CLinux
import Glibc

/// A program that this process starts, in a session of its own, and of which it sees the end.
///
/// It is given what is listed and nothing else: no variable, no descriptor, no blocked or ignored
/// signal of this process. One that is let go of without `finish` is killed, and waited for.
package struct ChildProcess: ~Copyable {
  package let pid: Int32
  private var isReaped = false
  /// A pidfd: readable once the process has ended.
  package let handle: Descriptor

  /// How it ended.
  package enum End: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
    /// It ran beyond its deadline and was killed for that.
    case overdue
  }

  /// Starts the program at `path`. Of each pair the child gets `parent` as its descriptor `child`;
  /// 0 to 2 are /dev/null where they are not listed, and all that follow are closed.
  package init(
    _ path: String, arguments: [String], environment: [String],
    descriptors: [(parent: Int32, child: Int32)]
  ) throws(SystemError) {
    let first = max(3, (descriptors.map(\.child).max() ?? 2) + 1)
    // A parent's number may be one that another pair gives to the child: all move out of the way.
    var moved: [Int32] = []
    defer { for raw in moved { close(raw) } }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for standard in Int32(0)...2 {
      posix_spawn_file_actions_addopen(&actions, standard, "/dev/null", O_RDWR, 0)
    }
    for (parent, child) in descriptors {
      let raw = try retrying("fcntl") { linux_fcntl(parent, F_DUPFD_CLOEXEC, first) }
      moved.append(raw)
      posix_spawn_file_actions_adddup2(&actions, raw, child)
    }
    linux_spawn_close_from(&actions, first)
    let pid = try Self.spawn(path, arguments, environment, &actions)
    let raw = linux_pidfd_open(pid)
    guard raw >= 0 else {
      let error = SystemError.last("pidfd_open")
      kill(-pid, SIGKILL)
      waitpid(pid, nil, 0)
      throw error
    }
    self.pid = pid
    handle = Descriptor(owning: raw)
  }

  deinit {
    guard !isReaped else { return }
    kill(-pid, SIGKILL)
    waitpid(pid, nil, 0)
  }

  private static func spawn(
    _ path: String, _ arguments: [String], _ environment: [String],
    _ actions: inout posix_spawn_file_actions_t
  ) throws(SystemError) -> Int32 {
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(
      &attributes,
      Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | Int16(LINUX_SPAWN_SETSID))
    var arguments = arguments.map { strdup($0) } + [nil]
    var environment = environment.map { strdup($0) } + [nil]
    defer { for text in arguments + environment { free(text) } }
    var pid: Int32 = 0
    let number = posix_spawn(&pid, path, &actions, &attributes, &arguments, &environment)
    guard number == 0 else { throw SystemError("posix_spawn", number) }
    return pid
  }

  /// Lets it go on where somebody has stopped it; true where that was so.
  package borrowing func resume() throws(SystemError) -> Bool {
    var news = siginfo_t()
    let pid = id_t(pid)
    try retrying("waitid") { waitid(P_PID, pid, &news, WSTOPPED | WNOHANG) }
    guard news.si_signo == SIGCHLD else { return false }
    try handle.signal(SIGCONT)
    return true
  }

  /// Lets go of it while it runs: from now on it is nobody's, and goes on when this process ends.
  package consuming func leave() { isReaped = true }

  /// Waits for its end until `deadline`, then kills it and what it started in its process group.
  /// Blocks; on the loop only once `handle` is readable.
  package consuming func finish(by deadline: Instant) throws(SystemError) -> End {
    let isOver = try Self.wait(for: handle.raw, until: deadline)
    // Its number is its own until it is reaped, and so is its group's.
    kill(-pid, SIGKILL)
    var status: Int32 = 0
    let pid = pid
    // Where this fails the number is no child's any more, and nothing to be killed once more.
    isReaped = true
    try retrying("waitpid") { waitpid(pid, &status, 0) }
    if !isOver { return .overdue }
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
  }

  /// True where the descriptor is readable, or hung up, before the deadline.
  package static func wait(for raw: Int32, until deadline: Instant) throws(SystemError) -> Bool {
    var request = pollfd(fd: raw, events: Int16(POLLIN), revents: 0)
    while true {
      let rest = deadline.since(.now).clampedNanoseconds
      let milliseconds = Int32(clamping: (rest + 999_999) / 1_000_000)
      if try retrying("poll", { poll(&request, 1, milliseconds) }) > 0 { return true }
      if Instant.now >= deadline { return false }
    }
  }
}
