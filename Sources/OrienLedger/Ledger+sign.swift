// What the node says to others in its own name.

extension Ledger {
  /// The node's Ed25519 signature of a JSON object, for whoever has `publicKey`. Anything else traps:
  /// what the chain has signed begins otherwise, and nobody is to get that by way of this.
  package func sign(_ object: [UInt8]) -> [UInt8] {
    precondition(object.first == UInt8(ascii: "{"), "only JSON objects are signed here")
    return key.sign(object)
  }
}
