import CLinux
import Glibc

/// Notices to the service manager that started this process, as sd_notify(3) has them: datagrams to
/// the socket that it names in `NOTIFY_SOCKET`.
package final class ServiceNotices: Sendable {
  private let descriptor: Descriptor
  /// The address as the system takes it.
  private let address: [UInt8]
  /// How often it wants to hear that all is well: twice in the time after which it would act.
  package let watchdogInterval: Duration?

  /// Nil where no manager wants to hear anything.
  package init?(_ environment: Environment) {
    guard let name = environment["NOTIFY_SOCKET"], let first = name.utf8.first,
      first == UInt8(ascii: "/") || first == UInt8(ascii: "@"),
      name.utf8.count < MemoryLayout.size(ofValue: sockaddr_un().sun_path)
    else { return nil }
    let raw = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard raw >= 0 else { return nil }
    descriptor = Descriptor(owning: raw)
    // A name that begins with @ is of no file, and a zero stands for the @.
    let path = first == UInt8(ascii: "@") ? [0] + name.utf8.dropFirst() : Array(name.utf8)
    address = withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) } + path
    watchdogInterval = Self.interval(environment)
  }

  private static func interval(_ environment: Environment) -> Duration? {
    guard let microseconds = environment["WATCHDOG_USEC"].flatMap({ Int64($0) }), microseconds > 1
    else { return nil }
    // It may be meant for a process that started this one.
    if let pid = environment["WATCHDOG_PID"], pid != String(getpid()) { return nil }
    return .microseconds(microseconds / 2)
  }

  /// Sends assignments, a line each. Never waits: a manager that does not listen misses one, and
  /// there is nobody else to tell.
  package func send(_ text: String) {
    let bytes = Array(text.utf8)
    address.withUnsafeBytes { address in
      _ = sendto(
        descriptor.raw, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT),
        address.assumingMemoryBound(to: sockaddr.self).baseAddress!, socklen_t(address.count))
    }
  }
}
