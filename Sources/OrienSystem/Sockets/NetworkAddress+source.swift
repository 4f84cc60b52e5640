import CLinux
import Glibc

extension NetworkAddress {
  /// The address of this machine from which packets to `other` would come; nil where no way leads
  /// there. None is sent.
  package static func source(towards other: NetworkAddress) -> NetworkAddress? {
    let towards = NetworkAddress(host: other.host, port: 9)
    guard let socket = try? Socket.open(towards.family, SOCK_DGRAM) else { return nil }
    let raw = socket.raw
    guard towards.withSocketAddress({ connect(raw, $0, $1) }) == 0 else { return nil }
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutableBytes(of: &storage) {
      getsockname(raw, $0.assumingMemoryBound(to: sockaddr.self).baseAddress!, &length)
    }
    return result == 0 ? NetworkAddress(storage) : nil
  }
}
