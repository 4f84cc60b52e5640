/// What is known of a network before anybody sets anything.
package struct ChainProfile: Sendable {
  package let name: String
  package let url: String?
  package let chain: String?
  package let contract: String?
  package let token: String?
  /// How deep a block is that streams are read at.
  package let confirmations: Int
  /// A chain for tests, on this machine: its clock is whatever somebody sets it to, and there is
  /// nothing to lose.
  package let isLocal: Bool

  package static let all = [
    ChainProfile(
      name: "l2.holesky", url: "https://l2.holesky.golemdb.io/rpc", chain: nil,
      contract: "0x0281B792b5491E3548c8Fc17C24A2e0Cb99FbeC2", token: native, confirmations: 3,
      isLocal: false),
    ChainProfile(
      name: "mainnet", url: nil, chain: nil, contract: nil, token: nil, confirmations: 12,
      isLocal: false),
    ChainProfile(
      name: "dev", url: "http://127.0.0.1:8545", chain: "31337", contract: nil, token: native,
      confirmations: 0, isLocal: true),
  ]

  package static subscript(name: String) -> ChainProfile? { all.first { $0.name == name } }

  /// The chain's own money, which has no contract.
  package static let native = "0x0000000000000000000000000000000000000000"
}
