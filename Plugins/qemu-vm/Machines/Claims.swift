internal import OrienKit
internal import Synchronization

/// Which call changes which machine now: one at a time, and a deletion has a launch give up.
final class Claims: Sendable {
  enum Kind: Sendable { case launch, start, stop, delete }

  private struct Claim {
    let kind: Kind
    var isUnwanted = false
  }

  private let claims = Mutex<[String: Claim]>([:])

  /// What is done to it now; nil: nothing.
  func kind(of name: String) -> Kind? { claims.withLock { $0[name]?.kind } }

  /// Somebody wants it deleted before what is done to it has come to its end.
  func isUnwanted(_ name: String) -> Bool { claims.withLock { $0[name]?.isUnwanted ?? false } }

  /// Waits until nobody else changes that machine. Whoever took it has to release it.
  func take(_ name: String, _ kind: Kind, _ call: borrowing Call) throws(Failure) {
    let patience = Clock.now + (kind == .delete || kind == .stop ? 30_000 : 2000)
    while !isFree(name, for: kind) {
      guard Clock.now < patience else {
        throw Failure(.unavailable, "something else is done to \(name) now", reason: "busy")
      }
      try Clock.pause(20, call)
    }
  }

  func release(_ name: String) { claims.withLock { _ = $0.removeValue(forKey: name) } }

  private func isFree(_ name: String, for kind: Kind) -> Bool {
    claims.withLock { claims in
      guard claims[name] == nil else {
        if kind == .delete { claims[name]?.isUnwanted = true }
        return false
      }
      claims[name] = Claim(kind: kind)
      return true
    }
  }
}
