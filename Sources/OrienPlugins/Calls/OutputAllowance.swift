import OrienModel

/// How much of a stream is kept: what the granted bytes allow, and as much more as tells where the
/// stream is cut. One count for whoever emits, in the node or in a worker.
package struct OutputAllowance: Sendable {
  private var total: UInt64 = 0
  private let limit: UInt64

  package init(limitBytes: UInt64?) { limit = limitBytes ?? .max }

  /// Counts a chunk and answers how much of it to keep; nil where the bound was passed before.
  package mutating func admit(_ count: Int) -> Int? {
    guard total <= limit else { return nil }
    defer { total = total.saturatingAdd(UInt64(count)) }
    return min(count, Int(clamping: (limit - total).saturatingAdd(4)))
  }

  /// What was counted last is within the bound.
  package var isWithin: Bool { total <= limit }
}
