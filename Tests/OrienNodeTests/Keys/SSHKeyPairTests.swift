import OrienModel
import Testing

@testable import OrienNode

@Suite("A pair of keys for who brings none")
struct SSHKeyPairTests {
  @Test("It is made whatever the comment's length, in whole blocks", arguments: 0..<17)
  func padding(_ length: Int) throws {
    let comment = String(repeating: "c", count: length)
    let pair = SSHKeyPair(seed: Array(repeating: 7, count: 32), comment: comment)
    let lines = pair.privateKey.split(separator: "\n")
    #expect(lines.first == "-----BEGIN OPENSSH PRIVATE KEY-----")
    #expect(lines.last == "-----END OPENSSH PRIVATE KEY-----")
    let bytes = try #require([UInt8](base64: lines.dropFirst().dropLast().joined()))
    // Magic, "none" twice, no options, one key; then the public key; what is left is the private part.
    let publicLength = 4 + 11 + 4 + 32
    let start = 15 + 8 + 8 + 4 + 4 + 4 + publicLength
    let inner = bytes[(start + 4)...]
    let told = bytes[start..<(start + 4)].reduce(0) { $0 << 8 | Int($1) }
    #expect(told == inner.count && told % 8 == 0)
    let content = 8 + 15 + 36 + 68 + 4 + length
    #expect(Array(inner.dropFirst(content)) == (1...8).prefix(told - content).map { UInt8($0) })
  }
}
