import CLinux
import Glibc
import OrienModel

/// Where a program that this one starts says how it is, as it would say it to a service manager: the
/// other end of `ServiceNotices`.
package final class NoticeSocket: Sendable {
  private let descriptor: Descriptor
  /// What the program finds in `NOTIFY_SOCKET`.
  package let name: String

  /// Its name is of no file, and nobody can guess it.
  package init() throws(SystemError) {
    name = "@orien-start-" + String(hex: Random.bytes(16))
    descriptor = Descriptor(
      owning: try retrying("socket") {
        socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
      })
    let address =
      withUnsafeBytes(of: sa_family_t(AF_UNIX)) { Array($0) } + [0] + Array(name.utf8.dropFirst())
    let raw = descriptor.raw
    try retrying("bind") {
      address.withUnsafeBytes { address in
        bind(
          raw, address.assumingMemoryBound(to: sockaddr.self).baseAddress!,
          socklen_t(address.count))
      }
    }
  }

  /// Polls readable once something was said.
  package var raw: Int32 { descriptor.raw }

  /// What was said next. Waits for it.
  package func receive() throws(SystemError) -> String {
    var room = [UInt8](repeating: 0, count: 4096)
    let raw = descriptor.raw
    let count = try retrying("recv") { recv(raw, &room, 4096, 0) }
    return String(decoding: room[..<count], as: UTF8.self)
  }
}
