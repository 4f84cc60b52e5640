import CLinux
import Glibc

/// What somebody waits for on a descriptor, and what came.
package struct Readiness: OptionSet, Sendable {
  package let rawValue: UInt32
  package init(rawValue: UInt32) { self.rawValue = rawValue }

  package static let read = Readiness(rawValue: UInt32(bitPattern: Int32(EPOLLIN.rawValue)))
  package static let write = Readiness(rawValue: UInt32(bitPattern: Int32(EPOLLOUT.rawValue)))
  /// The peer will send no more, or is gone. Asked for with `hangup`, it comes without reading.
  package static let hangup = Readiness(rawValue: UInt32(bitPattern: Int32(EPOLLRDHUP.rawValue)))
  /// Comes unasked: both directions are shut, or the descriptor is broken.
  package static let broken = Readiness(
    rawValue: UInt32(bitPattern: Int32(EPOLLHUP.rawValue | EPOLLERR.rawValue)))

  /// Whether any part of `broken` came.
  package var isBroken: Bool { rawValue & Self.broken.rawValue != 0 }
}

/// A descriptor that the loop watches, level-triggered. Belongs to the loop's thread.
///
/// It is cancelled before its descriptor is closed, by whoever owns the descriptor.
package final class Watch {
  let raw: Int32
  let number: UInt64
  private unowned let loop: Loop
  private(set) var interest: Readiness
  private var body: ((Readiness) -> Void)?

  init(
    raw: Int32, number: UInt64, loop: Loop, interest: Readiness,
    body: @escaping (Readiness) -> Void
  ) {
    self.raw = raw
    self.number = number
    self.loop = loop
    self.interest = interest
    self.body = body
  }

  package func change(to interest: Readiness) {
    guard body != nil, interest != self.interest else { return }
    self.interest = interest
    loop.rearm(self)
  }

  package func cancel() {
    guard body != nil else { return }
    body = nil
    loop.forget(self)
  }

  /// The same where the descriptor is closed next, and nobody else has it: by that the kernel forgets it.
  package func cancelWithDescriptor() {
    guard body != nil else { return }
    body = nil
    loop.drop(self)
  }

  func deliver(_ readiness: Readiness) { body?(readiness) }
}
