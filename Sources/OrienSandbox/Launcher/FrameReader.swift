import COrienJail
import OrienModel
import OrienSystem

/// Reads frames off a socket, however many pieces they come in.
///
/// It never reads past the end of a frame, so a descriptor that comes belongs to the frame at
/// hand. What the jail answers is small: a frame beyond `bodyBytes` is no answer of it.
struct FrameReader: ~Copyable {
  private static let headerBytes = MemoryLayout<orien_jail_header>.size
  private static let bodyBytes = 512

  enum Step: ~Copyable {
    case frame(Frame)
    /// The rest is still to come.
    case partial
    /// The other end is gone, or is not what it should be.
    case end
  }

  private var room = [UInt8](repeating: 0, count: headerBytes + bodyBytes)
  private var got = 0
  private var descriptor: Descriptor?

  mutating func next(from socket: borrowing Descriptor) -> Step {
    while true {
      guard let whole else { return .end }
      if got == whole, got >= Self.headerBytes { return take() }
      do throws(SystemError) {
        let count = try read(socket, upTo: whole)
        guard let count else { return .partial }
        guard count > 0 else { return .end }
        got += count
      } catch {
        return .end
      }
    }
  }

  /// The length of header and body as far as it is known; nil where it is too long.
  private var whole: Int? {
    guard got >= Self.headerBytes else { return Self.headerBytes }
    let size = Int(header.size)
    return size <= Self.bodyBytes ? Self.headerBytes + size : nil
  }

  private var header: orien_jail_header {
    room.withUnsafeBytes { $0.loadUnaligned(as: orien_jail_header.self) }
  }

  private mutating func read(
    _ socket: borrowing Descriptor, upTo whole: Int
  ) throws(SystemError) -> Int? {
    let got = got
    var passed: Int32?
    defer { if let passed { descriptor = Descriptor(owning: passed) } }
    let result = room.withUnsafeMutableBytes { bytes in
      Result { () throws(SystemError) in
        try socket.receive(into: UnsafeMutableRawBufferPointer(rebasing: bytes[got..<whole])) {
          // One a frame: of more, the earlier are closed.
          if let passed { _ = Descriptor(owning: passed) }
          passed = $0.release()
        }
      }
    }
    return try result.get()
  }

  private mutating func take() -> Step {
    let header = header
    let body = Array(room[Self.headerBytes..<got])
    got = 0
    return .frame(
      Frame(kind: header.kind, id: header.id, body: body, descriptor: descriptor.take()))
  }
}
