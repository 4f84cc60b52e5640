/// Keccak-256 with the padding of 2011, before NIST changed it: the hash of everything on the chain.
package enum Keccak256 {
  private static let rateBytes = 136

  package static func hash(of bytes: [UInt8]) -> Bytes32 {
    var state = InlineArray<25, UInt64>(repeating: 0)
    var start = 0
    while bytes.count - start >= rateBytes {
      absorb(bytes[start..<start + rateBytes], into: &state)
      start += rateBytes
    }
    var last =
      Array(bytes[start...]) + [UInt8](repeating: 0, count: rateBytes - (bytes.count - start))
    last[bytes.count - start] = 0x01
    last[rateBytes - 1] |= 0x80
    absorb(last[...], into: &state)
    let hash = (0..<32).map { UInt8(truncatingIfNeeded: state[$0 / 8] >> UInt64($0 % 8 * 8)) }
    guard let word = Bytes32(hash) else { preconditionFailure("32 bytes are a word") }
    return word
  }

  private static func absorb(_ block: ArraySlice<UInt8>, into state: inout InlineArray<25, UInt64>)
  {
    for (index, byte) in block.enumerated() {
      state[index / 8] ^= UInt64(byte) << UInt64(index % 8 * 8)
    }
    permute(&state)
  }

  /// Keccak-f[1600]: five steps a round, each named as its authors name it.
  private static func permute(_ state: inout InlineArray<25, UInt64>) {
    for constant in roundConstants {
      // Theta: each column hears of its neighbours' parities.
      var parity = InlineArray<5, UInt64>(repeating: 0)
      for x in 0..<5 {
        parity[x] = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15] ^ state[x + 20]
      }
      for x in 0..<5 {
        let change = parity[(x + 4) % 5] ^ rotated(parity[(x + 1) % 5], 1)
        for y in 0..<5 { state[x + 5 * y] ^= change }
      }
      // Rho and pi: each lane is turned and goes to the next place on one path through all but
      // the first, which turns by the triangular numbers.
      var (x, y, lane) = (1, 0, state[1])
      for step in 1...24 {
        (x, y) = (y, (2 * x + 3 * y) % 5)
        let next = state[x + 5 * y]
        state[x + 5 * y] = rotated(lane, UInt64(step * (step + 1) / 2 % 64))
        lane = next
      }
      // Chi: the only step that is not linear.
      for row in stride(from: 0, to: 25, by: 5) {
        let (a, b, c, d, e) = (
          state[row], state[row + 1], state[row + 2], state[row + 3], state[row + 4]
        )
        state[row] = a ^ (~b & c)
        state[row + 1] = b ^ (~c & d)
        state[row + 2] = c ^ (~d & e)
        state[row + 3] = d ^ (~e & a)
        state[row + 4] = e ^ (~a & b)
      }
      // Iota: no two rounds are alike.
      state[0] ^= constant
    }
  }

  private static func rotated(_ lane: UInt64, _ count: UInt64) -> UInt64 {
    lane &<< count | lane &>> (64 &- count)
  }

  /// What iota adds: bits of a shift register at the places 2^j - 1, as the standard defines them.
  private static let roundConstants: [UInt64] = {
    var register: UInt8 = 1
    return (0..<24).map { _ in
      (0..<7).reduce(into: UInt64(0)) { constant, j in
        if register & 1 != 0 { constant |= 1 << UInt64((1 << j) - 1) }
        register = register << 1 ^ (register >> 7 != 0 ? 0x71 : 0)
      }
    }
  }()
}
