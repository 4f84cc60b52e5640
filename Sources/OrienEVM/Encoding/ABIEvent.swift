package import OrienModel

/// An event of a contract: how it is found in logs, and what a log of it says.
package struct ABIEvent: Sendable {
  package struct Parameter: Sendable {
    let type: ABIType
    let isIndexed: Bool

    package static func indexed(_ type: ABIType) -> Parameter {
      // Of what has an offset a topic has only the hash.
      precondition(!type.isDynamic, "an indexed parameter is one word")
      return Parameter(type: type, isIndexed: true)
    }
    package static func data(_ type: ABIType) -> Parameter {
      Parameter(type: type, isIndexed: false)
    }
  }

  package let signature: String
  /// The first topic of each of its logs.
  package let topic: Bytes32
  private let parameters: [Parameter]

  package init(_ name: String, _ parameters: [Parameter]) {
    precondition(parameters.count(where: \.isIndexed) <= 3, "a log has three topics beside its own")
    signature = ABISignature.text(name, parameters.map(\.type))
    topic = Keccak256.hash(of: Array(signature.utf8))
    self.parameters = parameters
  }

  /// The parameters in their order, those that are topics and those that are data.
  package func values(topics: [Bytes32], data: [UInt8]) throws(Failure) -> [ABIValue] {
    let indexed = parameters.filter(\.isIndexed)
    guard topics.first == topic, topics.count == indexed.count + 1 else {
      throw ABI.refusal("a log of another event than \(signature)")
    }
    var words = topics.dropFirst()
    var rest = try ABI.decode(data, as: parameters.filter { !$0.isIndexed }.map(\.type))[...]
    var values: [ABIValue] = []
    for parameter in parameters {
      if parameter.isIndexed {
        values.append(try ABI.value(of: words.removeFirst(), as: parameter.type))
      } else {
        values.append(rest.removeFirst())
      }
    }
    return values
  }
}
