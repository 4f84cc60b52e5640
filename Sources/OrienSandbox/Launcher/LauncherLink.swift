import COrienJail
import OrienModel
import OrienSystem

/// The socket to one launcher, from its birth to its end. Belongs to the loop's thread.
final class LauncherLink {
  let pid: UInt64
  private let socket: Descriptor
  private let loop: Loop
  private let onFrame: (consuming Frame) -> Void
  private let onEnd: () -> Void
  private var watch: Watch?
  private var reader = FrameReader()
  /// What the socket did not take at once, in order.
  private var waiting: [Outgoing] = []
  /// When the kernel had no room for the first of them: it is tried again.
  private var retry: Timer?
  private static let pause = Duration.milliseconds(10)
  /// The end was told, or will be, after what is being done now.
  private var isOver = false

  private final class Outgoing {
    var bytes: ArraySlice<UInt8>
    /// Nil once they are on their way.
    var descriptors: JailDescriptors?
    /// Who would rather hear that the kernel had no room for it; nobody, once a part is sent.
    var onRefusal: ((SystemError) -> Void)?

    init(
      _ bytes: [UInt8], _ descriptors: consuming JailDescriptors?,
      _ onRefusal: ((SystemError) -> Void)?
    ) {
      self.bytes = bytes[...]
      self.descriptors = descriptors
      self.onRefusal = onRefusal
    }
  }

  /// `onFrame` gets what comes; `onEnd` is called once, never inside a call of the owner's, when
  /// the launcher is gone or speaks nonsense, and not after `close`.
  init(
    pid: UInt64, socket: consuming Descriptor, loop: Loop,
    onFrame: @escaping (consuming Frame) -> Void, onEnd: @escaping () -> Void
  ) throws(SystemError) {
    self.pid = pid
    self.socket = socket
    self.loop = loop
    self.onFrame = onFrame
    self.onEnd = onEnd
    try self.socket.makeNonBlocking()
    watch = try loop.watch(self.socket.raw, .read) { [unowned self] in deliver($0) }
  }

  deinit {
    watch?.cancel()
    retry?.cancel()
  }

  /// Tells nobody anything any more; the launcher sees its end of the socket close.
  func close() {
    isOver = true
    watch?.cancel()
    watch = nil
    retry?.cancel()
    waiting.removeAll()
  }

  /// Sends the frame, sooner or later; or calls `onRefusal`, where there is one, once, when the
  /// kernel has no room for it, and then nothing of it is sent.
  func send(
    _ bytes: [UInt8], _ descriptors: consuming JailDescriptors? = nil,
    onRefusal: ((SystemError) -> Void)? = nil
  ) {
    guard !isOver else { return }
    waiting.append(Outgoing(bytes, descriptors, onRefusal))
    if waiting.count == 1 { flush() }
  }

  /// Hears what has come by now.
  func listen() {
    while !isOver {
      switch reader.next(from: socket) {
      case .frame(let frame): onFrame(frame)
      case .partial: return
      case .end: end()
      }
    }
  }

  private func deliver(_ readiness: Readiness) {
    if readiness.contains(.write) { flush() }
    if !readiness.isDisjoint(with: [.read, .broken]) { listen() }
  }

  private func end() {
    guard !isOver else { return }
    close()
    onEnd()
  }

  private func flush() {
    while let first = waiting.first {
      do throws(SystemError) {
        guard try write(first) else { break }
      } catch {
        guard error.isShortage else {
          // Broken: the watch tells so as the next event, outside of whoever sends now.
          waiting.removeAll()
          break
        }
        guard let refuse = first.onRefusal else {
          tryAgain()
          break
        }
        refuse(error)
      }
      waiting.removeFirst()
    }
    // The socket is writable while memory is short, and would tell so all the time.
    watch?.change(to: waiting.isEmpty || retry != nil ? .read : [.read, .write])
  }

  private func tryAgain() {
    retry = loop.schedule(after: Self.pause) { [unowned self] in
      retry = nil
      flush()
    }
  }

  /// False where the socket takes no more.
  private func write(_ frame: Outgoing) throws(SystemError) -> Bool {
    while !frame.bytes.isEmpty {
      let passing = frame.descriptors?.raw ?? []
      let result = frame.bytes.withUnsafeBytes { bytes in
        Result { () throws(SystemError) in try socket.send(bytes, passing: passing) }
      }
      guard let sent = try result.get() else { return false }
      frame.descriptors = nil
      frame.onRefusal = nil
      frame.bytes = frame.bytes.dropFirst(sent)
    }
    return true
  }
}

extension JailDescriptors {
  /// In the order of orien_jail.h.
  fileprivate var raw: [Int32] {
    [input.raw, output.raw, errors.raw, workspace.raw] + shown.map(\.raw)
  }
}
