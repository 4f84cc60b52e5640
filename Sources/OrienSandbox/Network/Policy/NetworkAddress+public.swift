import COrienJail
package import OrienSystem

extension NetworkAddress {
  /// An IPv4 address that is written as IPv6 (`::ffff:10.0.0.5`) is the IPv4 address: connections
  /// go there. Any other is itself.
  package var unmapped: NetworkAddress {
    let bytes = host
    guard bytes.count == 16, bytes.starts(with: Self.mapped) else { return self }
    return NetworkAddress(host: Array(bytes.suffix(4)), port: port)
  }

  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  /// It is of the public internet, by the table from which the kernel's rules are written too.
  package var isPublic: Bool {
    let bytes = host
    let blocks = bytes.count == 4 ? Self.blocks4 : Self.blocks6
    guard let block = blocks.first(where: { $0.has(bytes) }) else {
      preconditionFailure("the last block of a family has every address")
    }
    switch orien_jail_verdict(UInt32(block.verdict)) {
    case ORIEN_JAIL_IS_PUBLIC: return true
    case ORIEN_JAIL_AS_INSIDE:
      let inside = bytes[Int(block.inside)...].prefix(4)
      return NetworkAddress(host: Array(inside), port: port).isPublic
    default: return false
    }
  }

  private static var blocks4: UnsafeBufferPointer<orien_jail_block> {
    UnsafeBufferPointer(start: orien_jail_blocks4(), count: Int(ORIEN_JAIL_BLOCKS4))
  }

  private static var blocks6: UnsafeBufferPointer<orien_jail_block> {
    UnsafeBufferPointer(start: orien_jail_blocks6(), count: Int(ORIEN_JAIL_BLOCKS6))
  }
}

extension orien_jail_block {
  fileprivate func has(_ address: [UInt8]) -> Bool {
    withUnsafeBytes(of: first) { first in
      (0..<Int(bits)).allSatisfy { bit in
        let mask: UInt8 = 0x80 >> (bit % 8)
        return address[bit / 8] & mask == first[bit / 8] & mask
      }
    }
  }
}
