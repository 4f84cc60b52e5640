import COrienABI
import Synchronization

/// Which call an `orien_call` is, by its address: a plugin's pointer is looked up here and never
/// followed, so that NULL, a wild one, or one of a call that has returned is told from a live one.
///
/// An address is given out again only when 256 others of its shard have been retired after it:
/// until then a late use of it finds no other customer's call.
enum LiveCalls {
  private enum Entry {
    case live(RunningCall)
    case retired(PluginContext)
  }

  private struct Table: ~Copyable, @unchecked Sendable {
    var entries: [UInt: Entry] = [:]
    /// Oldest first, from `next` on.
    var retired: [UnsafeMutablePointer<orien_call>] = []
    var next = 0

    mutating func takeRetired() -> UnsafeMutablePointer<orien_call>? {
      guard retired.count - next > 256 else { return nil }
      defer {
        next += 1
        if next > 1024 {
          retired.removeFirst(next)
          next = 0
        }
      }
      return retired[next]
    }
  }

  /// A part of all addresses, so that the calls of one moment rarely want one lock.
  private final class Shard: Sendable {
    let table = Mutex(Table())
  }

  private static let shards = (0..<16).map { _ in Shard() }
  private static let turn = Atomic<UInt>(0)

  private static func shard(of address: UInt) -> Shard {
    // Memory of one kind lies at a stride: only a product has bits that differ.
    shards[Int((address &* 0x9E37_79B9_7F4A_7C15) >> 60)]
  }

  /// Makes `contents` an `orien_call` that stands for `call` until `end`.
  static func begin(
    _ call: RunningCall, _ contents: orien_call
  ) -> UnsafeMutablePointer<orien_call> {
    let next = Int(turn.wrappingAdd(1, ordering: .relaxed).newValue % 16)
    let address =
      shards[next].table.withLock { $0.takeRetired().map(Address.init) }
      ?? Address(.allocate(capacity: 1))
    // Nobody finds it before it says whose it is, and whose it was finds it retired.
    address.pointer.initialize(to: contents)
    let key = UInt(bitPattern: address.pointer)
    shard(of: key).table.withLock { $0.entries[key] = .live(call) }
    return address.pointer
  }

  /// The call has returned. Its memory stays and points to nothing of it any more.
  static func end(_ address: UnsafeMutablePointer<orien_call>) {
    address.pointee.id = Constants.shared.noText
    address.pointee.session = nil
    address.pointee.workspace = nil
    address.pointee.limits = Constants.shared.noLimits
    let address = Address(address)
    let key = UInt(bitPattern: address.pointer)
    shard(of: key).table.withLock { table in
      guard case .live(let call) = table.entries[key] else {
        preconditionFailure("a call ends once")
      }
      table.entries[key] = .retired(call.plugin)
      table.retired.append(address.pointer)
    }
  }

  /// The live call of that address; nil for any other, which is reported where it is known whose.
  static func find(_ address: UnsafePointer<orien_call>?) -> RunningCall? {
    guard let address else { return nil }
    let key = UInt(bitPattern: address)
    switch shard(of: key).table.withLock({ $0.entries[key] }) {
    case .live(let call): return call
    case .retired(let plugin): plugin.complainOfLateCall()
    case nil: break
    }
    return nil
  }

  private struct Address: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<orien_call>
    init(_ pointer: UnsafeMutablePointer<orien_call>) { self.pointer = pointer }
  }

  /// What a retired call points to. Never freed.
  private struct Constants: @unchecked Sendable {
    static let shared = Constants()
    let noText: UnsafePointer<CChar>
    let noLimits: UnsafePointer<orien_limits>

    private init() {
      let text = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
      text.initialize(to: 0)
      let limits = UnsafeMutablePointer<orien_limits>.allocate(capacity: 1)
      limits.initialize(to: orien_limits())
      limits.pointee.size = UInt32(MemoryLayout<orien_limits>.size)
      (noText, noLimits) = (UnsafePointer(text), UnsafePointer(limits))
    }
  }
}
