import OrienLedger
package import OrienModel
import OrienSystem

extension Rentals {
  /// For who brings no key. The private one is sealed until it is handed out, once.
  package func newPair(for name: String) -> Rental.Access {
    let pair = SSHKeyPair.generate(comment: name)
    return Rental.Access(
      publicKey: pair.publicKey, sealedKey: parts.ledger.seal(Array(pair.privateKey.utf8)))
  }

  /// The private key that waits for whose the machine is; nil where none does. That it was handed out
  /// is kept before it is.
  package func handOutKey(
    of id: String, then answer: @escaping (Result<(Rental, String?), Failure>) -> Void
  ) {
    guard let machine = machines[id] else {
      return parts.loop.soon { answer(.failure(Self.absent(id))) }
    }
    guard let sealed = machine.next.access.sealedKey else {
      return parts.loop.soon { answer(.success((machine.record, nil))) }
    }
    do throws(Failure) {
      let key = String(decoding: try parts.ledger.unseal(sealed), as: UTF8.self)
      keep(machine) {
        $0.access.sealedKey = nil
        $0.access.handedOutAt = .now
      } then: {
        answer(.success((machine.record, key)))
      } orElse: {
        answer(.failure($0))
      }
    } catch {
      parts.loop.soon { answer(.failure(error)) }
    }
  }

  /// The machine that a job has made or makes, also one that is over.
  package func find(job: String, then answer: @escaping (Result<Rental?, Failure>) -> Void) {
    if let live = find(job: job) { return parts.loop.soon { answer(.success(live)) } }
    parts.ledger.rental(ofJob: job, then: parts.loop.reply(answer))
  }
}
