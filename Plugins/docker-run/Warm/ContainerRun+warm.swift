internal import OrienHTTPClient
internal import OrienKit

extension ContainerRun {
  /// How long the shell may take to become the program, on a machine that has much to do.
  private static let patienceMilliseconds: UInt64 = 3000

  /// Shows the call's workspace to the container that was made ahead, and has it run the program to its
  /// end. False where it does not come to that: nothing of the program has run then, nothing of the
  /// container is left, and the call may have another.
  mutating func run(
    _ shell: WaitingShell, _ program: Program, in waiting: WarmContainer, readsOnly: Bool,
    _ call: borrowing Call
  ) throws(Failure) -> Bool {
    defer { sandbox.pool.forget(waiting.place) }
    let stream: HTTPStream
    do throws(Failure) {
      try call.showWorkspace(at: waiting.place, readsOnly: readsOnly)
      try connection.unpause(container)
      stream = try connection.attach(container, withInput: true)
    } catch {
      // It was told nothing, and what it hears now is the end: it runs no program.
      remove()
      try call.checkCancelled()
      call.log(.info, "a container that waited is not used: \(error.message)")
      return false
    }
    stream.send(shell.told(mark: waiting.mark) + program.input, ending: true)
    do throws(Failure) {
      guard let early = try awaitBeginning(shell, stream, call) else { return false }
      try call.fact(["warm": true])
      try finish(stream, early, call)
      return true
    } catch {
      remove()
      throw error
    }
  }

  /// What the program has said when it is seen that it has begun; nil where it never will.
  private mutating func awaitBeginning(
    _ shell: WaitingShell, _ stream: HTTPStream, _ call: borrowing Call
  ) throws(Failure) -> [(OutputFrames.Stream, [UInt8])]? {
    var beginning = Beginning(shell.word)
    let end = Pause.now + Self.patienceMilliseconds
    receive(stream, &beginning, until: end)
    if beginning.isSeen { return beginning.early }
    let isRemoved = remove()
    try call.checkCancelled()
    // What it had said before it was removed is still to be heard.
    if isRemoved { receive(stream, &beginning, until: Pause.now + Self.patienceMilliseconds) }
    guard isRemoved, !beginning.isPossible else {
      throw Failure(
        .unavailable, "a container that waited did not say in time whether it runs the program",
        reason: "engine-silent")
    }
    return nil
  }

  /// Hears it until it is known whether the program has begun, or the stream or the time is over.
  private mutating func receive(
    _ stream: HTTPStream, _ beginning: inout Beginning, until end: UInt64
  ) {
    while !beginning.isSeen, Pause.now < end {
      guard let received = try? stream.receive(within: Int(end - min(end, Pause.now))) else {
        return
      }
      switch received {
      case .bytes(let bytes): frames.take(bytes) { beginning.take($0, $1) }
      case .nothing: break
      case .ended, .stopped: return
      }
    }
  }
}
