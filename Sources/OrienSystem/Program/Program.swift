import CLinux
import Glibc

/// This process as a program that somebody runs.
package enum Program {
  /// Keeps other processes of the same user, such as a customer's script, from reading this one's
  /// memory and the variables that it was started with.
  package static func hide() { linux_hide_process() }

  /// Those that are loaded by now are the program's own; whoever comes later may change his code where
  /// it stands, as some do that trace or patch.
  package static func noteOwnLibraries() { linux_note_libraries() }

  /// Gives back the memory that only the start needed: of the program and its own libraries more is
  /// read once, to begin, than ever after.
  package static func giveBackStart() {
    linux_give_back_pages()
  }

  /// The folder of the library that a symbol of this process is of, links followed; nil where no
  /// library has it.
  package static func folder(ofSymbol name: String) -> String? {
    guard let file = linux_library_of(name), let path = HostFile.resolved(String(cString: file)),
      let end = path.lastIndex(of: "/")
    else { return nil }
    return String(path[..<end])
  }

  /// This process's number.
  package static var id: Int32 { getpid() }

  /// The processor time that this process has used.
  package static var cpuMicroseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
  }

  /// Ends the process where it stands: nothing of it is buffered, and what other threads still run
  /// must not meet the destructors of libraries.
  package static func exit(_ code: Int32) -> Never { _exit(code) }

  /// Becomes the program at `path`, which has this one's streams, variables and number. Comes back
  /// only where that fails.
  package static func become(_ path: String, arguments: [String]) -> SystemError {
    var words = arguments.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    execv(path, &words)
    return .last("execv")
  }

  /// Calls `body`, on a thread of its own, for each Ctrl-C and each SIGTERM, with how many there
  /// have been. To be called on the main thread before any other is started.
  package static func onInterruption(_ body: @escaping @Sendable (Int) -> Void) {
    var set = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, SIGINT)
    sigaddset(&set, SIGTERM)
    pthread_sigmask(SIG_BLOCK, &set, nil)
    Thread("interruptions") {
      var set = sigset_t()
      sigemptyset(&set)
      sigaddset(&set, SIGINT)
      sigaddset(&set, SIGTERM)
      var signal: Int32 = 0
      var count = 0
      while sigwait(&set, &signal) == 0 {
        count += 1
        body(count)
      }
    }.detach()
  }
}
