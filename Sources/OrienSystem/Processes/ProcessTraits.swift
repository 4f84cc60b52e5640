import CLinux
import Glibc

/// What a process has one of, as it is at a moment: what a library that shares the process with
/// others has no business changing.
package struct ProcessTraits: Sendable {
  private var values: [(name: String, value: String)]

  /// Only for a process with one thread: the umask is read by setting it.
  package static var now: ProcessTraits {
    ProcessTraits(values: [
      ("directory", directory), ("umask", mask), ("environment", environment),
      ("locale", setlocale(LC_ALL, nil).map { String(cString: $0) } ?? ""),
      ("signals", signals), ("descriptors 0 to 2", descriptors),
    ])
  }

  /// The names of what differs.
  package func changes(until other: ProcessTraits) -> [String] {
    zip(values, other.values).filter { $0.value != $1.value }.map(\.0.name)
  }

  private static var directory: String {
    guard let path = getcwd(nil, 0) else { return "" }
    defer { free(path) }
    return String(cString: path)
  }

  private static var mask: String {
    let mask = umask(0)
    umask(mask)
    return String(mask, radix: 8)
  }

  private static var environment: String {
    var text = ""
    var entry = linux_environment()
    while let variable = entry?.pointee {
      text += String(cString: variable) + "\n"
      entry = entry?.successor()
    }
    return text
  }

  private static var signals: String {
    var blocked = sigset_t()
    pthread_sigmask(SIG_BLOCK, nil, &blocked)
    return (Int32(1)...64).map { signal in
      var action = sigaction()
      guard sigaction(signal, nil, &action) == 0 else { return "" }
      let handler = unsafeBitCast(action.__sigaction_handler.sa_handler, to: UInt.self)
      return "\(handler),\(sigismember(&blocked, signal))"
    }.joined(separator: " ")
  }

  private static var descriptors: String {
    (Int32(0)...2).map { descriptor in
      var status = stat()
      guard fstat(descriptor, &status) == 0 else { return "closed" }
      return "\(status.st_dev):\(status.st_ino)"
    }.joined(separator: " ")
  }
}
