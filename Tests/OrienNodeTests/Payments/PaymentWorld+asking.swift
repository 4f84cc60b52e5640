import OrienModel
import OrienTestKit

@testable import OrienNode

// What a test wants to happen, where no seed decides it.

extension PaymentWorld {
  static let size = MachineSize(cpu: 1, memoryGiB: 1, diskGiB: 10)

  /// One in which everything is as an operator has it who changes nothing.
  static func plain(_ change: (inout PaymentSettings) -> Void = { _ in }) throws -> PaymentWorld {
    let world = try PaymentWorld(seed: 1) { settings in
      settings.leastSeconds = 0
      settings.deletesOnExhaustion = false
      settings.retention = nil
      change(&settings)
    }
    try world.settle()
    return world
  }

  /// Opens a stream, which is as deep in the chain as it has to be when this returns.
  func opened(
    lasting seconds: UInt64, rate: UInt256 = PaidNode.pricePerCore, to recipient: String? = nil,
    in token: String? = nil
  ) throws -> String {
    let call = ContractCall.createStream(
      recipient: recipient ?? payments.recipient,
      deposit: rate.times(UInt256(seconds)) ?? .max, rate: rate, token: token)
    let id = try chain.act(call, by: Self.tenants[0])
    for _ in 1..<payments.confirmations { chain.mine(after: 1) }
    return id.description
  }

  /// By the operator, who is asked for no proof, unless somebody else is said to name it.
  func verified(_ id: String) throws(Failure) -> VerifiedStream {
    try verified(NamedStream(id, isOperators: true), for: "web")
  }

  func verified(_ named: NamedStream, for name: String) throws(Failure) -> VerifiedStream {
    try node.loop.answer { node.payments.verify(named, for: name, Self.size, then: $0) }
  }

  @discardableResult
  func rented(_ name: String, by id: String) throws(Failure) -> Rental {
    try rented(name, by: try verified(id))
  }

  func rented(_ name: String, by stream: VerifiedStream) throws(Failure) -> Rental {
    var order = TestNode.order(name)
    order.payment = stream
    return try node.loop.answer { answer in
      node.rentals.rent(order) { [rentals = node.rentals] result in
        switch result {
        case .success(let rental): rentals.whenMade(rental.id, answer)
        case .failure: answer(result)
        }
      }
    }
  }

  func toppedUp(_ id: String, by seconds: UInt64) throws {
    let more = PaidNode.pricePerCore.times(UInt256(seconds)) ?? .max
    try chain.act(.topUp(UInt256(decimal: id) ?? .zero, more), by: Self.tenants[0])
  }

  func phase(_ name: String) -> Rental.Phase? { node.rentals.find(name)?.phase }
}
