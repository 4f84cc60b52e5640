import OrienSystem

/// A jail's share of the node's resolver: a few names at a time, so that one whose names nobody
/// answers for leaves the threads to others. Belongs to the loop's thread.
final class EgressLookups {
  static let atOnce = 2

  private let resolver: Resolver
  private var running = 0
  private var waiting: [Waiting] = []

  private struct Waiting {
    /// Nobody, once its connection has ended.
    weak var reach: EgressReach?
    let name: String
  }

  init(_ resolver: Resolver) { self.resolver = resolver }

  /// Tells `reach` the addresses of `name`, sooner or later, while it still is there. They are as
  /// many as there are connections at most.
  func look(up name: String, for reach: EgressReach) {
    waiting.append(Waiting(reach: reach, name: name))
    goOn()
  }

  private func goOn() {
    while running < Self.atOnce, !waiting.isEmpty {
      let next = waiting.removeFirst()
      guard let reach = next.reach, !reach.isOver else { continue }
      running += 1
      resolver.resolve(next.name) { [weak self, weak reach] answer in
        self?.running -= 1
        reach?.resolved(answer)
        self?.goOn()
      }
    }
  }
}
