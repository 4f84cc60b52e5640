import Glibc
import OrienModel
import OrienSystem
import Synchronization

/// Ports of loopback that a test has for itself: nobody listens there, no other test is lent them, of
/// this process or of another, and they lie below those that the kernel gives to clients.
///
/// They are lent for as long as the process lives: one that was given back might still be listened at
/// by whoever has not yet heard of it.
enum LentPorts {
  /// Below those that the tests of whole nodes have.
  private static let bounds = 10_000..<20_000
  private static let blockSize = 10

  private struct Stock {
    /// What is left of the block that was claimed last.
    var rest = 0..<0
    var next = LentPorts.bounds.lowerBound
  }

  private static let stock = Mutex(Stock())

  static func one() throws -> UInt16 { UInt16(try range(1).lowerBound) }

  static func range(_ count: Int) throws -> Range<Int> {
    try stock.withLock { stock in
      while true {
        guard stock.rest.count >= count else {
          stock.rest = try block(of: count, after: &stock.next)
          continue
        }
        let lent = stock.rest.prefix(count)
        stock.rest.removeFirst(count)
        if lent.allSatisfy({ isFree(UInt16($0)) }) { return lent }
      }
    }
  }

  static func isFree(_ port: UInt16) -> Bool {
    (try? Listener(on: NetworkAddress(host: [127, 0, 0, 1], port: port)).address) != nil
  }

  private static func block(of count: Int, after next: inout Int) throws -> Range<Int> {
    let size = (count + blockSize - 1) / blockSize * blockSize
    while next + size <= bounds.upperBound {
      let block = next..<next + size
      next = block.upperBound
      if stride(from: block.lowerBound, to: next, by: blockSize).allSatisfy(claim) { return block }
    }
    throw Failure(.internal, "no-ports", "no \(count) ports beside one another are free")
  }

  /// By a name that only one socket of the machine may have, and that ends with its process.
  private static func claim(_ first: Int) -> Bool {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let name = "\0orien-test-ports-\(first)"
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
    let length = socklen_t(MemoryLayout<sa_family_t>.size + name.utf8.count)
    let raw = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(raw, $0, length) }
    }
    if status != 0 { close(raw) }
    return status == 0
  }
}
