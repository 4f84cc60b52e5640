package import OrienSystem

/// Which addresses are of the public internet: none of this machine, of its networks, of those who
/// run it, or of nobody (the registries of IANA for special purposes, RFC 6890).
extension NetworkAddress {
  /// An IPv4 address that is written as IPv6 (`::ffff:10.0.0.5`) is the IPv4 address: connections
  /// go there. Any other is itself.
  package var unmapped: NetworkAddress {
    let bytes = host
    guard bytes.count == 16, bytes.starts(with: Self.mapped) else { return self }
    return NetworkAddress(host: Array(bytes.suffix(4)), port: port)
  }

  private static let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]

  package var isPublic: Bool {
    let bytes = unmapped.host
    if bytes.count == 4 { return Self.isPublic(bytes[...]) }
    // A translator or a relay takes what is sent there to the IPv4 address inside.
    if bytes.starts(with: Self.nat64) { return Self.isPublic(bytes.suffix(4)) }
    if bytes.starts(with: [0x20, 0x02]) { return Self.isPublic(bytes[2..<6]) }
    // Only 2000::/3 is given out at all; the rest is for machines, networks, groups, or nobody.
    return bytes[0] & 0xE0 == 0x20 && !Self.isAny(of: Self.special6, bytes[...])
  }

  private static let nat64: [UInt8] = [0, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8)

  /// `bytes` are the four of an IPv4 address.
  private static func isPublic(_ bytes: ArraySlice<UInt8>) -> Bool { !isAny(of: special4, bytes) }

  private struct Block {
    var first: [UInt8]
    var bits: Int
  }

  private static func isAny(of blocks: [Block], _ bytes: ArraySlice<UInt8>) -> Bool {
    blocks.contains { block in
      let address = Array(bytes)
      return (0..<block.bits).allSatisfy { bit in
        let mask: UInt8 = 0x80 >> (bit % 8)
        return address[bit / 8] & mask == block.first[bit / 8] & mask
      }
    }
  }

  private static let special4 = [
    Block(first: [0, 0, 0, 0], bits: 8),  // this network
    Block(first: [10, 0, 0, 0], bits: 8),  // private
    Block(first: [100, 64, 0, 0], bits: 10),  // shared with the customers of a carrier
    Block(first: [127, 0, 0, 0], bits: 8),  // this machine
    Block(first: [168, 63, 129, 16], bits: 32),  // the host of a machine in Azure
    Block(first: [169, 254, 0, 0], bits: 16),  // this link, and the metadata of clouds
    Block(first: [172, 16, 0, 0], bits: 12),  // private
    Block(first: [192, 0, 0, 0], bits: 24),  // for protocols
    Block(first: [192, 0, 2, 0], bits: 24),  // for documentation
    Block(first: [192, 88, 99, 0], bits: 24),  // once the relays of 6to4
    Block(first: [192, 168, 0, 0], bits: 16),  // private
    Block(first: [198, 18, 0, 0], bits: 15),  // for measuring
    Block(first: [198, 51, 100, 0], bits: 24),  // for documentation
    Block(first: [203, 0, 113, 0], bits: 24),  // for documentation
    Block(first: [224, 0, 0, 0], bits: 4),  // groups
    Block(first: [240, 0, 0, 0], bits: 4),  // reserved, and all of a network
  ]

  private static let special6 = [
    Block(first: [0x20, 0x01, 0x00], bits: 23),  // for protocols, Teredo and ORCHID among them
    Block(first: [0x20, 0x01, 0x0D, 0xB8], bits: 32),  // for documentation
    Block(first: [0x3F, 0xFF, 0x00], bits: 20),  // for documentation
  ]
}
