import CLinux
import Glibc

extension NetworkAddress {
  /// More addresses than this of one name are passed over.
  private static let lookedUpAtMost = 16

  /// Asks the system, which may ask anybody: it may block for as long as they like.
  static func lookUp(_ name: String) -> Resolver.Answer {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var first: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, nil, &hints, &first) == 0, let first else {
      return .failure(.unknown)
    }
    defer { freeaddrinfo(first) }
    var addresses: [NetworkAddress] = []
    var next: UnsafeMutablePointer<addrinfo>? = first
    while let entry = next, addresses.count < lookedUpAtMost {
      next = entry.pointee.ai_next
      var storage = sockaddr_storage()
      let count = Int(entry.pointee.ai_addrlen)
      guard let source = entry.pointee.ai_addr, count <= MemoryLayout.size(ofValue: storage) else {
        continue
      }
      withUnsafeMutableBytes(of: &storage) {
        $0.copyMemory(from: UnsafeRawBufferPointer(start: source, count: count))
      }
      if let address = NetworkAddress(storage), !addresses.contains(address) {
        addresses.append(address)
      }
    }
    return addresses.isEmpty ? .failure(.unknown) : .success(addresses)
  }
}
