import OrienModel

/// The calls of one owner that wait for one tool, in the order in which they came. Its first is
/// taken in the same time however long it is.
struct WaitingLine {
  /// Those before `next` are gone.
  private var waiters: [(id: ExecutionID, order: UInt64)] = []
  private var next = 0

  var isEmpty: Bool { next == waiters.count }

  var first: (id: ExecutionID, order: UInt64)? { isEmpty ? nil : waiters[next] }

  mutating func append(_ id: ExecutionID, _ order: UInt64) { waiters.append((id, order)) }

  /// False where it does not wait here.
  mutating func remove(_ id: ExecutionID) -> Bool {
    guard let index = waiters[next...].firstIndex(where: { $0.id == id }) else { return false }
    guard index == next else {
      waiters.remove(at: index)
      return true
    }
    next += 1
    if next > 64, next > waiters.count / 2 {
      waiters.removeFirst(next)
      next = 0
    }
    return true
  }
}
