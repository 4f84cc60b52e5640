import OrienModel
import OrienSystem

/// What goes out on a socket that never blocks: at once what it takes, the rest in its order.
struct Outbox: ~Copyable {
  private struct Item {
    var bytes: ArraySlice<UInt8>
    /// Goes with the first byte; closed once it is on its way.
    var descriptor: Int32?
  }

  private var items: [Item] = []

  var isEmpty: Bool { items.isEmpty }

  deinit { for item in items { if let raw = item.descriptor { _ = Descriptor(owning: raw) } } }

  /// Takes over the descriptor.
  mutating func add(_ bytes: [UInt8], passing descriptor: Int32? = nil) {
    items.append(Item(bytes: bytes[...], descriptor: descriptor))
  }

  /// Takes over what another has.
  mutating func add(_ other: inout Outbox) {
    items += other.items
    other.items = []
  }

  /// Sends what is taken now. Throws where nobody is there to take it.
  mutating func flush(to socket: borrowing Descriptor) throws(SystemError) {
    var done = 0
    defer { items.removeFirst(done) }
    while done < items.count {
      guard try Self.send(&items[done], to: socket) else { return }
      done += 1
    }
  }

  private static func send(
    _ item: inout Item, to socket: borrowing Descriptor
  ) throws(SystemError) -> Bool {
    while !item.bytes.isEmpty {
      let passing = item.descriptor.map { [$0] } ?? []
      let result = item.bytes.withUnsafeBytes { bytes in
        Result { () throws(SystemError) in try socket.send(bytes, passing: passing) }
      }
      guard let sent = try result.get() else { return false }
      if let raw = item.descriptor.take() { _ = Descriptor(owning: raw) }
      item.bytes = item.bytes.dropFirst(sent)
    }
    return true
  }
}
