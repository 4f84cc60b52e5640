import OrienModel
import OrienSystem
import Synchronization

/// The node as a worker sees it: a socket to it. Any thread.
final class FarNode: PluginHost {
  private let socket: Descriptor
  private let outgoing = Mutex(Outgoing())
  private let reader = Mutex(MessageReader(takesDescriptors: true))
  private let waiting = Mutex(Waiting())

  /// What a request was answered, and the descriptor that came with it.
  struct Answer: Sendable {
    var answer: WorkerAnswer
    var descriptor: Int32?
  }

  /// One message goes after the other.
  private struct Outgoing {
    var isGathering = false
    var gathered: [UInt8] = []

    static let mostBytes = 16 << 10
  }

  private struct Waiting {
    var last: UInt64 = 0
    var requests: [UInt64: Channel<Answer>] = [:]
  }

  init(_ socket: consuming Descriptor) { self.socket = socket }

  /// Waits for what the node says next, and the descriptor that comes with it. The end of it is the
  /// end of this process. One thread at a time.
  func next() -> (NodeMessage, descriptor: Int32?) {
    reader.withLock { reader in
      while true {
        do throws(Failure) {
          switch try reader.next(from: socket) {
          case .message(let message):
            let what = try NodeMessage(kind: message.kind, id: message.id, body: message.body)
            return (what, what.passesDescriptor ? reader.takeDescriptor()?.release() : nil)
          case .partial: wait()
          case .end: Confinement.exit(0)
          }
        } catch {
          Confinement.exit(70)
        }
      }
    }
  }

  /// Unlike one who is in the middle of reading, this is not woken by what the node takes.
  private func wait() {
    let never = Instant(nanoseconds: .max)
    if (try? ChildProcess.wait(for: socket.raw, until: never)) == nil { Confinement.exit(71) }
  }

  func say(_ message: WorkerMessage) {
    let packed = message.packed
    let bytes = Frames.bytes(kind: packed.kind.rawValue, id: packed.id, body: packed.body)
    outgoing.withLock { outgoing in
      outgoing.gathered += bytes
      let mayWait =
        outgoing.isGathering && packed.kind == .emit
        && outgoing.gathered.count < Outgoing.mostBytes
      if !mayWait { send(&outgoing) }
    }
  }

  /// What is emitted from here on goes with what is said next, and no later.
  func gather() { outgoing.withLock { $0.isGathering = true } }

  /// It has waited long enough.
  func stopGathering() {
    outgoing.withLock { outgoing in
      outgoing.isGathering = false
      if !outgoing.gathered.isEmpty { send(&outgoing) }
    }
  }

  private func send(_ outgoing: inout Outgoing) {
    let isHeard = (try? socket.writeAll(outgoing.gathered)) != nil
    outgoing.gathered = []
    outgoing.isGathering = false
    // Nobody is there any more for whom this process would be.
    if !isHeard { Confinement.exit(0) }
  }

  func ask(_ what: WorkerRequest.What, call: UInt64? = nil) throws(Failure) -> Answer {
    let channel = Channel<Answer>()
    let number = waiting.withLock { waiting in
      waiting.last += 1
      waiting.requests[waiting.last] = channel
      return waiting.last
    }
    say(.request(WorkerRequest(number: number, call: call, what: what)))
    guard let answer = channel.receive() else { throw Self.nonsense }
    if case .failed(let failure) = answer.answer { throw failure }
    return answer
  }

  /// The answer to a request; one to none is dropped.
  func hear(_ answer: Answer, to number: UInt64) {
    let channel = waiting.withLock { $0.requests.removeValue(forKey: number) }
    if let channel {
      channel.send(answer)
    } else if let descriptor = answer.descriptor {
      _ = Descriptor(owning: descriptor)
    }
  }

  private static let nonsense = Failure(
    .internal, "bad-frame", "the node answered something that was not asked")

  // MARK: PluginHost

  func log(_ level: PluginLogLevel, _ message: String, plugin: String, call: String?) {
    say(.log(level, message, call: call))
  }

  func putState(
    _ key: String, _ value: [UInt8], over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite {
    guard case .wrote(let write) = try ask(.putState(key, value, over: revision)).answer else {
      throw Self.nonsense
    }
    return write
  }

  func state(
    _ key: String, plugin: String
  ) throws(Failure) -> (value: [UInt8], revision: UInt64)? {
    switch try ask(.state(key)).answer {
    case .value(let value, let revision): return (value, revision)
    case .absent: return nil
    default: throw Self.nonsense
    }
  }

  func removeState(
    _ key: String, over revision: UInt64?, plugin: String
  ) throws(Failure) -> StateWrite {
    guard case .wrote(let write) = try ask(.removeState(key, over: revision)).answer else {
      throw Self.nonsense
    }
    return write
  }

  func stateKeys(
    prefix: String, after: String?, bytes: Int, plugin: String
  ) throws(Failure) -> [String] {
    let request = WorkerRequest.What.stateKeys(prefix: prefix, after: after, bytes: UInt64(bytes))
    guard case .keys(let keys) = try ask(request).answer else { throw Self.nonsense }
    return keys
  }

  func lasting(
    _ request: LastingRequest, of plugin: PluginIdentity, for call: (any CallHost)?
  ) throws(Failure) -> LastingAnswer {
    let answer = try ask(.lasting(request), call: (call as? FarCall)?.id).answer
    guard case .lasting(let answer) = answer else { throw Self.nonsense }
    return answer
  }
}
