/// What is due when: a binary heap of moments, earliest first, equal ones in the order they came.
///
/// Cancelled entries stay until they would be due, or until they outnumber the live ones.
struct TimerQueue {
  private struct Entry {
    var due: Instant
    var order: UInt64
    var timer: Timer
  }

  private var heap: [Entry] = []
  private var order: UInt64 = 0
  private var dead = 0

  mutating func add(_ timer: Timer, due: Instant) {
    order += 1
    heap.append(Entry(due: due, order: order, timer: timer))
    rise(from: heap.count - 1)
  }

  /// The moment of the first timer that is still wanted.
  var first: Instant? {
    mutating get {
      dropCancelled()
      return heap.first?.due
    }
  }

  /// Takes out the first timer that is due at `now`.
  mutating func takeDue(at now: Instant) -> Timer? {
    dropCancelled()
    guard let first = heap.first, first.due <= now else { return nil }
    removeFirst()
    return first.timer
  }

  mutating func noteCancelled() {
    dead += 1
    guard dead > 64, dead > heap.count / 2 else { return }
    let live = heap.filter { !$0.timer.isOver }
    heap.removeAll(keepingCapacity: true)
    dead = 0
    for entry in live {
      heap.append(entry)
      rise(from: heap.count - 1)
    }
  }

  private mutating func dropCancelled() {
    while let first = heap.first, first.timer.isOver {
      removeFirst()
      dead -= 1
    }
  }

  private static func precedes(_ a: Entry, _ b: Entry) -> Bool {
    a.due != b.due ? a.due < b.due : a.order < b.order
  }

  private mutating func rise(from start: Int) {
    var child = start
    while child > 0 {
      let parent = (child - 1) / 2
      guard Self.precedes(heap[child], heap[parent]) else { return }
      heap.swapAt(child, parent)
      child = parent
    }
  }

  private mutating func removeFirst() {
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var parent = 0
    while true {
      var least = parent
      for child in [2 * parent + 1, 2 * parent + 2]
      where child < heap.count && Self.precedes(heap[child], heap[least]) {
        least = child
      }
      if least == parent { return }
      heap.swapAt(parent, least)
      parent = least
    }
  }
}
