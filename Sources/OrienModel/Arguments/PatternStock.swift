import Synchronization

/// Patterns that were compiled a short while ago, by their sources: pages, tables and manifests have
/// much in common, and some are read more than once. Any thread.
final class PatternStock: Sendable {
  static let common = PatternStock(most: 64)

  private let most: Int
  private let compiled = Mutex<[String: Pattern]>([:])

  init(most: Int) { self.most = most }

  /// The pattern, compiled now or before. Fails as its making does.
  func pattern(_ source: String) throws(Failure) -> Pattern {
    if let pattern = compiled.withLock({ $0[source] }) { return pattern }
    let pattern = try Pattern(source)
    compiled.withLock { compiled in
      if compiled.count == most { compiled = [:] }
      compiled[source] = pattern
    }
    return pattern
  }
}

extension Pattern {
  package static func compiled(_ source: String) throws(Failure) -> Pattern {
    try PatternStock.common.pattern(source)
  }
}
