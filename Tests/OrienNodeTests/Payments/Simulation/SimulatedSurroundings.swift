import OrienKernel
import OrienModel
import OrienSystem
import OrienTestKit

@testable import OrienNode

/// The backend of payments with what one of the holes makes of its answers.
final class BentPayments: PaymentHost {
  let inner: SimulatedPayments
  private let hole: PaymentHole?
  /// Whether a stream may be collected now.
  var mayCollect: (String) -> Bool = { _ in true }

  init(_ inner: SimulatedPayments, _ hole: PaymentHole?) {
    self.inner = inner
    self.hole = hole
  }

  var life: BackendLife? { inner.life }
  var trouble: Failure? { inner.trouble }

  func probe(then answer: @escaping (Result<PaymentTerms, Failure>) -> Void) {
    inner.probe(then: answer)
  }

  func inspect(
    _ streams: [String], at moment: ChainMoment?,
    then answer: @escaping (Result<StreamReadings, Failure>) -> Void
  ) {
    inner.inspect(streams, at: moment) { [hole, engine = inner.engine] result in
      answer(hole?.bend(result, of: streams, engine) ?? result)
    }
  }

  func signer(
    of text: String, by signature: String, then answer: @escaping (Result<String, Failure>) -> Void
  ) { inner.signer(of: text, by: signature, then: answer) }

  func keep(_ stream: String, then answer: @escaping (Result<Void, Failure>) -> Void) {
    inner.keep(stream, then: answer)
  }

  func drop(_ stream: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    inner.drop(stream, then: answer)
  }

  func quote(_ stream: String, then answer: @escaping (Result<CollectionQuote, Failure>) -> Void) {
    inner.quote(stream) { [self] result in
      guard case .success = result, !mayCollect(stream) else { return answer(result) }
      answer(.failure(Failure(.conflict, "nothing-to-collect", "it is too early")))
    }
  }

  func sign(
    _ order: CollectionOrder, then answer: @escaping (Result<SignedCollection, Failure>) -> Void
  ) { inner.sign(order, then: answer) }

  func send(_ transaction: String, then answer: @escaping (Result<Void, Failure>) -> Void) {
    inner.send(transaction, then: answer)
  }

  func outcome(
    of hashes: [String], then answer: @escaping (Result<CollectionOutcomes, Failure>) -> Void
  ) { inner.outcome(of: hashes, then: answer) }
}

/// The machines' backend, with whoever wants to know what it has refused.
final class WatchedMachines: MachineHost {
  private let inner: EngineFront
  private let hole: PaymentHole?
  private let onRefusal: (String) -> Void

  init(_ inner: EngineFront, _ hole: PaymentHole?, onRefusal: @escaping (String) -> Void) {
    self.inner = inner
    self.hole = hole
    self.onRefusal = onRefusal
  }

  var backend: String? { inner.backend }
  var trouble: Failure? { inner.trouble }
  var unheard: Set<String> { inner.unheard }

  func launch(_ order: MachineOrder, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    inner.launch(order, then: watched(order.name, answer))
  }

  func list(then answer: @escaping (Result<[Machine], Failure>) -> Void) {
    inner.list(then: answer)
  }

  func info(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    inner.info(name, then: watched(name, answer))
  }

  func start(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    inner.start(name, then: watched(name, answer))
  }

  func stop(_ name: String, then answer: @escaping (Result<Machine, Failure>) -> Void) {
    inner.stop(name, then: watched(name, answer))
  }

  func delete(_ name: String, then answer: @escaping (Result<Bool, Failure>) -> Void) {
    guard hole == .deletedInWord else { return inner.delete(name, then: watched(name, answer)) }
    inner.loop.soon { answer(.success(true)) }
  }

  private func watched<Value>(
    _ name: String, _ answer: @escaping (Result<Value, Failure>) -> Void
  ) -> (Result<Value, Failure>) -> Void {
    { [onRefusal] result in
      if case .failure = result { onRefusal(name) }
      answer(result)
    }
  }
}
