/// The loop's watches by number, found without hashing because each event looks one up.
///
/// A number is a slot and how many watches there were before: one that was cancelled is never
/// taken for another that has its slot. No number is zero.
struct WatchTable {
  private var slots: [Watch?] = []
  private var free: [Int] = []
  private var added: UInt64 = 1

  var nextNumber: UInt64 { added << 32 | UInt64(free.last ?? slots.count) }

  subscript(number: UInt64) -> Watch? {
    let slot = Int(number & 0xFFFF_FFFF)
    guard slot < slots.count, let watch = slots[slot], watch.number == number else { return nil }
    return watch
  }

  /// Adds a watch that was made with `nextNumber`.
  mutating func add(_ watch: Watch) {
    precondition(watch.number == nextNumber, "a watch is added as soon as it has a number")
    added += 1
    if let slot = free.popLast() { slots[slot] = watch } else { slots.append(watch) }
  }

  mutating func remove(_ watch: Watch) {
    guard self[watch.number] != nil else { return }
    let slot = Int(watch.number & 0xFFFF_FFFF)
    slots[slot] = nil
    free.append(slot)
  }
}
