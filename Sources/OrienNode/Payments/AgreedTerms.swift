import OrienKernel
package import OrienModel
package import OrienSystem

/// What streams have to be like, as their backend says. It is asked once for all who want to know, and
/// again once it is another backend, or one that has read its settings anew, and where somebody has
/// found that it does not answer as it did. Belongs to the loop.
package final class AgreedTerms {
  /// Who has made both keeps it.
  private unowned let host: any PaymentHost
  private let loop: Loop
  /// As it was heard last, whether it still holds or not: for whoever only tells of it.
  package private(set) var last: PaymentTerms?
  /// Whose word that was; nil where it is none any more.
  private var life: BackendLife?
  private var waiting: [(Result<PaymentTerms, Failure>) -> Void] = []

  package init(of host: any PaymentHost, on loop: Loop) {
    self.host = host
    self.loop = loop
  }

  /// Answers on the loop, and never before this returns.
  package func learn(then body: @escaping (Result<PaymentTerms, Failure>) -> Void) {
    if waiting.isEmpty, let last, let life, life == host.life {
      return loop.soon { body(.success(last)) }
    }
    waiting.append(body)
    if waiting.count == 1 { ask() }
  }

  /// They may be others by now: whoever learns them next hears what they are then.
  package func doubt() { life = nil }

  private func ask() {
    // One that takes its place meanwhile says other things.
    let asked = host.life
    host.probe { [self] result in
      if case .success(let terms) = result { (last, life) = (terms, asked) }
      let all = waiting
      waiting = []
      for body in all { body(result) }
    }
  }
}
