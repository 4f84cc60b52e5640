/// What Linux calls its signals: a record says `SIGSEGV`, which is the same on every machine.
package enum SignalName {
  /// The name of a signal; `SIG` and its number for one that has none.
  package static func of(_ number: Int32) -> String {
    names.indices.contains(Int(number) - 1) ? names[Int(number) - 1] : "SIG\(number)"
  }

  /// The number of a signal by its name.
  package static func number(_ name: String) -> Int32? {
    if let index = names.firstIndex(of: name) { return Int32(index) + 1 }
    return name.hasPrefix("SIG") ? Int32(name.dropFirst(3)) : nil
  }

  private static let names = [
    "SIGHUP", "SIGINT", "SIGQUIT", "SIGILL", "SIGTRAP", "SIGABRT", "SIGBUS", "SIGFPE", "SIGKILL",
    "SIGUSR1", "SIGSEGV", "SIGUSR2", "SIGPIPE", "SIGALRM", "SIGTERM", "SIGSTKFLT", "SIGCHLD",
    "SIGCONT", "SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGURG", "SIGXCPU", "SIGXFSZ",
    "SIGVTALRM", "SIGPROF", "SIGWINCH", "SIGIO", "SIGPWR", "SIGSYS",
  ]
}
