import OrienModel
import OrienSystem

/// Messages on a stream: frames of at most 64 KiB, so that nobody's large one holds up the others of
/// whoever reads in turn. All but the last frame of a message say that more of it follows.
enum Frames {
  static let bodyBytes = 64 << 10
  static let headerBytes = 16
  /// All of one message: a command's words and input are the largest thing that anybody says.
  static let messageBytes = 48 << 20
  static let more: UInt32 = 1 << 31

  static func bytes(kind: UInt32, id: UInt64, body: [UInt8]) -> [UInt8] {
    var packer = Packer()
    packer.reserve(body.count + headerBytes * (body.count / bodyBytes + 1))
    var start = 0
    repeat {
      let end = min(body.count, start + bodyBytes)
      packer.put(number: UInt32(end - start))
      packer.put(number: end < body.count ? kind | more : kind)
      packer.put(id)
      packer.put(plain: body[start..<end])
      start = end
    } while start < body.count
    return packer.bytes
  }
}

/// Reads messages off a socket, and the descriptors that come with some.
struct MessageReader: ~Copyable {
  struct Message {
    var kind: UInt32
    var id: UInt64
    var body: [UInt8]
  }

  enum Step {
    case message(Message)
    /// The rest is still to come.
    case partial
    case end
  }

  private var room = [UInt8](repeating: 0, count: 2 * (Frames.headerBytes + Frames.bodyBytes))
  /// All that had come was read.
  private var isDrained = false
  /// What of `room` was read and not yet taken.
  private var filled = 0..<0
  private var begun: Message?
  private var descriptors: [Int32] = []
  private let takesDescriptors: Bool

  /// Where none are taken, those that come are closed.
  init(takesDescriptors: Bool) { self.takesDescriptors = takesDescriptors }

  deinit { for raw in descriptors { _ = Descriptor(owning: raw) } }

  /// Nothing is there of a message whose rest is still to come.
  var isBetweenMessages: Bool { begun == nil && filled.isEmpty }

  /// The next of the descriptors that came, in their order.
  mutating func takeDescriptor() -> Descriptor? {
    descriptors.isEmpty ? nil : Descriptor(owning: descriptors.removeFirst())
  }

  /// Throws where the other end sends what is no message.
  mutating func next(from socket: borrowing Descriptor) throws(Failure) -> Step {
    while true {
      if let message = try takeMessage() { return .message(message) }
      // What came last was less than there was room for: that was all.
      if isDrained {
        isDrained = false
        return .partial
      }
      do throws(SystemError) {
        guard let count = try fill(from: socket) else { return .partial }
        if count == 0 { return .end }
      } catch {
        return .end
      }
    }
  }

  /// The next of those that have been read.
  mutating func takeMessage() throws(Failure) -> Message? {
    while filled.count >= Frames.headerBytes {
      let (size, kind, id) = room.withUnsafeBytes { bytes in
        (
          Int(bytes.loadUnaligned(fromByteOffset: filled.lowerBound, as: UInt32.self)),
          bytes.loadUnaligned(fromByteOffset: filled.lowerBound + 4, as: UInt32.self),
          bytes.loadUnaligned(fromByteOffset: filled.lowerBound + 8, as: UInt64.self)
        )
      }
      guard size <= Frames.bodyBytes else { throw Unpacker.damaged }
      guard filled.count >= Frames.headerBytes + size else { return nil }
      let start = filled.lowerBound + Frames.headerBytes
      filled = start + size..<filled.upperBound
      let plain = kind & ~Frames.more
      var message = begun.take() ?? Message(kind: plain, id: id, body: [])
      guard message.kind == plain, message.id == id,
        message.body.count + size <= Frames.messageBytes
      else { throw Unpacker.damaged }
      message.body.append(contentsOf: room[start..<start + size])
      if kind == plain { return message }
      begun = message
    }
    return nil
  }

  /// Reads once, as much as there is room for; nil where nothing is there yet, 0 at the end.
  mutating func fill(from socket: borrowing Descriptor) throws(SystemError) -> Int? {
    if filled.lowerBound > 0 {
      room.replaceSubrange(0..<filled.count, with: Array(room[filled]))
      filled = 0..<filled.count
    }
    var came: [Int32] = []
    let takes = takesDescriptors
    let end = filled.upperBound
    let result = room.withUnsafeMutableBytes { bytes in
      Result { () throws(SystemError) in
        let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[end...])
        return try socket.receive(into: rest) {
          if takes { came.append($0.release()) }
        }
      }
    }
    descriptors += came
    let count = try result.get()
    isDrained = (count ?? 0) > 0 && end + (count ?? 0) < room.count
    filled = filled.lowerBound..<(end + (count ?? 0))
    return count
  }
}
