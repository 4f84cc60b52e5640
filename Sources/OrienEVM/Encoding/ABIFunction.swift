package import OrienModel

/// A function of a contract: how it is called, and what its answer means.
package struct ABIFunction: Sendable {
  /// `withdraw(uint256)`
  package let signature: String
  package let inputs: [ABIType]
  package let outputs: [ABIType]
  /// The first four bytes of the signature's hash.
  package let selector: [UInt8]

  package init(_ name: String, _ inputs: [ABIType], gives outputs: [ABIType] = []) {
    signature = ABISignature.text(name, inputs)
    self.inputs = inputs
    self.outputs = outputs
    selector = Array(Keccak256.hash(of: Array(signature.utf8)).bytes.prefix(4))
  }

  package func call(_ arguments: [ABIValue]) throws(Failure) -> [UInt8] {
    selector + (try ABI.encode(arguments, as: inputs))
  }

  package func arguments(ofCall data: [UInt8]) throws(Failure) -> [ABIValue] {
    guard data.starts(with: selector) else {
      throw ABI.refusal("a call of another function than \(signature)")
    }
    return try ABI.decode(Array(data.dropFirst(4)), as: inputs)
  }

  package func results(in data: [UInt8]) throws(Failure) -> [ABIValue] {
    try ABI.decode(data, as: outputs)
  }
}

enum ABISignature {
  static func text(_ name: String, _ types: [ABIType]) -> String {
    "\(name)(\(types.map(\.description).joined(separator: ",")))"
  }
}

/// What a contract says when it refuses a call.
package enum RevertReason {
  private static let error = ABIFunction("Error", [.string])

  /// The text of an `Error(string)`; nil for whatever else came.
  package static func text(in data: [UInt8]) -> String? {
    // Anything may stand here; what is no text of the usual form has none.
    guard case .success(let values) = Result(catching: { try error.arguments(ofCall: data) })
    else { return nil }
    return values.first?.string
  }
}
