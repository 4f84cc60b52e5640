import OrienModel
import OrienSystem
import Synchronization

/// A call of the node's, as the worker that carries it sees it. What it emits goes one way: how much
/// of it is kept is counted here as it is there.
final class FarCall: CallHost {
  let id: UInt64
  private let node: FarNode
  private let cancelled = Atomic(false)
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var output: OutputAllowance
    var errors: OutputAllowance
    var bell: Bell?
  }

  init(_ id: UInt64, limits: Limits, node: FarNode) {
    self.id = id
    self.node = node
    let allowance = OutputAllowance(limitBytes: limits.outputBytes)
    state = Mutex(State(output: allowance, errors: allowance))
  }

  /// The node says that its result is not wanted any more.
  func cancel() {
    cancelled.store(true, ordering: .releasing)
    state.withLock { $0.bell?.ring() }
  }

  var isCancelled: Bool { cancelled.load(ordering: .acquiring) }

  func cancelDescriptor() -> Int32 {
    state.withLock { state in
      if state.bell == nil { state.bell = try? Bell() }
      guard let raw = state.bell?.raw else { return -1 }
      if isCancelled { state.bell?.ring() }
      return raw
    }
  }

  func emit(_ stream: OutputStream, _ bytes: UnsafeRawBufferPointer) -> CallStatus {
    if isCancelled { return .cancelled }
    guard stream == .output || stream == .errors else { return emitObject(stream, bytes) }
    let (kept, isWithin) = state.withLock { state in
      if stream == .output {
        (state.output.admit(bytes.count), state.output.isWithin)
      } else {
        (state.errors.admit(bytes.count), state.errors.isWithin)
      }
    }
    guard let kept else { return .limited }
    for start in stride(from: 0, to: kept, by: Self.pieceBytes) {
      let piece = bytes[start..<min(kept, start + Self.pieceBytes)]
      node.say(.emit(id, stream, Array(piece)))
    }
    if isCancelled { return .cancelled }
    return isWithin ? .ok : .limited
  }

  /// So that one piece is one frame.
  private static let pieceBytes = Frames.bodyBytes - 64
  private static let objectBytes = 64 << 10

  private func emitObject(
    _ stream: OutputStream, _ bytes: UnsafeRawBufferPointer
  ) -> CallStatus {
    guard bytes.count <= Self.objectBytes else { return .limited }
    do throws(Failure) {
      let answer = try node.ask(.emit(stream, Array(bytes)), call: id)
      guard case .status(let status) = answer.answer else { return .internal }
      return status
    } catch {
      return CallStatus(error.code)
    }
  }

  func meter(_ unit: String, _ amount: UInt64) -> CallStatus {
    node.say(.meter(id, unit, amount))
    return .ok
  }

  func ended(_ exit: ProcessExit, _ usage: Usage?) -> CallStatus {
    node.say(.ended(id, exit, usage))
    return .ok
  }

  func run(_ command: Command, captureBytes: UInt64?) throws(Failure) -> RunResult {
    guard
      case .ran(let result) = try node.ask(
        .run(command, captureBytes: captureBytes), call: id
      ).answer
    else { throw Failure(.internal, "bad-frame", "the node did not say how a program ended") }
    return result
  }

  func openFile(_ path: String, _ mode: FileMode) throws(Failure) -> Int32 {
    guard let descriptor = try node.ask(.openFile(path, mode), call: id).descriptor else {
      throw Failure(.internal, "bad-frame", "the node sent no file")
    }
    return descriptor
  }

  func place(_ request: PlaceRequest) throws(Failure) -> String {
    guard case .placed(let path) = try node.ask(.place(request), call: id).answer else {
      throw Failure(.internal, "bad-frame", "the node did not say which place it is")
    }
    return path
  }
}
