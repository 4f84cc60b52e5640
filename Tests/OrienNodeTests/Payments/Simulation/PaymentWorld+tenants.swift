import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

// What tenants do with machines, as the API does it for them.

extension PaymentWorld {
  /// A stream is verified and then pays; now and then the node dies between the two, or while the
  /// machine is made.
  func rent() {
    guard let opened = book.opened.randomElement(using: &random),
      let id = chain.head.receipts[opened.hash]?.stream?.description
    else { return }
    let order = TestNode.order("vm-\(roll(8))", cpu: Int64(1 + roll(2)))
    let (dies, diesLater) = (roll(15) == 0, roll(10) == 0 ? roll(4) : nil)
    note("rent \(order.name) of \(order.size.cpu) by \(id)")
    pending += 1
    let node = node!
    let named = NamedStream(id, isOperators: true)
    node.verifier.verify(named, for: order.name, order.size) { [unowned self] result in
      guard node === self.node else { return }
      pending -= 1
      guard case .success(let stream) = result else { return }
      if dies {
        machines.diesAt = machines.steps - 1
        return
      }
      var order = order
      order.payment = stream
      pending += 1
      node.rentals.rent(order) { [unowned self] result in
        guard node === self.node else { return }
        pending -= 1
        guard case .success(let rental) = result else { return }
        accept(rental, paidBy: id)
        if let diesLater { machines.diesAt = machines.steps + diesLater - 1 }
      }
    }
  }

  /// What a node takes pays, or did so short a time ago that nobody can know better.
  private func accept(_ rental: Rental, paidBy id: String) {
    note("\(rental.id) is paid by \(id)")
    book.streams[rental.id] = id
    book.prices[rental.id] = PaidNode.price(rental.size)
    if isPaid(rental.id, in: chain.head) { book.paidAt[rental.id] = chain.clock }
    guard !recent.contains(where: { isPaid(rental.id, in: $0) }) else { return }
    violation =
      violation
      ?? Violation(
        invariant: .payment, words: "\(rental.id) was rented by \(id), which does not pay for it")
  }

  private func someMachine() -> Rental? {
    node.rentals.all.randomElement(using: &random)
  }

  func endMachine() {
    guard let rental = someMachine() else { return }
    note("delete \(rental.id)")
    book.unwanted.insert(rental.id)
    node.rentals.delete(rental.id) { _ in }
  }

  func stopMachine() {
    guard let rental = someMachine() else { return }
    note("stop \(rental.id)")
    let node = node!
    let starts = book.starts[rental.id]
    node.rentals.stop(rental.id) { [unowned self] result in
      // Who wanted it started meanwhile does not want it stopped any more.
      guard node === self.node, book.starts[rental.id] == starts, case .success = result
      else { return }
      book.stopped.insert(rental.id)
    }
  }

  func startMachine() {
    guard let rental = someMachine() else { return }
    note("start \(rental.id)")
    book.stopped.remove(rental.id)
    book.starts[rental.id, default: 0] += 1
    node.rentals.start(rental.id) { _ in }
  }
}
